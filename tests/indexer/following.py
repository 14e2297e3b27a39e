"""`immunity sync --follow` as a process of its own."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.indexer.sql_registry import Database, Synced

PATIENCE_S = 60.0
"""A line that does not come by then does not come: a pass is a second, but machines are shared."""


class Follower:
    """A process that follows; its lines are read as they come."""

    def __init__(self, command: Sequence[str], environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, bufsize=0, text=False
        )
        self._read: dict[int, bytes] = {}

    def line(self) -> str:
        """Give the next line of standard output. Raises `TimeoutError`."""
        return self._line(self.process.stdout)

    def complaint(self) -> str:
        """Give the next line of standard error. Raises `TimeoutError`."""
        return self._line(self.process.stderr)

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal, and give exit code and what was printed and not read yet."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        streams = (self.process.stdout, self.process.stderr)
        left = [self._read.get(id(stream), b"") for stream in streams]
        return self.process.returncode, (left[0] + out).decode(), (left[1] + err).decode()

    def _line(self, stream: Any) -> str:
        deadline = time.monotonic() + PATIENCE_S
        read = self._read.get(id(stream), b"")
        while b"\n" not in read:
            ready, _, _ = select.select([stream], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimeoutError("no line came")
            part = os.read(stream.fileno(), 65536)
            if not part:
                raise EOFError(f"the process ended: {self.process.wait(PATIENCE_S)}")
            read += part
        line, _, self._read[id(stream)] = read.partition(b"\n")
        return line.decode()


@contextmanager
def following(source: str, directory: Path, database: Database | None = None, *options: str) -> Iterator[Follower]:
    """Follow a source into the store below `directory`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("IMMUNITY_")}
    if database is not None and database.user:
        environ |= {"IMMUNITY_DATABASE_USER": database.user, "IMMUNITY_DATABASE_PASSWORD": database.password or ""}
    where = ["--data-dir", str(directory / "data"), "--store", f"sqlite:///{directory / 'store'}"]
    command = [sys.executable, "-m", "lookup", "sync", source, "--follow", *where, *options]
    follower = Follower(command, environ)
    try:
        yield follower
    finally:
        if follower.process.poll() is None:
            follower.process.kill()
        follower.process.communicate()


def follow_database(synced: Synced, *options: str) -> Any:
    return following(synced.database.url, synced.directory, synced.database, *options)


@contextmanager
def out_of_reach(database: Database) -> Iterator[None]:
    """Take a database away from whoever asks, and bring it back."""
    if database.kind == "sqlite":
        path = Path(database.url.removeprefix("sqlite:///"))
        path.rename(path.with_suffix(".away"))
        yield
        path.with_suffix(".away").rename(path)
        return
    name = database.url.rpartition("/")[2]
    server = sa.create_engine(database.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        yield
        connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    server.dispose()
