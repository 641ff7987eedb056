"""For every test: which examples hypothesis looks at.

The same ones at each run, so that what fails is what was changed; `HYPOTHESIS_PROFILE=wide deploy/test` looks for
others, and more of them. No example has a time limit: the machine may be slow.
"""

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("wide", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
