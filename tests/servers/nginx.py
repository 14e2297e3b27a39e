"""A real nginx on loopback, set up by deploy/nginx.conf itself.

Decides only what must differ in a test: addresses, certificate, and where its files lie.
"""

import re
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import trustme

from tests.servers.missing import program
from tests.servers.workplace import await_start, free_ports, workplace

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
START_S = 20
_DEBIAN = Path("/usr/sbin/nginx")
"""Where Debian keeps it, which is not on everybody's path."""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

NOBODY = 9
"""A port at which nothing listens: where a test has no console."""


class Front(NamedTuple):
    """The ports of nginx."""

    lookup: int
    console: int


class StartNginx(Protocol):
    """Starts nginx with a certificate before nodes and a console at these ports."""

    def __call__(self, nodes: Sequence[int], certificate: trustme.LeafCert, console: int = NOBODY) -> Front:
        """Give the ports of nginx."""


def nginx_program() -> AbstractContextManager[Path]:
    """Give the program, or raise `MissingPiece` on entering."""
    return _found() if not _DEBIAN.exists() else nullcontext(_DEBIAN)


@contextmanager
def _found() -> Iterator[Path]:
    yield program("nginx", "nginx-light")


@contextmanager
def running_nginx(
    nginx: Path, nodes: Sequence[int], certificate: trustme.LeafCert, console: int = NOBODY
) -> Iterator[Front]:
    """Run nginx before the nodes and the console at these ports of loopback, and give its own ports."""
    plain, *ports = free_ports(3)
    front = Front(*ports)
    with workplace("nginx") as place:
        folder = place.folder("server")
        certificate.private_key_pem.write_to_path(str(folder / "server.key"))
        certificate.cert_chain_pems[0].write_to_path(str(folder / "server.crt"))
        (folder / "nginx.conf").write_text(_configuration(folder, nodes, console, (plain, *front)), encoding="utf-8")
        place.folder("server")  # gives the files away
        command = [str(nginx), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
        process = place.start([*command, "-g", "daemon off;"], folder, {}, signal.SIGQUIT)
        try:
            await_start(process, lambda: _listens(front.console), folder, START_S)
            yield front
        finally:
            place.end(process, signal.SIGQUIT)


def _configuration(folder: Path, nodes: Sequence[int], console: int, ports: Sequence[int]) -> str:
    """Write the configuration of deploy/ with these addresses; every node has the words that the file has for one."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    own: dict[str, Any] = {
        r"listen 80;": f"listen 127.0.0.1:{ports[0]};",
        r"listen 443 ssl http2;": f"listen 127.0.0.1:{ports[1]} ssl http2;",
        r"listen 8443 ssl http2;": f"listen 127.0.0.1:{ports[2]} ssl http2;",
        r"server console:8081 ": f"server 127.0.0.1:{console} ",
        r"/etc/nginx/tls/": f"{folder}/",
        r"http \{": "http {\n" + "".join(f"{name}_temp_path {folder}/{name};\n" for name in _TEMPORARY),
    }
    for number, node in enumerate(nodes, start=1):
        own[rf"server node-{number}:8080 "] = f"server 127.0.0.1:{node} "
    for there, here in own.items():
        text, count = re.subn(there, here, text)
        assert count >= 1, there
    return f"pid {folder}/nginx.pid;\n{text}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
