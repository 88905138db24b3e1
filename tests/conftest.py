"""What all tests share: how hard Hypothesis looks. `HYPOTHESIS_PROFILE=thorough` looks harder, elsewhere each time."""

import os

from hypothesis import settings

settings.register_profile("ci", max_examples=100, derandomize=True, deadline=None, database=None)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
