"""Starts applications for a measurement, each under gunicorn with the options of the real service, and stops them.

Decides the options (the same for all, so that only the application differs) and how the CPU time of the workers is
read. Linux only, like the service.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_S = 30
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    name: str
    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """Give the CPU time that its worker processes have used so far."""
        return sum(_cpu_seconds(pid) for pid in _children(self.pid))


@contextmanager
def running(name: str, code: str, probe: str) -> Iterator[Service]:
    """Run `code`, which serves at `{bind}`, until the block ends; it is there when `probe` answers at all."""
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen([sys.executable, "-c", code.format(bind=address)])
    try:
        _wait(process, f"http://{address}{probe}")
        yield Service(name, address, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port() -> int:
    """Give a port of the loopback address that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"The service stopped while starting, with {process.returncode}.")
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own service
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"The service did not answer within {START_S} s.")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
