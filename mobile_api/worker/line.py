"""The socket of one connection as the server sees it: reading has a deadline, writing gathers.

Decides how long somebody may take to send a request or to take an answer once a thread is occupied with it, and that
an answer leaves as one piece, when it may. Whether it may leave is decided in `turns`; what is in it, elsewhere.
"""

import select
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gunicorn.http import errors  # type: ignore[import-untyped]

from lookup.audit.entry import Entry

READ_S = 5
"""Seconds in which a request must have arrived whole, and each 64 KiB of its answer be taken, once a thread is occupied
with it. A question has at most 2 KiB; who needs longer for it holds a thread on purpose, or should come through a
proxy."""
GATHERED_BYTES = 64 * 1024
"""Gathered of an answer that need not wait before some of it is sent: a whole page, and of a long file a piece."""

_NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class TooSlow(errors.NoMoreData):  # type: ignore[misc]
    """A request did not arrive in time, or its answer was not taken; for gunicorn a caller who went away."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why an answer is kept back: its entries are not yet in the audit trail. `recorded` is called when they are;
    `request_id` names the request, should it be refused instead."""

    entries: Sequence[Entry]
    recorded: Callable[[], None]
    request_id: str


class Line:
    """One connection's socket, which must not block. `waiting` is how many requests wait beside the present one.

    gunicorn calls it like a socket; what it would set there, the deadlines here decide.
    """

    def __init__(self, real: Any) -> None:
        self.real = real
        self.held: Held | None = None
        self.waiting = 0
        self._until: float | None = None
        self._gathered: list[bytes] = []
        self._size = 0

    def begin(self, waiting: int) -> None:
        """Begin another request."""
        self._until, self.held, self.waiting = None, None, waiting

    def hold(self, held: Held) -> None:
        """Keep the answer of this request back."""
        self.held = held

    def recv(self, size: int) -> bytes:
        """Give the next piece. Raises `TooSlow` where it does not come within `READ_S` of the first wait."""
        while True:
            try:
                piece: bytes = self.real.recv(size)
                if isinstance(self.real, ssl.SSLSocket) and self.real.pending():
                    piece += self.real.recv(self.real.pending())  # what TLS has read already wakes nobody up
            except _NOT_YET as want:
                self._wait_until_ready(want, select.POLLIN)
            else:
                return piece

    def sendall(self, data: bytes) -> None:
        """Gather a piece of the answer."""
        self._gathered.append(data)
        self._size += len(data)
        if self._size > GATHERED_BYTES and self.held is None:
            self.flush()

    def send(self, data: bytes) -> int:
        """Send at once: the few bytes by which HTTP asks for the body."""
        sent: int = self.real.send(data)
        return sent

    def refuse(self, response: bytes) -> None:
        """Put another response in the place of what was gathered."""
        self._gathered, self._size = [response], len(response)

    def flush(self) -> None:
        """Send what was gathered. Raises `TooSlow` where 64 KiB are not taken within `READ_S`, `OSError` where nobody
        is there any more."""
        whole = memoryview(b"".join(self._gathered))
        self._gathered, self._size = [], 0
        for start in range(0, len(whole), GATHERED_BYTES):
            self._send_piece(whole[start : start + GATHERED_BYTES])

    def has_arrived(self) -> bool:
        """Tell whether something can be read, were it the end."""
        ready = select.poll()
        ready.register(self.real, select.POLLIN)
        return bool(ready.poll(0))

    def _send_piece(self, rest: memoryview) -> None:
        self._until = None
        while rest:
            try:
                rest = rest[self.real.send(rest) :]
            except _NOT_YET as want:
                self._wait_until_ready(want, select.POLLOUT)

    def setblocking(self, _blocking: bool) -> None:
        """Stay as it is."""

    def settimeout(self, _seconds: float | None) -> None:
        """Stay as it is."""

    def gettimeout(self) -> None:
        """Say that it has none of its own."""

    def fileno(self) -> int:
        """Give the descriptor, -1 where it is closed."""
        number: int = self.real.fileno()
        return number

    def close(self) -> None:
        """Close it."""
        self.real.close()

    def __getattr__(self, name: str) -> Any:
        """Anything else is the socket's."""
        return getattr(self.real, name)

    def _wait_until_ready(self, want: OSError, usual: int) -> None:
        """Wait until the socket goes on as it wants: TLS may have to write in order to read, and the other way."""
        if isinstance(want, ssl.SSLError):
            usual = select.POLLIN if isinstance(want, ssl.SSLWantReadError) else select.POLLOUT
        now = time.monotonic()
        self._until = self._until or now + READ_S
        if now >= self._until:
            raise TooSlow
        ready = select.poll()
        ready.register(self.real, usual)
        ready.poll((self._until - now) * 1000 + 1)


def line_of(environ: dict[str, Any]) -> Line | None:
    """Give the line that a request came on; None under another server, as in many tests."""
    found = environ.get("gunicorn.socket")
    return found if isinstance(found, Line) else None
