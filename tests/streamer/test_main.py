"""What the process loads."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_it_loads_neither_twisted_s_tls_nor_numpy_s_chance_which_it_never_needs() -> None:
    code = (
        "import sys; from bandstand.streamer.__main__ import spare_memory; spare_memory(); "
        "import twisted.internet.reactor, bandstand.streamer.app; "
        "print(*sorted(name for name, module in sys.modules.items() if module))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "twisted.internet.unix" in loaded and "ssl" in loaded
    assert "numpy.random" not in loaded
    assert not {"OpenSSL", "cryptography", "service_identity"} & {name.partition(".")[0] for name in loaded}


@pytest.mark.slow
def test_numpy_multiplies_matrices_with_one_thread_which_costs_nothing_between_two_blocks() -> None:
    code = (
        "import os; from bandstand.streamer.__main__ import spare_threads; spare_threads(); "
        "import numpy as np; np.ones((999, 999)) @ np.ones((999, 999)); print(len(os.listdir('/proc/self/task')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1\n"
