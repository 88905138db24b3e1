"""What all tests share: a PostgreSQL server, and how hard Hypothesis looks.

`HYPOTHESIS_PROFILE=thorough` looks harder, elsewhere each time.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import Postgres, running

settings.register_profile("ci", max_examples=100, derandomize=True, deadline=None, database=None)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as server:
        yield server
