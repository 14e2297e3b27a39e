"""The worker that gunicorn runs: one process, its connections, and the threads that take turns at them.

Decides what becomes of a connection: it waits, is served, is taken leave of. Gunicorn accepts connections, reads
requests and calls the application; which thread does so when is decided in `turns`, how a socket is read and written in
`line`, what a readable request is answered by the application.
"""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]
from gunicorn.sock import ssl_context  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from lookup.audit.trail import Trail
from lookup.logs import failure_fields
from mobile_api.runtime import EXTENSION
from mobile_api.service_app import Service
from mobile_api.worker.line import READ_S, Held, Line
from mobile_api.worker.turns import Connection, Served, Turns
from mobile_api.worker.unreadable import unread_response, unrecorded_response

LEAVE_S = 1
"""Seconds that the other side gets to close its end; it needs one round trip."""
LEAVE_PIECE = 64 * 1024
SWEEP_S = 0.5
"""Seconds between two looks for connections on which nothing came in time."""
STOPPING_S = 0.05
"""The same while the service stops."""
GIVE_WAY_S = 0.001
"""Seconds in which another process that has fewer connections wakes up and takes one."""

_LOG = logging.getLogger(__name__)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker whose threads take turns, that no half request can keep for long, and that leaves nobody without an
    answer when it is stopped."""

    tls: ssl.SSLContext | None = None
    _turns: Turns
    _next_sweep = 0.0
    _leave_by: float | None = None
    _is_over = False

    def init_process(self) -> None:
        """Begin to work; what TLS needs is read once, not with each connection."""
        if self.cfg.is_ssl:
            self.tls = ssl_context(self.cfg)
        super().init_process()

    def run(self) -> None:
        """Serve until the process is told to stop."""
        self._turns = Turns(self, rouse=lambda: self._tell(_nothing))
        for _ in range(self.cfg.threads):
            self.tpool.submit(self._turns.work)
        try:
            super().run()
        finally:
            self._turns.end()

    def notify(self) -> None:
        """Tell the parent that this worker lives, and let it count what it did."""
        super().notify()
        if isinstance(self.wsgi, Service):
            self.wsgi.pulse()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Take new connections, and have an eye on who leads."""
        longest = self._turns.watch()
        super().wait_for_and_dispatch_events(min(timeout, longest if self.alive else STOPPING_S))

    def accept(self, listener: Any) -> None:
        """Take a new connection. Whoever has more than another process lets that one take it first, for a moment."""
        shares = self.app.shares
        if self.alive and shares.has_most(self.age):
            time.sleep(GIVE_WAY_S)
        super().accept(listener)
        if self._accepting:
            shares.set(self.age, self.nr_conns)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take new connections or not. A worker that stops takes those that wait and then closes its door, so that
        whoever comes later is refused at once and asks another node; else they would wait there to be dropped."""
        super().set_accept_enabled(enabled)
        if enabled:
            self.app.shares.set(self.age, self.nr_conns)
        else:
            self.app.shares.leave(self.age)
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._accept_waiting(listener)
                listener.close()

    def _accept_waiting(self, listener: Any) -> None:
        served = -1
        while served != self.nr_conns:
            served = self.nr_conns
            self.accept(listener)

    def enqueue_req(self, conn: Connection) -> None:
        """Take a new connection, on which something may come."""
        conn.sock = Line(conn.sock)
        conn.is_leaving, conn.has_shaken_hands = False, self.tls is None
        conn.timeout = self._idle_until()
        conn.data_ready = True  # it is served only then
        conn.parser = RequestParser(self.cfg, conn.sock, conn.client)
        self._turns.add(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close the connections on which nothing came in time, or all."""
        now = time.monotonic()
        if now < self._next_sweep and not force:
            return
        self._is_over = self._is_over or force
        self._next_sweep = now + (SWEEP_S if self.alive else STOPPING_S)
        all_expire = force or (self._leave_by is not None and now >= self._leave_by)
        for connection in self._turns.expired(float("inf") if all_expire else now):
            if not force and not connection.is_leaving and connection.sock.has_arrived():
                self._turns.arm(connection)  # its request waits for a thread, not for its caller
            else:
                self._close(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        """Close idle connections by then: the worker stops."""
        self._leave_by = deadline
        self._turns.hurry(deadline)

    def serve(self, connection: Connection, waiting: int) -> Served | None:
        """Serve what has arrived on a connection, while `waiting` others wait."""
        try:
            if connection.is_leaving:
                self._drain(connection)
            elif not connection.has_shaken_hands:
                self._shake_hands(connection)
            else:
                return self._serve_request(connection, waiting)
        except Exception as error:  # a connection that nobody ends would count for ever
            self._lose(connection, error)
        return None

    def _serve_request(self, connection: Connection, waiting: int) -> Served:
        connection.sock.begin(waiting)
        # What gunicorn asks before it keeps a connection: whether so many are open that newcomers need the place.
        self.max_keepalived = 0 if self.nr_conns > self.worker_connections - self.cfg.threads else 1
        return Served(connection, kept=self.handle(connection) is True)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Send an answer that need not wait before what is left of its request is read."""
        if conn.sock.held is None:
            conn.sock.flush()
        kept: bool = super()._keepalive_after(conn, keepalive)
        return kept

    def handle_error(self, _req: object, client: Line, _addr: object, exc: Exception) -> None:
        """Answer a request that could not be read."""
        client.refuse(unread_response(self.wsgi, exc))

    def record(self, group: Sequence[Served]) -> None:
        """Bring the entries of these answers to disk as one group; where that fails, refuse instead."""
        lines: list[Line] = [answer.connection.sock for answer in group]
        waiting = [(answer, line, line.held) for answer, line in zip(group, lines, strict=True) if line.held]
        if not waiting:
            return
        trail: Trail = self.wsgi.extensions[EXTENSION].trail
        try:
            trail.record(*(entry for _, _, held in waiting for entry in held.entries))
        except Exception as error:  # also an unforeseen one: nothing leaves unrecorded, and nobody waits for ever
            for answer, line, held in waiting:
                line.refuse(unrecorded_response(self.wsgi, error, held.request_id))
                answer.kept = False
        else:
            for answer, _, held in waiting:
                self._note_recorded(answer, held)

    def _note_recorded(self, answer: Served, held: Held) -> None:
        try:
            held.recorded()
        except Exception as error:  # the answer is good all the same
            _LOG.error("What was answered could not be counted: %s.", type(error).__name__, extra=failure_fields(error))

    def leave(self, answer: Served) -> None:
        """Send an answer, and wait for the next request or take leave."""
        try:
            self._leave(answer)
        except Exception as error:  # see `serve`
            self._lose(answer.connection, error)

    def _leave(self, answer: Served) -> None:
        connection = answer.connection
        try:
            connection.sock.flush()
        except OSError:  # whoever has gone needs no answer; it is recorded that there was one
            self._end(connection)
            return
        if answer.kept:
            connection.timeout = self._idle_until()
            self._turns.arm(connection, at_once=bool(connection.parser.unreader.buf.getvalue()))
        else:
            self._take_leave(connection)

    def _shake_hands(self, connection: Connection) -> None:
        """Go on with the handshake of TLS, which takes at most `READ_S` once the other side has begun."""
        line: Line = connection.sock
        try:
            if not isinstance(line.real, ssl.SSLSocket):
                connection.timeout = time.monotonic() + READ_S
                line.real = self.tls.wrap_socket(line.real, server_side=True, do_handshake_on_connect=False)  # type: ignore[union-attr]
            line.real.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as want:
            self._turns.arm(connection, at_once=isinstance(want, ssl.SSLWantWriteError))
        except OSError as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else type(error).__name__
            _LOG.info("A TLS connection was refused: %s.", reason)
            self._take_leave(connection)
        else:
            connection.has_shaken_hands = True
            connection.timeout = self._idle_until()
            self._turns.arm(connection)

    def _take_leave(self, connection: Connection) -> None:
        """Say that nothing more comes, and wait for the other side to close: closing at once would drop the end of an
        answer where something that was sent is still unread (RFC 9112, 9.6)."""
        real = connection.sock.real
        if isinstance(real, ssl.SSLSocket):
            with suppress(OSError, ValueError):  # the latter where TLS has ended already
                real.unwrap()  # says that this is the end, which TLS needs to know
        try:
            real.shutdown(socket.SHUT_WR)
        except OSError:
            self._end(connection)
            return
        connection.is_leaving = True
        connection.timeout = time.monotonic() + LEAVE_S
        self._turns.arm(connection)

    def _drain(self, connection: Connection) -> None:
        """Throw away what still comes on a connection that was taken leave of, until its other side closes."""
        try:
            rest = connection.sock.real.recv(LEAVE_PIECE)
        except (BlockingIOError, ssl.SSLWantReadError):
            rest = None
        except OSError:
            rest = b""
        if rest == b"":
            self._end(connection)
        else:
            self._turns.arm(connection)

    def _lose(self, connection: Connection, error: Exception) -> None:
        """End a connection with which something unforeseen happened."""
        _LOG.error("A connection failed: %s.", type(error).__name__, extra=failure_fields(error))
        self._end(connection)

    def _end(self, connection: Connection) -> None:
        """Have a connection closed by the thread that counts them."""
        self._tell(self._close, connection)

    def _tell(self, call: Callable[..., None], *arguments: Any) -> None:
        """Have the main thread do something, as long as it listens: afterwards its pipe may be another file."""
        if not self._is_over:
            self.method_queue.defer(call, *arguments)

    def _close(self, connection: Connection) -> None:
        self.nr_conns -= 1
        if self._accepting:
            self.app.shares.set(self.age, self.nr_conns)
        connection.close()

    def _idle_until(self) -> float:
        """Give when a connection is closed on which nothing comes."""
        until: float = time.monotonic() + self.cfg.keepalive
        return until if self._leave_by is None else min(until, self._leave_by)


def _nothing() -> None:
    """Wake up the thread that calls `watch`, no more."""
