"""A real PostgreSQL on loopback, private to one test run.

Decides how it is started: a cluster of its own in a directory that goes afterwards, with a password, and without
waiting for the disk, since nothing of it is to be kept.
"""

import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.missing import program
from tests.servers.workplace import Workplace, await_start, free_ports, workplace

USER = "registry"
START_S = 60
_DEBIAN = Path("/usr/lib/postgresql")
"""Debian keeps the programs of each version apart and none of the server's on the path."""


@dataclass(frozen=True)
class RunningPostgresql:
    """A server that runs; its user may make databases."""

    port: int
    password: str = field(repr=False)
    user: str = USER

    @property
    def url(self) -> str:
        """The URL of the database that every server has, `postgresql://127.0.0.1:PORT/postgres`."""
        return self._url("postgres")

    def new_database(self) -> str:
        """Make an empty database and give its URL, without user and password."""
        name = f"registry_{secrets.token_hex(6)}"
        with self.connect(self.url) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._url(name)

    def connect(self, url: str) -> psycopg.Connection:
        """Open a database as our user; every statement commits by itself until a transaction is begun."""
        return psycopg.connect(url, user=self.user, password=self.password, autocommit=True)

    def _url(self, database: str) -> str:
        return f"postgresql://127.0.0.1:{self.port}/{database}"


@contextmanager
def running_postgresql() -> Iterator[RunningPostgresql]:
    """Run a server and stop it afterwards. Raises `MissingPiece` where the machine has none, `DidNotStart`."""
    initdb, postgres = _server_program("initdb"), _server_program("postgres")
    with workplace("postgresql") as place:
        server = RunningPostgresql(free_ports(1)[0], secrets.token_urlsafe(16))
        folder = place.folder("server")
        _make_cluster(initdb, place, server)
        command = [str(postgres), "-D", str(folder / "data"), "-p", str(server.port), "-k", "", *_options()]
        process = place.start(command, folder, {}, signal.SIGQUIT)
        try:
            await_start(process, lambda: _answers(server), folder, START_S)
            yield server
        finally:
            place.end(process, signal.SIGQUIT)  # at once; SIGKILL would leave its shared memory behind


def _options() -> list[str]:
    chosen = {
        "listen_addresses": "127.0.0.1",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        # A server anywhere may run in any zone: ours is one in which a forgotten zone is seen.
        "timezone": "Pacific/Auckland",
    }
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def _make_cluster(initdb: Path, place: Workplace, server: RunningPostgresql) -> None:
    folder = place.folder("server")
    word = folder / "password"
    word.touch(mode=0o600)
    word.write_text(server.password)
    place.account.own(word)
    command = [str(initdb), "-D", str(folder / "data"), "-U", server.user, "--pwfile", str(word)]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        check=True,
        **place.account.identity(),  # type: ignore[call-overload]
    )


def _answers(server: RunningPostgresql) -> bool:
    try:
        server.connect(server.url).close()
    except psycopg.OperationalError:
        return False
    return True


def _server_program(name: str) -> Path:
    """Give the newest of the server's programs of this name. Raises `MissingPiece`."""
    versions = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return versions[-1] if versions else program(name, "postgresql")
