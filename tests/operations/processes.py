"""Services of ours as processes, with any settings, and clients that never try again."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from lookup.settings import Settings, variables_of
from tests.api.real_server import PROGRAM, START_S, free_port

PATIENCE_S = 30.0
LOOK_S = 0.02


class Service:
    """A service as a process of its own; what it writes to standard error goes into a file."""

    def __init__(
        self, settings: Settings, command: str, port: int, log: IO[str], within: Sequence[str] = (), **more: str
    ) -> None:
        self.port = port
        self._log = log
        own = {"IMMUNITY_BIND": f"127.0.0.1:{port}", "IMMUNITY_CONSOLE_BIND": f"127.0.0.1:{port}"}
        self.process = subprocess.Popen(
            [*within, sys.executable, "-c", PROGRAM, command],
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=os.environ | variables_of(settings) | own | {f"IMMUNITY_{key.upper()}": more[key] for key in more},
        )
        until(lambda: self.process.poll() is not None or is_listening(port))
        assert self.process.poll() is None, self.log()

    def log(self) -> str:
        """Give what was written to standard error so far."""
        return Path(self._log.name).read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """Give the lines of the log."""
        return [json.loads(line) for line in self.log().splitlines()]

    def workers(self) -> list[int]:
        """Give the ids of the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(one) for one in children.split()]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """Ask the service to end, and give its exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


@contextmanager
def service(
    settings: Settings, command: str = "serve", port: int | None = None, within: Sequence[str] = (), **more: str
) -> Iterator[Service]:
    """Run a service; it is killed afterwards where a test has not stopped it. `within` is a command line that becomes
    the service in surroundings of its making; `more` are further settings."""
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        running = Service(settings, command, port or free_port(), log, within, **more)
        try:
            yield running
        finally:
            if running.process.poll() is None:
                running.process.terminate()
                try:
                    running.process.wait(START_S)
                except subprocess.TimeoutExpired:
                    running.process.kill()
                    running.process.wait()


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so. Raises `TimeoutError`."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come to pass")
        time.sleep(LOOK_S)


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
    except ConnectionRefusedError:
        return False
    return True


class Client:
    """One connection that is kept and never opened anew by itself."""

    def __init__(self, port: int, token: str, tls: ssl.SSLContext | None = None) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = (
            http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            if tls is None
            else http.client.HTTPSConnection("localhost", port, timeout=PATIENCE_S, context=tls)
        )
        self._connection.auto_open = 0
        try:
            self._connection.connect()
        except OSError:
            self._connection.close()  # where the handshake failed
            raise
        self.goes_on = True

    def ask(self, path: str, body: object = None, method: str | None = None) -> tuple[int, bytes]:
        """Ask, and give status and body; `goes_on` says afterwards whether the server keeps the connection."""
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method or ("GET" if data is None else "POST"), path, data, self._headers)
        answer = self._connection.getresponse()
        self.goes_on = answer.getheader("Connection", "").lower() != "close"
        self.headers = dict(answer.getheaders())
        return answer.status, answer.read()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def ask(
    port: int, path: str, token: str = "", body: object = None, tls: ssl.SSLContext | None = None
) -> tuple[int, bytes]:
    """Ask on a connection of its own."""
    with Client(port, token, tls) as client:
        return client.ask(path, body)
