"""A small filesystem of its own for a service, which a test fills and empties while the service runs.

It is made in a mount namespace of the service, for which nobody needs to be root, and goes with it.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.operations.processes import Service
from tests.servers.missing import MissingPiece, program

SIZE_KIB = 1024
_MOUNT = 'mount -t tmpfs -o size="$1"k,mode=0700 tmpfs "$2" && shift 2 && exec "$@"'
_PIECE = 4096
"""A page: what such a filesystem gives out."""


WithSmallDisk = Callable[[Path], list[str]]
"""Gives the command line that becomes the one behind it, for which a small disk lies in a directory."""


@contextmanager
def small_disks() -> Iterator[WithSmallDisk]:
    """What gives services a small disk. Raises `MissingPiece` where the machine makes no namespaces for us."""
    unshare = [str(program("unshare", "util-linux")), "-rm"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode != 0:
        raise MissingPiece("user namespaces (`unshare -rm true`): the system or the container forbids them")
    yield lambda directory: [*unshare, "sh", "-c", _MOUNT, "sh", str(SIZE_KIB), str(directory)]


class SmallDisk:
    """The small disk of a running service, as seen from outside."""

    def __init__(self, running: Service, directory: Path) -> None:
        self.path = Path(f"/proc/{running.process.pid}/root{directory}")
        self._filler = self.path / "filler"

    def fill(self) -> None:
        """Take what is free, to the last page."""
        with self._filler.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(_PIECE))
            except OSError:
                pass
        assert os.statvfs(self.path).f_bavail == 0

    def empty(self) -> None:
        """Give it free again."""
        self._filler.unlink()
