"""No server of the tests outlives them, whatever happens to the process that started it."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.workplace import DidNotStart, await_start, free_ports, servers_account, workplace

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30
SERVER = ["sleep", "1000"]
TWO_OTHERS = "sleep 1000 & sleep 1000 & echo both run; wait"

STARTS_A_SERVER = """
import signal, sys
from tests.servers.workplace import workplace
with workplace("test") as place:
    server = place.start(["sleep", "1000"], place.folder("server"), {}, signal.SIGKILL)
    print(place.directory, server.pid, place.keeper.pid, flush=True)
    sys.stdin.read()
"""


def _await_end(process_fd: int) -> bool:
    """Wait for the end of a process that may be nobody's child."""
    return bool(select.select([process_fd], [], [], PATIENCE_S)[0])


def test_a_server_and_its_directory_go_when_the_run_is_killed() -> None:
    command = [sys.executable, "-c", STARTS_A_SERVER]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        directory, server, keeper = run.stdout.readline().split()
        watched = [os.pidfd_open(int(server)), os.pidfd_open(int(keeper))]
        run.kill()
    assert [_await_end(process) for process in watched] == [True, True]
    assert not Path(directory).exists()
    for process in watched:
        os.close(process)


def test_a_server_that_ended_before_is_not_ended_again() -> None:
    with workplace("test") as place:
        server = place.start(SERVER, place.folder("server"), {}, signal.SIGKILL)
        place.end(server, signal.SIGTERM)
        place.end(server, signal.SIGTERM)
        assert server.returncode == -signal.SIGTERM
    assert not place.directory.exists()


def test_a_paused_server_stands_still_with_all_that_it_started() -> None:
    with workplace("test") as place:
        folder = place.folder("server")
        server = place.start(["sh", "-c", TWO_OTHERS], folder, {}, signal.SIGKILL)
        await_start(server, lambda: bool((folder / "output.log").read_text()), folder, PATIENCE_S)
        place.pause(server)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        everybody = [str(server.pid), *children]
        states = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[0] for one in everybody]
        place.end(server, signal.SIGKILL)
    assert states == ["T", "T", "T"]


def test_a_server_never_runs_as_root() -> None:
    with workplace("test") as place:
        folder = place.folder("server")
        server = place.start(["id", "-u"], folder, {}, signal.SIGKILL)
        server.wait()
        assert (folder / "output.log").read_text().strip() == str(servers_account().uid) != "0"


def test_a_server_that_ends_at_once_is_reported_with_its_last_words() -> None:
    with workplace("test") as place:
        folder = place.folder("server")
        server = place.start(["sh", "-c", "echo no such setting; exit 3"], folder, {}, signal.SIGKILL)
        with pytest.raises(DidNotStart, match="no such setting"):
            await_start(server, lambda: False, folder, PATIENCE_S)


def test_ports_are_all_different() -> None:
    assert len(set(free_ports(50))) == 50
