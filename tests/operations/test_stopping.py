"""Stopping, reloading and restarting: nobody who asks meanwhile goes without an answer."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
import trustme

from lookup.clock import system_clock
from lookup.settings import Settings
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest
from tests.api.real_server import free_port
from tests.operations.processes import PATIENCE_S, Client, Service, ask, is_listening, service, until
from tests.servers.nginx import StartNginx

CLIENTS = 4
QUESTION = {"plate": "DZZ9999"}


@pytest.fixture(scope="module")
def token(settings: Settings) -> str:
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    _, made = keys.create(KeyRequest("stopping test", frozenset({"lookup"})))
    keys.close()
    return made


class Load:
    """Clients that ask one question after the other, each on one connection until the server says that it is the last
    one on it. None tries again: whatever goes wrong is a failed lookup."""

    def __init__(self, port: int, token: str, tls: ssl.SSLContext | None = None) -> None:
        self.answered = 0
        self.failures: list[str] = []
        self.enough = threading.Event()
        self._port, self._token, self._tls = port, token, tls
        self._lock = threading.Lock()

    def ask_on(self) -> None:
        """Ask and ask, on new connections where the old one ends."""
        while not self.enough.is_set():
            self.ask_until_the_end()

    def ask_until_the_end(self) -> None:
        """Ask on one connection for as long as the server keeps it."""
        try:
            with Client(self._port, self._token, self._tls) as client:
                while client.goes_on and not self.enough.is_set():
                    status, body = client.ask("/v1/lookups", QUESTION)
                    assert status == 200, body.decode()
                    assert json.loads(body)["outcome"] == "no_record"
                    with self._lock:
                        self.answered += 1
        except Exception as error:
            with self._lock:
                self.failures.append(f"{type(error).__name__}: {error}")
            self.enough.set()

    def wait_for(self, more: int) -> None:
        """Wait until so many more were answered, or one was not."""
        goal = self.answered + more
        until(partial(self.has_ended_or, lambda: self.answered >= goal))

    def has_ended_or(self, is_so: Callable[[], bool]) -> bool:
        """Whether a lookup has failed, after which nobody asks any more, or else something is so."""
        return bool(self.failures) or is_so()


@contextmanager
def load(port: int, token: str, *, tls: ssl.SSLContext | None = None, once: bool = False) -> Iterator[Load]:
    """Ask with all clients while the block runs; `once`: each on one connection only."""
    asking = Load(port, token, tls)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(CLIENTS):
            pool.submit(asking.ask_until_the_end if once else asking.ask_on)
        try:
            asking.wait_for(20)
            yield asking
        finally:
            asking.enough.set()


def test_a_service_that_stops_answers_what_runs_and_ends_each_connection_with_an_answer(
    settings: Settings, token: str
) -> None:
    with service(settings) as running:
        with load(running.port, token, once=True) as asking:
            assert running.stop() == 0
        assert asking.failures == []
        assert not is_listening(running.port)


def test_an_idle_connection_gets_one_more_answer_that_says_it_is_the_last(settings: Settings, token: str) -> None:
    with service(settings, workers="1") as running, Client(running.port, token) as client:
        assert client.ask("/healthz")[0] == 200
        assert client.goes_on
        running.signal(signal.SIGTERM)
        until(lambda: not is_listening(running.port))
        assert client.ask("/v1/lookups", QUESTION)[0] == 200
        assert not client.goes_on
        assert running.process.wait(PATIENCE_S) == 0


def test_half_a_request_keeps_no_other_connection_from_its_last_answer(settings: Settings, token: str) -> None:
    with service(settings, workers="1") as running, Client(running.port, token) as client:
        assert client.ask("/healthz")[0] == 200
        with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_S) as half:
            half.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert half.recv(65_536).startswith(b"HTTP/1.1 200")
            running.signal(signal.SIGTERM)
            until(lambda: not is_listening(running.port))
            half.sendall(b"GET /he")
            assert client.ask("/v1/lookups", QUESTION)[0] == 200


def test_who_waited_at_the_door_is_let_in_before_it_closes(settings: Settings, token: str) -> None:
    with service(settings, workers="1") as running:
        await_ready(running)
        (worker,) = running.workers()
        os.kill(worker, signal.SIGSTOP)
        with ExitStack() as after, ThreadPoolExecutor(6) as pool:
            after.callback(os.kill, worker, signal.SIGCONT)
            waiting = [after.enter_context(Client(running.port, token)) for _ in range(6)]
            answers = [pool.submit(client.ask, "/v1/lookups", QUESTION) for client in waiting]
            until(lambda: backlog(running.port) == len(waiting))
            os.kill(worker, signal.SIGTERM)
            os.kill(worker, signal.SIGCONT)
            assert [answer.result(PATIENCE_S)[0] for answer in answers] == [200] * len(waiting)


def test_who_comes_after_the_door_is_closed_is_refused_at_once(settings: Settings, token: str) -> None:
    with service(settings, workers="2") as running, Client(running.port, token) as kept:
        kept.ask("/healthz")  # holds its worker open for some seconds more
        running.signal(signal.SIGTERM)
        until(lambda: not is_listening(running.port))
        assert running.process.poll() is None
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_S)
        assert kept.ask("/healthz")[0] == 200  # so that was while the worker was still there


def test_a_reload_changes_all_workers_and_fails_no_lookup(settings: Settings, token: str) -> None:
    with service(settings) as running:
        before = set(running.workers())
        with load(running.port, token) as asking:
            running.signal(signal.SIGHUP)
            until(lambda: len(running.workers()) == 2 and not before & set(running.workers()))
            asking.wait_for(20)
        assert asking.failures == []


def test_two_nodes_behind_nginx_are_restarted_in_turn_without_a_failed_lookup(
    settings: Settings, token: str, nginx: StartNginx
) -> None:
    authority = trustme.CA()
    ports = [free_port(), free_port()]
    front = nginx(ports, authority.issue_cert("localhost")).lookup
    with ExitStack() as running:
        nodes = [running.enter_context(service(settings, port=port)) for port in ports]
        for node in nodes:
            await_ready(node)
        with load(front, token, tls=trusting(authority)) as asking:
            for node in nodes:
                assert node.stop() == 0
                asking.wait_for(50)
                again = running.enter_context(service(settings, port=node.port))
                # The proxy leaves a node alone for 5 s that it found down.
                until(partial(asking.has_ended_or, partial(answers_lookups, again)))
                asking.wait_for(50)
        assert asking.failures == []


def backlog(port: int) -> int:
    """Give how many connections wait to be accepted at a port of loopback."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    here = f"0100007F:{port:04X}"
    return next(int(row[4].partition(":")[2], 16) for row in rows if row[1] == here and row[3] == "0A")


def await_ready(node: Service) -> None:
    until(lambda: ask(node.port, "/readyz")[0] == 200)


def answers_lookups(node: Service) -> bool:
    """Tell by its metrics whether a node has answered any: what docs/operations.md tells the operator to wait for."""
    _, text = ask(node.port, "/metrics")
    counts = re.findall(rb"^immunity_lookup_seconds_count (\S+)$", text, flags=re.MULTILINE)
    return any(float(count) > 0 for count in counts)


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_any_other_application_runs_on_the_same_server_to_be_measured_beside_ours() -> None:
    port = free_port()
    code = (
        "from loadtests.baselines.hello import create_app\n"
        "from lookup.settings import resolve_settings\n"
        "from mobile_api.server import Server\n"
        f"Server(lambda settings, glance_s: create_app(), resolve_settings({{}}), '127.0.0.1:{port}').run()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:
        until(lambda: process.poll() is not None or is_listening(port))
        assert ask(port, "/") == (200, b"Hello, World!")
        process.terminate()
        _, written = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, written) == (0, "")
