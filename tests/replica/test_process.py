"""The replica's process: how it waits, what it notes and says, that there is one, and how it ends."""

import logging
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from indexer.follower import POLL_S
from indexer.progress import Silence
from indexer.replica import FIRST_WAIT_S, LEAVE_S, LONGEST_WAIT_DAMAGED_S, LONGEST_WAIT_S, run_replica
from lookup.errors import ConfigurationError, CouldNotSearch, LeaseHeld
from lookup.store.replica.state import ReplicaState, read_state
from lookup.store.sqlite.lease import is_leased
from tests.contract.engines import NOW
from tests.contract.samples import vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node, assert_same

PATIENCE_S = 20.0
AWAY = "Elasticsearch failed while reading the head."


def away(_: str) -> NoReturn:
    raise CouldNotSearch(AWAY)


def here(_: str) -> None:
    pass


def test_a_store_that_answers_is_asked_every_second(node: Node) -> None:
    assert [node.replica.round() for _ in range(3)] == [POLL_S] * 3


def test_a_store_that_is_away_is_asked_less_often_but_within_a_quarter_of_a_minute(
    node: Node, store: MemoryStore
) -> None:
    node.follow()
    store.on_step = away
    waits = [node.replica.round() for _ in range(12)]
    for number, wait in enumerate(waits, 1):
        whole = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (number - 1))
        assert whole / 2 <= wait <= whole
    assert len(set(waits)) > 6  # with jitter
    store.on_step = here
    assert node.replica.round() == POLL_S
    store.on_step = away
    assert node.replica.round() <= FIRST_WAIT_S


def test_a_store_that_gives_damaged_records_is_asked_less_often_still(node: Node, store: MemoryStore) -> None:
    store.now.rows["vehicle:ZAB1"] = store.now.rows["vehicle:ZAB1"]._replace(version="0" * 32)
    waits = [node.replica.round() for _ in range(12)]
    assert LONGEST_WAIT_S < LONGEST_WAIT_DAMAGED_S / 2 <= waits[-1] <= LONGEST_WAIT_DAMAGED_S


def test_a_failure_is_told_once_and_its_end_too(
    node: Node, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    node.replica.round()
    store.on_step = away
    for _ in range(3):
        node.replica.round()
    store.on_step = here
    for _ in range(3):
        node.replica.round()
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (
            logging.ERROR,
            f"The replica cannot follow the store, the last good copy stays: {AWAY}",
        ),
        (logging.WARNING, "The replica follows the store again."),
    ]


def test_the_state_says_what_is_served_and_since_when(node: Node, store: MemoryStore) -> None:
    assert read_state(node.directory) == ReplicaState()
    node.replica.round()
    head = store.publish(vehicle("ZAB1", color="blue"))
    node.replica.round()
    state = read_state(node.directory)
    assert state == ReplicaState(
        "following", NOW, NOW, head.generation, head.activation, 1, NOW, failure=None, process=os.getpid()
    )
    assert state.lag_s(NOW + timedelta(seconds=3)) == 3.0
    assert state.document(NOW + timedelta(seconds=3)) == {
        "phase": "following",
        "contacted_at": "2026-11-21T15:00:00Z",
        "caught_up_at": "2026-11-21T15:00:00Z",
        "generation": head.generation,
        "activation": head.activation,
        "revision": 1,
        "checked_at": "2026-11-21T15:00:00Z",
        "failure": None,
        "process": os.getpid(),
        "lag_s": 3.0,
    }


def test_the_state_keeps_the_last_contact_and_the_title_of_the_error(node: Node, store: MemoryStore) -> None:
    node.replica.round()
    node.notes.clock = lambda: NOW + timedelta(minutes=1)
    store.on_step = away
    node.replica.round()
    state = read_state(node.directory)
    assert (state.phase, state.failure) == ("waiting", "The registry could not be searched")
    assert (state.contacted_at, state.caught_up_at, state.revision) == (NOW, NOW, 0)
    store.on_step = here
    node.replica.round()
    assert read_state(node.directory).failure is None


def test_a_state_that_is_no_state_is_an_empty_one(node: Node) -> None:
    node.replica.round()
    for text in ("", "{", "[]", '{"phase": "flying"}', '{"other": 1}', '{"contacted_at": "x"}'):
        (node.directory.path / "replica.json").write_text(text)
        assert read_state(node.directory) == ReplicaState()


def test_a_state_that_cannot_be_written_stops_nothing(
    node: Node, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    (node.directory.path / "replica.json.new").mkdir()
    for _ in range(3):
        assert node.replica.round() == POLL_S
    assert_same(node, store)
    assert caplog.text.count("cannot be noted") == 1


class Running:
    """A replica in a process of its own, as `immunity replica` runs it."""

    def __init__(self, node: Node, store: MemoryStore) -> None:
        self.pid = os.fork()
        if self.pid == 0:  # pragma: no cover - another process
            try:
                run_replica(store, node.directory, "training", Silence())
            except SystemExit as end:
                os._exit(end.code if isinstance(end.code, int) else 9)
            finally:
                os._exit(9)

    def ended(self) -> int:
        """Wait for its end, and give how it ended."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@contextmanager
def signals_kept() -> Iterator[None]:
    """Put back afterwards what the tests' own process does at a signal."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_until_leased(node: Node, *, leased: bool) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while is_leased(node.directory.lease) != leased:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_until_served(node: Node) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while node.serves_nothing():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_cleanly_within_two_seconds(
    node: Node, store: MemoryStore, number: signal.Signals
) -> None:
    running = Running(node, store)
    wait_until_served(node)
    began = time.monotonic()
    os.kill(running.pid, number)
    assert running.ended() == 0
    assert time.monotonic() - began < 2
    assert not is_leased(node.directory.lease)


def test_a_signal_ends_a_copy_that_waits_for_the_store(node: Node, store: MemoryStore) -> None:
    def slow(name: str) -> None:
        if name == "copied":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(PATIENCE_S)

    store.on_step = slow
    began = time.monotonic()
    assert Running(node, store).ended() == 0
    assert time.monotonic() - began < PATIENCE_S / 2
    assert node.files() == set()


def test_a_signal_ends_a_step_that_does_not_hear_it(node: Node, store: MemoryStore) -> None:
    """One call into SQLite that would take years, as the sorting of a large copy takes seconds."""
    reached, tell = os.pipe()

    def endless(name: str) -> None:
        if name == "copied":
            os.write(tell, b"!")
            sqlite3.connect(":memory:").execute(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
            )

    store.on_step = endless
    running = Running(node, store)
    os.read(reached, 1)
    began = time.monotonic()
    os.kill(running.pid, signal.SIGTERM)
    assert running.ended() == 0
    assert time.monotonic() - began < LEAVE_S + 1
    assert not is_leased(node.directory.lease)
    node.serving.prune()
    assert node.files() == set()


def test_a_second_process_in_the_directory_says_who_is_there(node: Node, store: MemoryStore) -> None:
    running = Running(node, store)
    wait_until_leased(node, leased=True)
    with signals_kept(), pytest.raises(LeaseHeld, match=rf"immunity replica \(process {running.pid} on"):
        run_replica(store, node.directory, "training", Silence())
    os.kill(running.pid, signal.SIGKILL)
    assert running.ended() == -signal.SIGKILL
    wait_until_leased(node, leased=False)
    again = Running(node, store)
    wait_until_leased(node, leased=True)
    os.kill(again.pid, signal.SIGTERM)
    assert again.ended() == 0


def test_a_directory_of_another_environment_stops_the_start(node: Node, store: MemoryStore, tmp_path: Path) -> None:
    node.follow()
    with signals_kept(), pytest.raises(ConfigurationError, match="environment training"):
        run_replica(store, node.directory, "live", Silence())
    assert node.head() == store.now.head
