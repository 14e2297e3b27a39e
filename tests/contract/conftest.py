"""Gives each contract test every engine in turn, or every one that can do what the test is about."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.engines import ElasticEngine, Engine, elastic_engine, sqlite_engine
from tests.replica.engine import ReplicaEngine

Request = pytest.FixtureRequest


def _sqlite(request: Request) -> Engine:
    directory: Path = request.getfixturevalue("tmp_path")
    return sqlite_engine(directory)


def _elasticsearch(request: Request) -> Engine:
    store: str = request.getfixturevalue("elastic_store")
    return elastic_engine(store)


def _replica(request: Request) -> Engine:
    store: str = request.getfixturevalue("elastic_store")
    return ReplicaEngine(store, request.getfixturevalue("tmp_path"))


ENGINES: dict[str, tuple[type[Engine], Callable[[Request], Engine]]] = {
    "sqlite": (Engine, _sqlite),
    "elasticsearch": (ElasticEngine, _elasticsearch),
    "replica": (ReplicaEngine, _replica),
}


def _opened(request: Request) -> Iterator[Engine]:
    engine = ENGINES[request.param][1](request)
    yield engine
    engine.close()


@pytest.fixture(params=ENGINES)
def engine(request: Request) -> Iterator[Engine]:
    """Every engine."""
    yield from _opened(request)


@pytest.fixture(params=[name for name, (kind, _) in ENGINES.items() if kind.one_moment])
def one_moment_engine(request: Request) -> Iterator[Engine]:
    """Every engine whose questions see one moment."""
    yield from _opened(request)


@pytest.fixture(params=[name for name, (kind, _) in ENGINES.items() if not kind.one_moment])
def direct_engine(request: Request) -> Iterator[Engine]:
    """Every engine whose questions do not."""
    yield from _opened(request)
