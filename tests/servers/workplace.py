"""Where a server of the tests runs: a directory of its own, an account that is not root, and a keeper.

Decides under which account servers run and that none of them outlives the test run. Knows no particular server.
"""

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

KEEPER = Path(__file__).with_name("keeper.py")
LOOK_S = 0.05
"""How often a server that starts is looked at."""


END_S = 30
"""How long a killed server may take to give its memory back, and a paused one to stand still."""


class DidNotEnd(Exception):
    """A server was told to end, or to stand still, and runs on."""


class DidNotStart(Exception):
    """A server ended or kept silent instead of starting; the text is the end of what it wrote."""


@dataclass(frozen=True)
class Account:
    """The user and group of a process."""

    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give a tree to this account."""
        if os.geteuid() == 0:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.uid, self.gid)

    def identity(self) -> dict[str, object]:
        """Give what `Popen` needs to start a process under this account; only root may and must change it."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}


def servers_account() -> Account:
    """Give ourselves; instead of root, under which neither Elasticsearch nor PostgreSQL runs, the user nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


class Workplace:
    """A directory that the servers' account can reach, and the processes in it."""

    def __init__(self, directory: Path, keeper: "subprocess.Popen[str]") -> None:
        self.directory = directory
        self.account = servers_account()
        self.keeper = keeper

    def folder(self, name: str) -> Path:
        """Give a folder that belongs to the servers' account, made where it is missing."""
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        self.account.own(folder)
        return folder

    def start(
        self, command: Sequence[str], folder: Path, environ: Mapping[str, str], ending: signal.Signals
    ) -> "subprocess.Popen[bytes]":
        """Start a server in a group of its own; what it writes goes into `output.log` of its folder."""
        with (folder / "output.log").open("wb") as output:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                cwd=folder,
                env={"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C.UTF-8", **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.account.identity(),  # type: ignore[call-overload]
            )
        self._tell(f"{process.pid} {int(ending)}")
        return process

    def end(self, process: "subprocess.Popen[bytes]", ending: signal.Signals) -> None:
        """End a server and its group, and wait until all of it is gone. Does nothing where it is gone already."""
        if process.poll() is None:
            os.killpg(process.pid, ending)
            process.wait()
            _await_group(process.pid)
        self._tell(str(process.pid))

    @staticmethod
    def pause(process: "subprocess.Popen[bytes]") -> None:
        """Let a server and its group hang, and wait until all of it stands still: on a busy machine a part of it may
        answer once more after the signal."""
        os.killpg(process.pid, signal.SIGSTOP)
        _await("a server did not stand still", lambda: all(state in "TZX" for state in _states(process.pid)))

    def _tell(self, line: str) -> None:
        assert self.keeper.stdin is not None
        self.keeper.stdin.write(line + "\n")
        self.keeper.stdin.flush()


def _await_group(group: int) -> None:
    """Wait for what the server had started itself: Java runs as a child of Elasticsearch's own starter. What has ended
    and was not yet collected by its new parent, which may take its time, does not count."""
    _await("a server did not end", lambda: all(state in "ZX" for state in _states(group)))


def _await(failure: str, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + END_S
    while not is_so():
        if time.monotonic() > deadline:
            raise DidNotEnd(f"{failure} within {END_S} s")
        time.sleep(LOOK_S)


def _states(group: int) -> Iterator[str]:
    """Give the state of every thread of a group, as proc(5) names them. The first thread of a process may have ended
    while others of it still run."""
    for stat in glob.glob("/proc/[0-9]*/task/[0-9]*/stat"):  # noqa: PTH207 - that of Path fails where a process ends
        with suppress(OSError):
            state, _, of_group = Path(stat).read_text().rpartition(")")[2].split()[:3]
            if int(of_group) == group:
                yield state


@contextmanager
def workplace(name: str) -> Iterator[Workplace]:
    """Make a workplace, and remove it afterwards; the keeper removes it where this process is killed."""
    directory = Path(tempfile.mkdtemp(prefix=f"immunity-{name}-"))
    directory.chmod(0o755)
    command = [sys.executable, "-I", str(KEEPER), str(directory)]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield Workplace(directory, keeper)
    finally:
        keeper.communicate()
        shutil.rmtree(directory, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Give ports of loopback that nobody listens at, all different."""
    with ExitStack() as held:
        listeners = [held.enter_context(closing(socket.socket())) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [int(listener.getsockname()[1]) for listener in listeners]


def await_start(process: "subprocess.Popen[bytes]", answers: Callable[[], bool], folder: Path, within_s: float) -> None:
    """Wait until a server answers. Raises `DidNotStart` where it ends before, or takes longer than `within_s`."""
    deadline = time.monotonic() + within_s
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            written = (folder / "output.log").read_text(errors="replace").splitlines()
            raise DidNotStart("\n".join(written[-20:]) or "it wrote nothing")
        time.sleep(LOOK_S)
