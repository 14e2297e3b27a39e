"""The real server: it starts, answers in its workers, and stops cleanly."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lookup.clock import system_clock
from lookup.glance import GLANCE_S
from lookup.settings import Settings
from mobile_api.access.caller import Scope
from mobile_api.access.key_store import KeyStore
from tests.api.real_server import PROGRAM, START_S, ask, free_port, running, token_for


@pytest.mark.parametrize(
    ("command", "scope", "path", "body"),
    [("serve", "lookup", "/v1/lookups", {"plate": "DZZ9999"}), ("console", "console", "/v1/status", None)],
)
def test_a_service_starts_answers_and_stops_with_0(
    settings: Settings, command: str, scope: Scope, path: str, body: object
) -> None:
    token = token_for(settings, f"server test {scope}", scope)
    with running(settings, command) as (process, base):
        status, answer = ask(base, path, token, body)
        assert (status, answer["environment"]) == (200, "training")
        assert ask(base, path, "nonsense", body)[0] == 401
        keys = KeyStore(settings.data_dir, settings.environment, system_clock)
        keys.revoke(f"server test {scope}")
        keys.close()
        time.sleep(GLANCE_S)  # what is promised: not a moment longer
        assert [ask(base, path, token, body)[0] for _ in range(8)] == [401] * 8  # in both workers
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=START_S) == 0


@pytest.mark.parametrize("command", ["serve", "console"])
def test_a_service_refuses_to_start_live_whose_audit_trail_could_be_rewritten(command: str, tmp_path: Path) -> None:
    options = ["--data-dir", str(tmp_path), "--environment", "live", "--bind", f"127.0.0.1:{free_port()}"]
    refused = subprocess.run(
        [sys.executable, "-c", PROGRAM, command, *options], capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "audit_publish" in refused.stderr
