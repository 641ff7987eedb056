"""For every test: the marker of where it stands, and which examples hypothesis looks at.

The same ones at each run, so that what fails is what was changed: 100 of each, and 30 in `deploy/test unit`, which is
to take less than a minute. `HYPOTHESIS_PROFILE=wide deploy/test` looks for others, and more of them. No example has a
time limit: the machine may be slow.

Signals that a shell or nohup ignores are not ignored here, or processes that tests start would inherit that.
"""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("few", derandomize=True, deadline=None, max_examples=30)
settings.register_profile("wide", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

INTEGRATION = Path(__file__).parent / "integration"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(INTEGRATION):
            item.add_marker(pytest.mark.integration)
