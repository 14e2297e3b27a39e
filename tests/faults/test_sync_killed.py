"""A sync that is killed at any point: readers see what was committed, and the next run ends where one that was never
killed does."""

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from indexer.workspace import open_workspace
from tests.indexer.extracts import SmallRegistry

KILLED = 9


@dataclass
class Axe:
    """Progress that ends the process, without any clearing up, at its `at`th sign of life."""

    at: int
    seen: int = 0

    def begin(self, step: str, total: int | None) -> None:
        self._count()

    def advance(self, count: int) -> None:
        self._count()

    def end(self) -> None:
        self._count()

    def _count(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            os._exit(KILLED)


def registry_with_changes(directory: Path) -> SmallRegistry:
    """A registry whose second sync adds, changes and deletes over several revisions, with rows refused."""
    registry = SmallRegistry(directory)
    for number in range(700):
        registry.add("identity_cards", card_number=f"TRNC{number + 100}")
    registry.sync()
    for number in range(600):
        registry.row("identity_cards", f"TRNC{number + 100}")["border"] = "green"
    for number in range(600, 660):
        registry.drop("identity_cards", f"TRNC{number + 100}")
    registry.row("members", "TRN1")["family_name"] = "Dupont"
    registry.row("accreditations", "a1")["category"] = "nothing"
    registry.add("missions", mission_id="emb-de")
    registry.add("vehicles", plate="ZZ9", mission_id="emb-de", year="20")
    registry.drop("premises", "p1")
    registry.write()
    return registry


def sync_killed_at(registry: SmallRegistry, at: int, rebuild: bool) -> bool:
    """Sync in a child process; True where it was killed, False where it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            registry.sync_as_it_lies(Axe(at), rebuild=rebuild)
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED)
    return code == KILLED


def copy_of(registry: SmallRegistry, directory: Path) -> SmallRegistry:
    """A registry with its extract and its store, copied as they lie."""
    shutil.copytree(registry.directory, directory)
    return replace(registry, directory=directory)


@pytest.mark.parametrize("rebuild", [False, True], ids=["revisions", "rebuild"])
def test_killed_at_every_step_the_next_run_ends_where_an_unharmed_one_does(tmp_path: Path, rebuild: bool) -> None:
    base = registry_with_changes(tmp_path / "base")
    old = base.state()
    unharmed = copy_of(base, tmp_path / "unharmed")
    unharmed.sync_as_it_lies(rebuild=rebuild)
    wanted = unharmed.state(), unharmed.quarantine(), unharmed.head().counts, unharmed.head().position
    at, killed = 0, True
    while killed:
        at += 1
        registry = copy_of(base, tmp_path / f"killed-{at}")
        killed = sync_killed_at(registry, at, rebuild)
        state = registry.state()
        if rebuild and killed:
            assert state in (old, wanted[0])
        assert all(version in (old.get(key), wanted[0].get(key)) for key, version in state.items())
        assert set(old) & set(wanted[0]) <= set(state)
        registry.sync_as_it_lies(rebuild=rebuild)
        head = registry.head()
        assert (registry.state(), registry.quarantine(), head.counts, head.position) == wanted, at
        assert list((registry.directory / "data" / "staging").iterdir()) == []
    assert at > 15  # a pass has that many signs of life at least, so that this was no empty loop


def test_an_extract_that_was_half_published_does_not_pass_for_the_one_before(tmp_path: Path) -> None:
    base = registry_with_changes(tmp_path / "base")
    before = base.state()
    signs = Axe(at=-1)
    copy_of(base, tmp_path / "probe").sync_as_it_lies(signs)
    registry = copy_of(base, tmp_path / "killed")
    assert sync_killed_at(registry, signs.seen - 1, rebuild=False)
    assert registry.state() != before
    earlier = SmallRegistry(registry.directory)
    for number in range(700):
        earlier.add("identity_cards", card_number=f"TRNC{number + 100}")
    assert earlier.sync().published == "revisions"
    assert earlier.state() == before


def test_a_left_over_of_a_killed_pass_is_cleared_away(tmp_path: Path) -> None:
    registry = SmallRegistry(tmp_path)
    registry.write()
    assert sync_killed_at(registry, 5, rebuild=False)
    staging = tmp_path / "data" / "staging"
    assert len(list(staging.iterdir())) == 1
    registry.sync_as_it_lies()
    assert list(staging.iterdir()) == []


def test_a_staging_directory_in_use_is_left_alone(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as first, open_workspace(tmp_path) as second:
        assert (first.exists(), second.exists()) == (True, True)
    assert list((tmp_path / "staging").iterdir()) == []
