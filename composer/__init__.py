"""The song workers. NumPy is kept to one thread: others would wait for the next matrix at full speed, and ours are so
small that one is the quickest."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
