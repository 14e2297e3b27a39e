"""A service of ours as a process of its own, for tests of what only a real server does."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lookup.clock import system_clock
from lookup.settings import Settings
from mobile_api.access.caller import Scope
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest

PROGRAM = "from lookup.cli import main; main()"
START_S = 30


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(settings: Settings, command: str, workers: int = 2) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service that can be asked, and its address; killed afterwards where a test has not stopped it."""
    address = f"127.0.0.1:{free_port()}"
    options = ["--data-dir", str(settings.data_dir), "--store", settings.store, "--bind", address]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, command, *options],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"IMMUNITY_WORKERS": str(workers)},
    )
    try:
        wait_until_ready(process, f"http://{address}")
        yield process, f"http://{address}"
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_ready(process: subprocess.Popen[str], base: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5):  # noqa: S310 - our own service
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the service did not start")


def ask(base: str, path: str, token: str, body: object = None) -> tuple[int, dict[str, Any]]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(base + path, data, headers)  # noqa: S310 - our own service
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def token_for(settings: Settings, name: str, scope: Scope) -> str:
    """Make a key of this name and give its token."""
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    _, token = keys.create(KeyRequest(name, frozenset({scope})))
    keys.close()
    return token
