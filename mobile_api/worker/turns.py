"""Threads that take turns at serving all connections of a process: one leads, the others follow.

Decides which thread serves, and when answers leave. The leader takes whatever has arrived, answers one request after
the other, has the entries of all these answers recorded as one group, and sends them then: so a busy process waits for
the disk once for many answers, and its threads do not fight for the interpreter. A leader that stays at one thing, a
slow search or a caller who stalls, is deposed by whoever calls `watch`: the next thread goes on with what waits, the
old one ends its request and follows. (The pattern is known as leader/followers; what is ours is that the lead changes
only when it must.) What serving and recording are, is decided by the `Server`.
"""

import logging
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from lookup.logs import failure_fields

LOOK_S = 0.01
"""Seconds between two looks at a busy leader. One that has been at the same thing for so long is deposed, so nobody
waits much longer than two of them for somebody else's slow request; a lookup takes well below one."""
REST_S = 1.0
"""Seconds between two looks while nothing happens; whoever begins to lead then calls for the next one."""
MOST = 32
"""Answers that leave together at most: as many as a thread makes in 10 ms."""
GATHER_S = 0.01
"""Seconds after which answers leave, however few they are: the first of a group waits for the last."""

_LOG = logging.getLogger(__name__)
Item = TypeVar("Item")

Connection = Any
"""What gunicorn's `TConn` is: `sock` (a `Line`), `timeout` (when it is closed if nothing comes), `parser`."""


class Server(Protocol):
    """What a turn does with connections. None of it raises."""

    def serve(self, connection: Connection, waiting: int) -> "Served | None":
        """Serve what has arrived, while `waiting` others wait; None where no answer comes of it."""

    def record(self, group: Sequence["Served"]) -> None:
        """Bring the entries of answers to disk, or refuse them."""

    def leave(self, answer: "Served") -> None:
        """Send an answer, and go on with its connection."""


@dataclass(slots=True)
class Served:
    """A request whose answer is ready to leave; `kept` where the connection stays open afterwards."""

    connection: Connection
    kept: bool


@dataclass(slots=True, eq=False)
class Turn:
    """What one leader has before it: connections with a request, answers not recorded, answers not sent. Whoever
    deposes it takes all of that over, piece by piece, while it may still be at one of them."""

    arrived: deque[Connection] = field(default_factory=deque)
    answered: deque[Served] = field(default_factory=deque)
    recorded: deque[Served] = field(default_factory=deque)
    steps: int = 0
    is_busy: bool = True

    def take_over(self, other: "Turn") -> None:
        """Take what another has not begun."""
        self.arrived.extend(_taken(other.arrived))
        self.answered.extend(_taken(other.answered))
        self.recorded.extend(_taken(other.recorded))


class Turns:
    """The threads of one process and the connections that they wait for. Make it after the process forked."""

    def __init__(self, server: Server, rouse: Callable[[], None], now_s: Callable[[], float] = time.monotonic) -> None:
        """`rouse` makes somebody call `watch` soon."""
        self._server = server
        self._rouse = rouse
        self._now_s = now_s
        self._poller = select.epoll()
        self._bell = os.eventfd(0)
        self._poller.register(self._bell, select.EPOLLIN)
        self._waiting: dict[int, Connection] = {}
        self._baton = threading.Lock()
        self._present: Turn | None = None
        self._before: Turn | None = None
        self._changing = threading.Lock()
        self._seen: tuple[Turn, int, float] | None = None
        self._is_watched = False
        self._has_ended = False

    def work(self) -> None:
        """Follow and lead until `end`: what each thread does."""
        while not self._has_ended:
            try:
                self._take_turn()
            except Exception as error:  # one thread less for good would be worse
                _LOG.error("A turn failed: %s.", type(error).__name__, extra=failure_fields(error))

    def watch(self) -> float:
        """Depose a leader that has been at one thing for `LOOK_S`. Gives the seconds after which to call again; more
        calls do no harm. Call it from one thread."""
        self._is_watched = False  # before looking: who begins after the look must see it
        turn = self._present
        if turn is None or not turn.is_busy:
            self._seen = None
            return REST_S
        self._is_watched = True
        now = self._now_s()
        if self._seen is None or self._seen[:2] != (turn, turn.steps):
            self._seen = (turn, turn.steps, now)
        elif now - self._seen[2] >= LOOK_S:
            self._seen = None
            self._give_up(turn)
        return LOOK_S

    def add(self, connection: Connection) -> None:
        """Wait for the first request on a new connection."""
        self._waiting[connection.sock.fileno()] = connection
        self._poller.register(connection.sock.fileno(), select.EPOLLIN | select.EPOLLONESHOT)

    def arm(self, connection: Connection, *, at_once: bool = False) -> None:
        """Wait for the next request on a connection; `at_once` where it has arrived already."""
        events = select.EPOLLIN | select.EPOLLONESHOT | (select.EPOLLOUT if at_once else 0)
        number = connection.sock.fileno()
        self._waiting[number] = connection
        with suppress(OSError, ValueError):  # it was closed while the service stops
            self._poller.modify(number, events)

    def expired(self, now: float) -> Iterator[Connection]:
        """Give the connections on which nothing came in time; they are waited for no longer."""
        for number, connection in list(self._waiting.items()):
            if connection.timeout <= now and self._waiting.pop(number, None) is not None:
                yield connection

    def hurry(self, deadline: float) -> None:
        """Let every connection that waits expire by then."""
        for connection in list(self._waiting.values()):
            connection.timeout = min(connection.timeout, deadline)

    def end(self) -> None:
        """Let all threads go, each when it is done with what it has."""
        self._has_ended = True
        os.eventfd_write(self._bell, 1)

    def _take_turn(self) -> None:
        """Wait for the lead, and lead until deposed."""
        self._baton.acquire()
        turn, before, self._before = Turn(), self._before, None
        if before is not None:
            turn.take_over(before)
        self._present = turn
        try:
            while self._present is turn and not self._has_ended:
                self._go_round(turn)
        finally:
            for connection in _taken(turn.arrived):  # nobody takes over twice
                self.arm(connection, at_once=True)
            self._give_up(turn)

    def _give_up(self, turn: Turn) -> None:
        """Let the next thread lead and go on with what this turn has before it, if it leads at all."""
        with self._changing:
            if self._present is not turn:
                return
            self._before, self._present = turn, None
        self._baton.release()

    def _go_round(self, turn: Turn) -> None:
        """Answer what has arrived, let the answers go, and wait for more."""
        turn.is_busy = True
        if not self._is_watched:
            self._is_watched = True
            self._rouse()
        began = self._now_s()
        while self._present is turn and len(turn.answered) < MOST and self._now_s() - began < GATHER_S:
            one = self._next_arrival(turn)
            if one is None:
                break
            turn.steps += 1
            served = self._server.serve(one, len(turn.arrived))
            if served is not None:
                turn.answered.append(served)
        self._settle(turn)
        if self._present is turn and not turn.arrived:
            turn.is_busy = False
            turn.arrived.extend(self._arrivals(REST_S))

    def _next_arrival(self, turn: Turn) -> Connection | None:
        """Give the next request, also one that came while others were answered: who asks again and again would else be
        recorded in ever smaller groups."""
        if not turn.arrived:
            turn.arrived.extend(self._arrivals(0))
        return _next(turn.arrived)

    def _arrivals(self, wait_s: float) -> list[Connection]:
        """Wait for requests. An event is given once, to one thread, until `arm`."""
        found = (self._waiting.pop(number, None) for number, _ in self._poller.poll(wait_s))
        return [connection for connection in found if connection is not None]

    def _settle(self, turn: Turn) -> None:
        """Record what is answered, and send what is recorded."""
        group = list(_taken(turn.answered))
        if group:
            turn.steps += 1
            self._server.record(group)
            turn.recorded.extend(group)
        while (answer := _next(turn.recorded)) is not None:
            turn.steps += 1
            self._server.leave(answer)


def _next(waiting: deque[Item]) -> Item | None:
    """Give and take away the first that waits; another thread may take one meanwhile."""
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _taken(waiting: deque[Item]) -> Iterator[Item]:
    """Give and take away all that wait."""
    while (one := _next(waiting)) is not None:
        yield one
