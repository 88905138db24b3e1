"""What all tests share: a PostgreSQL server, how hard Hypothesis looks, and how many crashes there are.

`HYPOTHESIS_PROFILE=thorough` looks harder, elsewhere each time.
"""

import os
from collections.abc import Iterator
from secrets import randbits

import pytest
from hypothesis import settings

from tests.postgres import Postgres, running

settings.register_profile("ci", max_examples=100, derandomize=True, deadline=None, database=None)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=25, help="How many crashes a ledger has to survive.")
    parser.addoption("--seed", type=int, help="Repeats the choices of an earlier run of crashes.")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> int:
    return request.config.getoption("--rounds")


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    given: int | None = request.config.getoption("--seed")
    return randbits(32) if given is None else given


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as server:
        yield server
