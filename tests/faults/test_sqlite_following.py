"""A reader that follows the pointer: it survives files that vanish between two looks, and lets go of old ones."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from lookup.errors import CouldNotSearch
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.store import SqliteStore
from tests.contract.engines import Engine, sqlite_engine
from tests.contract.samples import vehicle


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path)
    yield engine
    engine.close()


@dataclass(frozen=True)
class BusyDirectory(StoreDirectory):
    """A directory in which something happens between the look at the pointer and the opening of its generation."""

    happenings: list[Callable[[], object]]

    def generation(self, name: str) -> Path:
        path = self.generations / f"{name}.sqlite"
        if self.happenings:
            self.happenings.pop()()
        return path


def test_a_generation_that_vanishes_while_it_is_opened_is_not_missed(engine: Engine, tmp_path: Path) -> None:
    engine.build(vehicle("ZAB1"))

    def two_builds() -> None:
        engine.build(vehicle("ZAB2"))
        engine.build(vehicle("ZAB3"))

    directory = BusyDirectory(tmp_path / "store", [two_builds])
    with closing(SqliteStore(directory, "training")) as store, store.reading() as registry:
        assert registry.get("vehicle:ZAB3") is not None


def test_a_generation_that_vanishes_before_one_more_view_of_it_is_opened_is_not_missed(
    engine: Engine, tmp_path: Path
) -> None:
    engine.build(vehicle("ZAB1"))

    def two_builds() -> None:
        engine.build(vehicle("ZAB2"))
        engine.build(vehicle("ZAB3"))

    directory = BusyDirectory(tmp_path / "store", [])
    with closing(SqliteStore(directory, "training")) as store:
        with store.reading():
            directory.happenings.append(two_builds)
            with store.reading() as registry:
                assert registry.get("vehicle:ZAB3") is not None
        directory.happenings.append(two_builds)
        checked = store.verify()
        with store.reading() as registry:
            assert registry.head == checked


def test_a_refusal_is_not_its_own_cause(engine: Engine) -> None:
    with pytest.raises(CouldNotSearch) as refused, engine.reading():
        pass
    assert refused.value.__cause__ is None


def test_a_pruned_generation_is_let_go_with_the_last_question_to_it(engine: Engine) -> None:
    first = engine.build(vehicle("ZAB1"))
    store = engine.store()
    with store.reading():
        engine.build(vehicle("ZAB2"))
        engine.build(vehicle("ZAB3"))
        with store.reading() as registry:
            assert registry.get("vehicle:ZAB3") is not None
        assert first.generation in " ".join(open_files())
    assert first.generation not in " ".join(open_files())


def open_files() -> list[str]:
    """Give what this process holds open, deleted files too."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(descriptor.readlink()))
        except FileNotFoundError:  # the descriptor with which the list itself was read
            continue
    return found
