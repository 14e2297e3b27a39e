"""New connections go to the process that has the fewest, so that none is idle while another has them all."""

import os
import signal
import socket
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from lookup.settings import Settings
from mobile_api.worker.shares import PLACES, Shares
from tests.api.real_server import running
from tests.operations.processes import until

CONNECTIONS = 40
BOTH_WORK = 'immunity_audit_workers{state="recording"} 2.0'
LEAST = 13
"""What a process has of 40 connections that was away for half of them and took nearly all of the others; it would have
10 if it took every second one."""


def test_who_has_more_than_another_knows_it() -> None:
    shares = Shares()
    shares.set(1, 3)
    assert not shares.has_most(1)
    shares.set(2, 3)
    assert (shares.has_most(1), shares.has_most(2)) == (False, False)
    shares.set(2, 2)
    assert (shares.has_most(1), shares.has_most(2)) == (True, False)


def test_who_is_gone_or_takes_nothing_more_is_waited_for_by_nobody() -> None:
    shares = Shares()
    shares.set(1, 3)
    shares.set(2, 0)
    shares.leave(2)
    assert not shares.has_most(1)


def test_ages_go_on_and_places_are_used_again() -> None:
    shares = Shares()
    shares.set(1, 5)
    shares.set(PLACES + 2, 0)
    assert shares.has_most(1)
    shares.set(PLACES + 1, 0)
    assert not shares.has_most(1)


def test_a_count_is_seen_by_the_process_that_forked() -> None:
    shares = Shares()
    shares.set(1, 1)
    child = os.fork()
    if child == 0:
        shares.set(2, 0)
        os._exit(0)
    os.waitpid(child, 0)
    assert shares.has_most(1)


def tcp() -> list[tuple[int, int, str]]:
    """Give local port, remote port and the kernel's name of each socket of this machine."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ports = [[int(address.rpartition(":")[2], 16) for address in line[1:3]] for line in lines]
    return [(local, remote, f"socket:[{line[9]}]") for (local, remote), line in zip(ports, lines, strict=True)]


def sockets_of(pid: str) -> set[str]:
    return {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()}


def metrics(base: str) -> str:
    with urllib.request.urlopen(f"{base}/metrics", timeout=10) as response:  # noqa: S310 - our own service
        return str(response.read().decode())


def test_who_has_fewer_connections_takes_the_new_ones(settings: Settings) -> None:
    with running(settings, "serve", workers=2) as (process, base), ExitStack() as opened:
        host, _, port = base.removeprefix("http://").partition(":")
        until(lambda: BOTH_WORK in metrics(base))  # the service answers as soon as one of them does

        def connect() -> int:
            """Open a connection that is kept, and give its port."""
            stream = opened.enter_context(socket.create_connection((host, int(port)), timeout=10))
            stream.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert stream.recv(65_536).startswith(b"HTTP/1.1 200")
            return int(stream.getsockname()[1])

        door = next(name for local, remote, name in tcp() if (local, remote) == (int(port), 0))
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        away, here = [pid for pid in children if door in sockets_of(pid)]
        os.kill(int(away), signal.SIGSTOP)
        try:
            first = [connect() for _ in range(CONNECTIONS // 2)]
        finally:
            os.kill(int(away), signal.SIGCONT)
        ports = {*first, *(connect() for _ in range(CONNECTIONS // 2))}
        ends = {name for local, remote, name in tcp() if local == int(port) and remote in ports}
        counts = [len(sockets_of(pid) & ends) for pid in (away, here)]
    assert sum(counts) == CONNECTIONS
    assert counts[0] >= LEAST
