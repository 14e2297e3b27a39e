"""The real server: it starts, answers in its workers, and stops cleanly."""

import json
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
from pathlib import Path
from typing import Any

import pytest

from lookup.clock import system_clock
from lookup.settings import Settings
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest, Scope

PROGRAM = "from lookup.cli import main; main()"
START_S = 30


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(settings: Settings, command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    address = f"127.0.0.1:{free_port()}"
    options = ["--data-dir", str(settings.data_dir), "--store", settings.store, "--bind", address]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, command, *options],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"IMMUNITY_WORKERS": "2"},
    )
    try:
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


def token_for(settings: Settings, scope: Scope) -> str:
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    _, token = keys.create(KeyRequest(f"server test {scope}", frozenset({scope})))
    keys.close()
    return token


@pytest.mark.parametrize(
    ("command", "scope", "path", "body"),
    [("serve", "lookup", "/v1/lookups", {"plate": "DZZ9999"}), ("console", "console", "/v1/status", None)],
)
def test_a_service_starts_answers_and_stops_with_0(
    settings: Settings, command: str, scope: Scope, path: str, body: object
) -> None:
    token = token_for(settings, scope)
    with running(settings, command) as (process, base):
        wait_until_ready(process, base)
        status, answer = ask(base, path, token, body)
        assert (status, answer["environment"]) == (200, "training")
        assert ask(base, path, "nonsense", body)[0] == 401
        keys = KeyStore(settings.data_dir, settings.environment, system_clock)
        keys.revoke(f"server test {scope}")
        keys.close()
        assert [ask(base, path, token, body)[0] for _ in range(8)] == [401] * 8  # in both workers
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=START_S) == 0


@pytest.mark.parametrize("command", ["serve", "console"])
def test_a_service_refuses_to_start_live_and_says_why(command: str, tmp_path: Path) -> None:
    options = ["--data-dir", str(tmp_path), "--environment", "live", "--bind", f"127.0.0.1:{free_port()}"]
    refused = subprocess.run(
        [sys.executable, "-c", PROGRAM, command, *options], capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "audit trail" in refused.stderr
