"""A store in memory with a few records, and a node that follows it."""

from pathlib import Path

import pytest

from tests.contract.samples import one_of_each_kind, vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.build(*one_of_each_kind(), vehicle("ZAB1", color="red"))
    return store


@pytest.fixture
def node(store: MemoryStore, tmp_path: Path) -> Node:
    return Node(tmp_path, store)
