"""Locks of the operating system: who holds a file alone is seen by everybody, until the last process with it ends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookup.file_lock import lock, try_lock, unheld, unlock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "a file"
    found.touch()
    return found


@pytest.fixture
def openings(path: Path) -> Iterator[list[int]]:
    """The file, opened twice, as by two processes."""
    found = [os.open(path, os.O_RDWR) for _ in range(2)]
    yield found
    for descriptor in found:
        os.close(descriptor)


def is_unheld(path: Path) -> bool:
    with unheld(path) as free:
        return free


def test_one_holds_a_file_alone_until_it_is_let_go(openings: list[int], path: Path) -> None:
    first, second = openings
    assert try_lock(first)
    assert (try_lock(second), try_lock(second, shared=True), is_unheld(path)) == (False, False, False)
    unlock(first)
    assert (is_unheld(path), try_lock(second)) == (True, True)


def test_many_share_a_file_and_then_nobody_has_it_alone(openings: list[int], path: Path) -> None:
    first, second = openings
    lock(first, shared=True)
    assert (try_lock(second, shared=True), is_unheld(path)) == (True, True)
    assert not try_lock(second)


def test_while_a_file_is_seen_to_be_unheld_nobody_begins_to_hold_it(openings: list[int], path: Path) -> None:
    with unheld(path) as free:
        assert free
        assert not try_lock(openings[0])
    assert try_lock(openings[0])


def test_a_lock_goes_with_the_last_process_that_has_it(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    lock(descriptor)
    ready, end = os.pipe()
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        os.close(end)
        os.read(ready, 1)
        os._exit(0)
    os.close(descriptor)
    assert not is_unheld(path)
    os.close(end)
    os.waitpid(pid, 0)
    os.close(ready)
    assert is_unheld(path)
