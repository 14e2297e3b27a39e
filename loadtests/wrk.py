"""Drives one service as fast as it answers, with `wrk`, and counts.

Decides how a body is posted (a Lua script that takes the plates in turn) and what is read from the output. A single
answer that is not 2xx makes the measurement void.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from loadtests.services import Service

THREADS = 1
"""One thread of wrk drives far more than two workers answer, and leaves them the rest of a small machine."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round gave: requests a second, and the CPU time of the workers per request in microseconds."""

    per_second: float
    cpu_us: float


def wrk_is_here() -> bool:
    """Tell whether `wrk` is installed."""
    return shutil.which("wrk") is not None


@dataclass(frozen=True, slots=True)
class Drive:
    """How a service is driven: for how many seconds, on how many connections at a time."""

    seconds: int
    connections: int


def drive(service: Service, path: str, how: Drive, script: Path | None = None) -> Round:
    """Ask as fast as the service answers. Stops the program where an answer was not 2xx."""
    command = ["wrk", f"-t{THREADS}", f"-c{how.connections}", f"-d{how.seconds}s", "--timeout", "10s"]
    command += ["-s", str(script)] if script else []
    before = service.cpu_seconds()
    done = subprocess.run([*command, f"http://{service.address}{path}"], capture_output=True, text=True, check=True)
    used = service.cpu_seconds() - before
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"{service.name}: not every request was answered.\n{done.stdout}")
    requests = int(_number(r"(\d+) requests in", done.stdout))
    return Round(_number(r"Requests/sec:\s+([\d.]+)", done.stdout), used / requests * 1e6)


def posting_script(directory: Path, token: str, bodies: list[str]) -> Path:
    """Write a Lua script that posts these bodies in turn."""
    lines = [
        'wrk.method = "POST"',
        'wrk.headers["Content-Type"] = "application/json"',
        f'wrk.headers["Authorization"] = "Bearer {token}"',
        "local bodies = {" + ", ".join(f"[[{body}]]" for body in bodies) + "}",
        "local next_body = 0",
        "request = function()",
        "  next_body = next_body % #bodies + 1",
        "  return wrk.format(nil, nil, nil, bodies[next_body])",
        "end",
    ]
    path = directory / "post.lua"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")
    return path


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"wrk wrote something unexpected:\n{text}")
    return float(found[1])
