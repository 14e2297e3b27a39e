"""Gives each contract test every engine in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.engines import Engine, sqlite_engine


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = {"sqlite": sqlite_engine}[request.param](tmp_path)
    yield engine
    engine.close()
