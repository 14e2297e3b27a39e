"""The worker that gunicorn runs: how it reads a request, and what is told of one that it cannot read.

Decides how long a request may take to arrive, that a broken one is answered with a problem document, and that nothing
of what was sent reaches the log: gunicorn's own words repeat it, a credential too. What a readable request is answered
decides the application.
"""

import json
import socket
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Flask
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.http import errors  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]
from gunicorn.util import write_nonblock  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from mobile_api.headers import NO_STORE
from mobile_api.problems import MEDIA_TYPE, http_problem, places_of
from mobile_api.request_ids import ENVIRON_KEY, HEADER, new_request_id
from mobile_api.runtime import EXTENSION

READ_S = 5
"""Seconds in which a request must have arrived whole, and its answer be taken, once a thread is occupied with it. A
question has at most 2 KiB; who needs longer for it holds a thread on purpose, or should come through a proxy."""
LEAVE_S = 1
"""Seconds that the other side gets to close its end; it needs one round trip."""
LEAVE_PIECE = 64 * 1024

_STATUSES = (
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),  # the application's own fault, not the caller's
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
    (Exception, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""The first that fits counts."""


class DiscreetLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log, which names where an exception came from and leaves out its message and its arguments."""

    def exception(self, msg: object, *_args: object, **_more: object) -> None:
        """Log the exception that is being handled: its class and the lines of code."""
        self.error("a request or a worker failed: %s", places_of(sys.exception()))


class TooSlow(errors.NoMoreData):  # type: ignore[misc]
    """A request did not arrive in time; for gunicorn a caller who went away."""


class TimedUnreader(SocketUnreader):  # type: ignore[misc]
    """Reads a request from its socket until `READ_S` have passed since its first piece was awaited."""

    _deadline: float | None = None

    def begin(self) -> None:
        """Begin another request."""
        self._deadline = None

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Give the next piece. Raises `TooSlow` after the deadline."""
        now = time.monotonic()
        if self._deadline is None:
            self._deadline = now + READ_S
        try:
            if now >= self._deadline:
                raise TimeoutError
            self.sock.settimeout(self._deadline - now)
            piece: bytes = super().chunk(size_hint)
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.sock.settimeout(READ_S)  # for the answer: one who does not take it holds the thread just as well
        return piece


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker with threads that no half request can keep for long."""

    def handle(self, conn: Any) -> Any:
        """Serve what has arrived on a connection."""
        if conn.parser is None:
            conn.parser = RequestParser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = TimedUnreader(conn.sock)
        conn.parser.unreader.begin()
        kept = super().handle(conn)
        if kept is False:
            _take_leave(conn.sock)
        return kept

    def handle_error(self, _req: object, client: Any, _addr: object, exc: Exception) -> None:
        """Answer a request that could not be read, and close the connection."""
        status = next(status for kind, status in _STATUSES if isinstance(exc, kind))
        request_id = new_request_id()
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("request %s failed: %s", request_id, places_of(exc))
        try:
            write_nonblock(client, _refusal(self.wsgi, status, request_id))
        except OSError:
            self.log.debug("a refusal could not be sent")


def _take_leave(sock: Any) -> None:
    """Wait for the other side to close, here in a thread of many: gunicorn does it in the one that accepts everybody.

    Closing at once would drop the end of an answer where something that was sent is still unread (RFC 9112, 9.6).
    """
    deadline = time.monotonic() + LEAVE_S
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        while (remaining := deadline - time.monotonic()) > 0:
            sock.settimeout(remaining)
            if not sock.recv(LEAVE_PIECE):
                break
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RD)


def _refusal(app: Flask, status: HTTPStatus, request_id: str) -> bytes:
    """Write the whole response of a request that never reached the application."""
    with app.test_request_context(environ_overrides={ENVIRON_KEY: request_id}):
        problem = http_problem(status, app.extensions[EXTENSION].phone())
    body = json.dumps(problem).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        f"Cache-Control: {NO_STORE}",
        f"{HEADER}: {request_id}",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + body
