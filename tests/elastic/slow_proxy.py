"""A TCP proxy before a server that a test can make silent, cut off, or switch off: what a broken network does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Mood = Literal["through", "silent", "cut"]
"""`silent` takes requests and never answers; `cut` closes in the middle of an answer."""

CUT_AFTER = 150
"""Bytes of an answer that arrive before it is cut: within its headers or at the beginning of its body."""


class SlowProxy:
    """Passes connections on to `server`, as its mood is at the moment when an answer comes."""

    def __init__(self, server: str) -> None:
        host, _, port = server.rpartition(":")
        self._server = host.removeprefix("http://"), int(port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._over = threading.Event()
        self.mood: Mood = "through"
        self.answers = 0
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Refuse connections from now on, and end those that there are."""
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            _end(one)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
            except OSError:
                return
            self._open += [client, server]
            threading.Thread(target=self._requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answers, args=(server, client), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(65536):
                server.sendall(piece)
        _end(server)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(65536):
                self.answers += 1
                if self.mood == "silent":
                    self._over.wait()
                if self.mood == "cut":
                    client.sendall(piece[:CUT_AFTER])
                    break
                client.sendall(piece)
        _end(client)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def slow_proxy(server: str) -> Iterator[SlowProxy]:
    """Put a proxy before a server for the length of a test."""
    proxy = SlowProxy(server)
    try:
        yield proxy
    finally:
        proxy.close()
