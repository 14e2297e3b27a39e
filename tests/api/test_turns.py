"""Threads that take turns: what arrives together is recorded together, and nobody waits for somebody else's slow
request, whatever its thread is stuck in."""

import random
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from mobile_api.worker.turns import GATHER_S, LOOK_S, MOST, REST_S, Connection, Served, Turns

LONG_S = 20
"""More than anything here takes, so that whoever waits for it fails."""
THREADS = 4


class Echo:
    """Serves connections by sending back what came, in capitals, and does what a test wants it to do meanwhile."""

    def __init__(self) -> None:
        self.turns = Turns(self, self.rouse, self.now_s)
        self.stopped_at_s: float | None = None
        self.takes_s = 0.0
        self.groups: list[int] = []
        self.may_serve: dict[bytes, threading.Event] = {}
        self.may_leave: dict[bytes, threading.Event] = {}
        self.may_record = threading.Event()
        self.may_record.set()
        self.roused = threading.Event()
        self.random: random.Random | None = None
        self.waiting: list[int] = []
        self.sockets: list[socket.socket] = []
        self.begun = threading.Semaphore(0)
        self.served = threading.Semaphore(0)
        self.is_over = False

    def now_s(self) -> float:
        return time.monotonic() if self.stopped_at_s is None else self.stopped_at_s

    def rouse(self) -> None:
        self.roused.set()

    def serve(self, connection: Connection, waiting: int) -> Served | None:
        self.waiting.append(waiting)
        piece = connection.sock.recv(64)
        if not piece:
            return None
        if piece == b"bad":
            raise ValueError
        if self.stopped_at_s is not None:
            self.stopped_at_s += self.takes_s
        self.begun.release()
        if piece in self.may_serve:
            assert self.may_serve[piece].wait(LONG_S)
        if self.random is not None and self.random.random() < 0.05:
            threading.Event().wait(3 * LOOK_S)
        connection.answer = piece.upper()
        self.served.release()
        return Served(connection, kept=True)

    def record(self, group: Sequence[Served]) -> None:
        assert self.may_record.wait(LONG_S)
        self.groups.append(len(group))

    def leave(self, answer: Served) -> None:
        if answer.connection.answer in self.may_leave:
            assert self.may_leave[answer.connection.answer].wait(LONG_S)
        answer.connection.sock.sendall(answer.connection.answer)
        self.turns.arm(answer.connection)

    def connect(self, timeout: float = float("inf")) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.sockets += (ours, theirs)
        theirs.settimeout(LONG_S)
        self.turns.add(SimpleNamespace(sock=ours, timeout=timeout))
        return theirs

    def watch(self) -> None:
        while not self.is_over:
            self.roused.wait(self.turns.watch())
            self.roused.clear()


@contextmanager
def at_work(echo: Echo, *, watched: bool = True, threads: int = THREADS) -> Iterator[None]:
    jobs = [echo.turns.work] * threads + [echo.watch] * watched
    running = [threading.Thread(target=job, daemon=True) for job in jobs]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        echo.turns.end()
        echo.is_over = True
        echo.roused.set()
        for thread in running:
            thread.join(LONG_S)
            assert not thread.is_alive()


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    for one in made.sockets:
        one.close()


def test_what_has_arrived_together_is_recorded_as_one_group(echo: Echo) -> None:
    people = [echo.connect() for _ in range(10)]
    for one in people:
        one.sendall(b"who")
    with at_work(echo):
        assert [one.recv(64) for one in people] == [b"WHO"] * 10
    assert echo.groups == [10]
    assert echo.waiting == list(reversed(range(10)))


def test_what_arrives_while_others_are_answered_is_recorded_with_them(echo: Echo) -> None:
    echo.may_serve = {b"first": threading.Event()}
    first, second = echo.connect(), echo.connect()
    with at_work(echo, watched=False):
        first.sendall(b"first")
        assert echo.roused.wait(LONG_S)
        second.sendall(b"second")
        echo.may_serve[b"first"].set()
        assert (first.recv(64), second.recv(64)) == (b"FIRST", b"SECOND")
    assert echo.groups == [2]


def test_more_than_leave_together_are_recorded_in_groups(echo: Echo) -> None:
    people = [echo.connect() for _ in range(MOST + 1)]
    for one in people:
        one.sendall(b"who")
    with at_work(echo):
        assert [one.recv(64) for one in people] == [b"WHO"] * (MOST + 1)
    assert echo.groups == [MOST, 1]


def test_nobody_waits_for_a_slow_request_and_it_is_answered_too(echo: Echo) -> None:
    echo.may_serve = {b"slow": threading.Event()}
    slow, quick = echo.connect(), echo.connect()
    with at_work(echo):
        slow.sendall(b"slow")
        for _ in range(3):
            quick.sendall(b"quick")
            assert quick.recv(64) == b"QUICK"
        echo.may_serve[b"slow"].set()
        assert slow.recv(64) == b"SLOW"


def test_what_was_answered_before_a_slow_request_leaves_without_it(echo: Echo) -> None:
    echo.may_serve = {b"slow": threading.Event()}
    first, slow, last = (echo.connect() for _ in range(3))
    for one, piece in ((first, b"first"), (slow, b"slow"), (last, b"last")):
        one.sendall(piece)
    with at_work(echo):
        assert (first.recv(64), last.recv(64)) == (b"FIRST", b"LAST")
        echo.may_serve[b"slow"].set()
        assert slow.recv(64) == b"SLOW"


def test_requests_are_taken_while_the_disk_is_slow(echo: Echo) -> None:
    echo.may_record.clear()
    waiting, others = echo.connect(), [echo.connect() for _ in range(3)]
    with at_work(echo):
        waiting.sendall(b"a")
        assert echo.served.acquire(timeout=LONG_S)
        for one in others:  # each is taken by another thread, the one before waits for the disk
            one.sendall(b"b")
            assert echo.served.acquire(timeout=LONG_S)
        echo.may_record.set()
        assert [one.recv(64) for one in (waiting, *others)] == [b"A", b"B", b"B", b"B"]


def test_who_does_not_take_an_answer_keeps_nobody_from_theirs(echo: Echo) -> None:
    echo.may_leave = {b"FULL": threading.Event()}
    full, others = echo.connect(), [echo.connect() for _ in range(3)]
    full.sendall(b"full")
    for one in others:
        one.sendall(b"a")
    with at_work(echo):
        assert [one.recv(64) for one in others] == [b"A"] * 3
        echo.may_leave[b"FULL"].set()
        assert full.recv(64) == b"FULL"
    assert echo.groups == [4]


def test_all_threads_may_be_stuck_and_the_first_that_is_free_goes_on(echo: Echo) -> None:
    names = [f"slow {number}".encode() for number in range(THREADS)]
    echo.may_serve = {name: threading.Event() for name in names}
    stuck, quick = [echo.connect() for _ in names], echo.connect()
    with at_work(echo):
        for one, name in zip(stuck, names, strict=True):
            one.sendall(name)
        quick.sendall(b"quick")
        echo.may_serve[names[0]].set()
        assert stuck[0].recv(64) == b"SLOW 0"
        assert quick.recv(64) == b"QUICK"
        for name in names[1:]:
            echo.may_serve[name].set()
        assert [one.recv(64) for one in stuck[1:]] == [name.upper() for name in names[1:]]


def test_without_anybody_who_watches_requests_are_answered_in_turn(echo: Echo) -> None:
    one = echo.connect()
    with at_work(echo, watched=False):
        for number in range(20):
            one.sendall(b"%d" % number)
            assert one.recv(64) == b"%d" % number


@pytest.mark.parametrize("seed", range(3))
def test_every_request_is_answered_once_and_in_its_order_however_the_lead_changes(echo: Echo, seed: int) -> None:
    echo.random = random.Random(seed)  # noqa: S311 - no secret, a repeatable disorder
    failures: list[BaseException] = []

    def ask(person: socket.socket, name: int) -> None:
        try:
            for number in range(40):
                piece = f"{name}:{number}".encode()
                person.sendall(piece)
                assert person.recv(64) == piece
        except BaseException as error:
            failures.append(error)

    asking = [threading.Thread(target=ask, args=(echo.connect(), name)) for name in range(12)]
    with at_work(echo):
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert failures == []
    assert sum(echo.groups) == 12 * 40


def test_a_connection_on_which_nothing_comes_expires_once(echo: Echo) -> None:
    echo.connect(timeout=100.0)
    assert list(echo.turns.expired(99.0)) == []
    assert [connection.timeout for connection in echo.turns.expired(100.0)] == [100.0]
    assert list(echo.turns.expired(100.0)) == []


def test_a_stopping_worker_hurries_those_that_wait(echo: Echo) -> None:
    echo.connect(timeout=100.0)
    echo.turns.hurry(50.0)
    assert [connection.timeout for connection in echo.turns.expired(50.0)] == [50.0]


def test_who_begins_to_lead_after_a_rest_calls_for_somebody_to_watch(echo: Echo) -> None:
    one = echo.connect()
    with at_work(echo, watched=False):
        for _ in range(2):
            one.sendall(b"a")
            assert echo.roused.wait(LONG_S)
            assert one.recv(64) == b"A"
            while echo.turns.watch() != REST_S:
                pass
            echo.roused.clear()


def test_a_leader_is_deposed_where_it_has_been_at_the_same_thing_for_long_enough(echo: Echo) -> None:
    echo.may_serve = {b"slow": threading.Event()}
    echo.stopped_at_s = 100.0
    slow, quick = echo.connect(), echo.connect()
    with at_work(echo, watched=False):
        slow.sendall(b"slow")
        assert echo.roused.wait(LONG_S)
        until_busy(echo)
        quick.sendall(b"quick")
        echo.stopped_at_s += 0.9 * LOOK_S
        for _ in range(3):
            assert echo.turns.watch() == LOOK_S
        quick.settimeout(0.05)
        with pytest.raises(TimeoutError):
            quick.recv(64)
        quick.settimeout(LONG_S)
        echo.stopped_at_s += 0.2 * LOOK_S
        echo.turns.watch()
        assert quick.recv(64) == b"QUICK"
        echo.may_serve[b"slow"].set()
        assert slow.recv(64) == b"SLOW"


def test_answers_leave_after_a_while_however_few_they_are(echo: Echo) -> None:
    echo.stopped_at_s, echo.takes_s = 100.0, 0.4 * GATHER_S
    people = [echo.connect() for _ in range(7)]
    for one in people:
        one.sendall(b"who")
    with at_work(echo):
        assert [one.recv(64) for one in people] == [b"WHO"] * 7
    assert echo.groups == [3, 3, 1]


def test_who_was_deposed_follows_and_does_not_wait_for_arrivals(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads: the one that was slow first must be there when the other gets stuck too."""
    monkeypatch.setattr("mobile_api.worker.turns.REST_S", 2 * LONG_S)
    echo.may_serve = {b"slow": threading.Event(), b"stuck": threading.Event()}
    slow, stuck, last = (echo.connect() for _ in range(3))
    with at_work(echo, threads=2):
        slow.sendall(b"slow")
        assert echo.begun.acquire(timeout=LONG_S)
        stuck.sendall(b"stuck")
        last.sendall(b"last")
        assert echo.begun.acquire(timeout=LONG_S)
        echo.may_serve[b"slow"].set()
        assert slow.recv(64) == b"SLOW"
        assert last.recv(64) == b"LAST"
        echo.may_serve[b"stuck"].set()
        assert stuck.recv(64) == b"STUCK"


def test_what_breaks_a_turn_ends_neither_the_thread_nor_the_lead(echo: Echo) -> None:
    bad, good = [echo.connect() for _ in range(THREADS + 1)], echo.connect()
    with at_work(echo, watched=False):
        for one in bad:
            one.sendall(b"bad")
            good.sendall(b"good")
            assert good.recv(64) == b"GOOD"


def until_busy(echo: Echo) -> None:
    """Look until the leader is found at work."""
    while echo.turns.watch() != LOOK_S:
        pass
