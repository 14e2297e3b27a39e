"""The worker that gunicorn runs: how it reads a request, and what is told of one that it cannot read.

Decides how long a request may take to arrive, that a broken one is answered with a problem document, and that nothing
of what was sent reaches the log: gunicorn's own words repeat it, a credential too. What a readable request is answered
decides the application.
"""

import json
import logging
import socket
import ssl
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
from gunicorn.sock import ssl_context  # type: ignore[import-untyped]
from gunicorn.util import write_nonblock  # type: ignore[import-untyped]
from gunicorn.workers.gthread import _DEFER, ThreadWorker  # type: ignore[import-untyped]

from mobile_api.headers import NO_STORE
from mobile_api.problems import MEDIA_TYPE, http_problem
from mobile_api.request_ids import ENVIRON_KEY, HEADER, new_request_id
from mobile_api.runtime import EXTENSION
from mobile_api.service_app import Service

READ_S = 5
"""Seconds in which a request must have arrived whole, and its answer be taken, once a thread is occupied with it. A
question has at most 2 KiB; who needs longer for it holds a thread on purpose, or should come through a proxy."""
LEAVE_S = 1
"""Seconds that the other side gets to close its end; it needs one round trip."""
LEAVE_PIECE = 64 * 1024

_LOG = logging.getLogger(__name__)

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
    """Gunicorn's log, which goes the way of all our lines (`lookup.logs`)."""

    def setup(self, cfg: Any) -> None:
        """Take the level that is set, and leave the writing to the one handler of the process."""
        super().setup(cfg)
        self.error_log.propagate = True

    def exception(self, msg: object, *_args: object, **_more: object) -> None:
        """Log the exception that is being handled, without arguments."""
        self.error(msg, exc_info=sys.exception())


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
            if isinstance(self.sock, ssl.SSLSocket):  # what TLS has read already wakes nobody up
                piece += self.sock.recv(self.sock.pending()) if self.sock.pending() else b""
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.sock.settimeout(READ_S)  # for the answer: one who does not take it holds the thread just as well
        return piece


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker with threads that no half request can keep for long, and that leaves nobody without an answer when it
    is stopped."""

    tls: ssl.SSLContext | None = None

    def init_process(self) -> None:
        """Begin to work; what TLS needs is read once, not with each connection."""
        if self.cfg.is_ssl:
            self.tls = ssl_context(self.cfg)
        super().init_process()

    def notify(self) -> None:
        """Tell the parent that this worker lives, and let it count what it did."""
        super().notify()
        if isinstance(self.wsgi, Service):
            self.wsgi.pulse()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take new connections or not. A worker that stops takes those that wait and then closes its door, so that
        whoever comes later is refused at once and asks another node; else they would wait there to be dropped."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._accept_waiting(listener)
                listener.close()

    def _accept_waiting(self, listener: Any) -> None:
        served = -1
        while served != self.nr_conns:
            served = self.nr_conns
            self.accept(listener)

    def handle(self, conn: Any) -> Any:
        """Serve what has arrived on a connection."""
        if conn.parser is None:
            ready = self.tls is None or self._begin_tls(conn, self.tls)
            if ready is not True:
                return ready
            conn.parser = RequestParser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = TimedUnreader(conn.sock)
        conn.parser.unreader.begin()
        kept = super().handle(conn)
        if kept is False:
            _take_leave(conn.sock)
        return kept

    def _begin_tls(self, conn: Any, context: ssl.SSLContext) -> Any:
        """Shake hands, in at most `READ_S` once the other side has begun. Gives what `handle` is to return where that
        comes to nothing."""
        if not conn.data_ready and not conn.wait_for_data(READ_S):
            return _DEFER
        conn.sock.settimeout(READ_S)
        conn.sock = context.wrap_socket(conn.sock, server_side=True, do_handshake_on_connect=False)
        try:
            conn.sock.do_handshake()
        except OSError as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else type(error).__name__
            _LOG.info("A TLS connection was refused: %s.", reason)
            _take_leave(conn.sock)
            return False
        conn.data_ready = False  # that was the handshake; the question is yet to come
        return True

    def handle_error(self, _req: object, client: Any, _addr: object, exc: Exception) -> None:
        """Answer a request that could not be read, and close the connection."""
        status = next(status for kind, status in _STATUSES if isinstance(exc, kind))
        request_id = new_request_id()
        self.wsgi.refused_unread(status, request_id, exc)
        try:
            write_nonblock(client, _refusal(self.wsgi, status, request_id))
        except OSError:
            self.log.debug("a refusal could not be sent")


def _take_leave(sock: Any) -> None:
    """Wait for the other side to close, here in a thread of many: gunicorn does it in the one that accepts everybody.

    Closing at once would drop the end of an answer where something that was sent is still unread (RFC 9112, 9.6).
    """
    deadline = time.monotonic() + LEAVE_S
    if isinstance(sock, ssl.SSLSocket):
        with suppress(OSError):
            sock.settimeout(LEAVE_S)
            sock.unwrap()  # says that this is the end, which TLS needs to know
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
