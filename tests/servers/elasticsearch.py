"""Real Elasticsearch nodes on loopback, for tests and for development.

Decides how a cluster is started, and how a test takes a node away and brings it back. Where the server comes from is in
`distribution`, what its files say in `elasticsearch_files`. Run as a program it starts one node and prints its store
URL (`make elasticsearch`).
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookup.store.cluster import Access
from tests.servers.asking import ask
from tests.servers.distribution import java_home, unpack
from tests.servers.elasticsearch_files import NodePlan, Security, make_security, write_configuration
from tests.servers.missing import MissingPiece
from tests.servers.workplace import Workplace, await_start, free_ports, workplace

START_S = 180
"""How long a cluster may take to start: one node takes 10 s on two cores, three of them on a busy machine much more."""
HEAP_MB = 512
HEAP_OF_MANY_MB = 256
"""For each of several nodes; less than this and Elasticsearch refuses larger requests to save itself."""


class Node:
    """One node: where it listens, and the process that it runs as."""

    def __init__(self, plan: NodePlan, place: Workplace, home: Path, security: Security | None) -> None:
        self.plan = plan
        self.address = ("127.0.0.1", plan.http_ports[plan.number])
        self.url = f"{'https' if security else 'http'}://{self.address[0]}:{self.address[1]}"
        self.folder = place.folder(plan.name)
        self._place = place
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        write_configuration(plan, self.folder, home, security)
        place.account.own(self.folder)

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The process of the node, which may have ended."""
        assert self._process is not None, "this node was never started"
        return self._process

    def start(self) -> None:
        """Start the node on the data that it had; does not wait for it."""
        environ = {
            "ES_JAVA_HOME": str(java_home()),
            "ES_PATH_CONF": str(self.folder / "config"),
            "ES_TMPDIR": str(self.folder / "temporary"),
        }
        command = [str(self._home / "bin" / "elasticsearch")]
        self._process = self._place.start(command, self.folder, environ, signal.SIGKILL)

    def kill(self) -> None:
        """End the node at once, as a power cut would, and wait until it is gone. One that does not run stays so."""
        if self._process is not None:
            self._place.end(self._process, signal.SIGKILL)

    def pause(self) -> None:
        """Let all processes of the node hang, and wait until they do."""
        self._place.pause(self.process)

    def resume(self) -> None:
        """Let all processes of the node go on."""
        os.killpg(self.process.pid, signal.SIGCONT)


@dataclass
class RunningElasticsearch:
    """A cluster that runs. Nodes are named by their number, from 0."""

    nodes: Sequence[Node]
    security: Security | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """The address of each node, `http://127.0.0.1:PORT` (`https` where it is secure)."""
        return tuple(node.url for node in self.nodes)

    @property
    def url(self) -> str:
        """The address of the first node."""
        return self.urls[0]

    @property
    def ca(self) -> Path | None:
        """The certificate of the authority that signed those of a secure cluster."""
        return self.security.ca if self.security else None

    def store_url(self, prefix: str) -> str:
        """Give the URL of a store with this prefix, in the words of our settings, with all nodes."""
        places = ",".join(url.partition("://")[2] for url in self.urls)
        return f"elasticsearch{'s' if self.security else ''}://{places}/{prefix}"

    def access(self, user: str) -> Access:
        """Give the access of a user of a secure cluster, named in `elasticsearch_files.USERS`."""
        assert self.security is not None, "a cluster without security has no users"
        return Access(user, self.security.passwords[user], ca=self.security.ca)

    def kill(self, number: int) -> None:
        """End a node at once; its data stay."""
        self.nodes[number].kill()

    def pause(self, number: int) -> None:
        """Let a node hang: connections to it are accepted and never answered."""
        self.nodes[number].pause()

    def resume(self, number: int) -> None:
        """Let a paused node go on."""
        self.nodes[number].resume()

    def start(self, number: int) -> None:
        """Start a killed node again, at its address and on its data, and wait until it is back in its cluster."""
        self.nodes[number].start()
        self._await(number, sum(node.process.poll() is None for node in self.nodes))

    def start_all(self) -> None:
        """Start every node, then wait until each sees all others."""
        for node in self.nodes:
            node.start()
        for number in range(len(self.nodes)):
            self._await(number, len(self.nodes))

    def ask(
        self, method: str, path: str, body: Any = None, *, number: int = 0, user: str | None = "administrator"
    ) -> tuple[int, Any]:
        """Ask a node without any client of ours, and give status and answer. `user` counts on a secure cluster only;
        None asks as nobody. Raises `OSError` where the node does not answer."""
        access = self.access(user) if self.security is not None and user is not None else Access(ca=self.ca)
        return ask(self.urls[number], method, path, body, access)

    def _await(self, number: int, alive: int) -> None:
        """Wait until a node sees `alive` nodes, itself among them, and every index can be read."""
        node = self.nodes[number]

        def answers() -> bool:
            path = f"/_cluster/health?wait_for_nodes=>={alive}&wait_for_status=yellow&timeout=1s"
            try:
                status, health = self.ask("GET", path, number=number)
            except (OSError, ValueError):
                return False
            return status == 200 and not health["timed_out"]

        await_start(node.process, answers, node.folder, START_S)


@contextmanager
def running_elasticsearch(
    nodes: int = 1, secure: bool = False, heap_mb: int | None = None, quick: bool = True
) -> Iterator[RunningElasticsearch]:
    """Run a cluster and stop it afterwards. `secure` switches on TLS, users and the roles of deploy/; `heap_mb` is the
    memory of each node; without `quick` it starts later and runs at full speed.

    Raises `MissingPiece` where the machine lacks Java, Maven or the archive, `DidNotStart` where a node does not start.
    """
    java_home()  # asked first: bringing the archive takes longer than seeing that it cannot run
    with workplace("elasticsearch") as place:
        home = unpack(place.directory)
        security = make_security(place.directory) if secure else None
        ports = tuple(free_ports(2 * nodes))
        heap = heap_mb or (HEAP_MB if nodes == 1 else HEAP_OF_MANY_MB)
        plans = [NodePlan(number, ports[:nodes], ports[nodes:], heap, quick) for number in range(nodes)]
        cluster = RunningElasticsearch([Node(plan, place, home, security) for plan in plans], security)
        try:
            cluster.start_all()
            yield cluster
        finally:
            for node in cluster.nodes:
                node.kill()


def develop() -> None:
    """Run one node until Ctrl-C or SIGTERM, with memory enough for a registry of full size."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    with running_elasticsearch(heap_mb=1024, quick=False) as cluster:
        print(cluster.store_url("immunity"), flush=True)  # noqa: T201 - what the caller wants to know
        print("Stop it with Ctrl-C; what was published goes with it.", file=sys.stderr)  # noqa: T201
        stop.wait()


if __name__ == "__main__":
    try:
        develop()
    except MissingPiece as lack:
        sys.exit(f"missing: {lack}")
