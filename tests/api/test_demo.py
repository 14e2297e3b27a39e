"""The demonstration: one command, from nothing to an answer, and never old."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.sources.manifest import MANIFEST_NAME, date_anew
from lookup.clock import system_clock
from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from lookup.store.open import open_store
from lookup.store.protocol import Head
from mobile_api import demo
from tests.api.real_server import PROGRAM, START_S, ask, free_port

MEMBERS = "150"


@contextmanager
def running_demo(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the demonstration on free ports; gives what it printed."""
    ports = {"IMMUNITY_BIND": f"127.0.0.1:{free_port()}", "IMMUNITY_CONSOLE_BIND": f"127.0.0.1:{free_port()}"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "demo", "--members", MEMBERS, "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ports | {"IMMUNITY_WORKERS": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        printed = ""
        while "Data:" not in printed:
            line = process.stdout.readline()
            assert line, "the demonstration stopped while starting"
            printed += line
        yield process, printed
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_the_demonstration_prints_a_link_and_a_query_that_work_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    with running_demo(tmp_path) as (process, printed):
        query = next(line for line in printed.splitlines() if line.strip().startswith("curl "))
        answer = json.loads(subprocess.run(["/bin/sh", "-c", query], capture_output=True, text=True, check=True).stdout)
        assert (answer["outcome"], answer["environment"]) == ("match", "training")
        link = re.findall(r"http://\S+/enter/\S+", printed)[0]
        with urllib.request.urlopen(link) as page:  # noqa: S310 - our own service
            assert page.geturl().endswith("/enter")  # the cookie was not kept, so the form asks for a key
        token = re.findall(r"immunity_training_\S+", printed)[0]
        console = re.findall(r"(http://\S+)/docs", printed)[1]
        status, store = ask(console, "/v1/status", token)
        assert (status, store["fictitious"]) == (200, True)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=START_S) == 0


def settings_of(data_dir: Path) -> Settings:
    return resolve_settings({"data_dir": str(data_dir)}, environ={})


def test_dating_anew_changes_the_time_of_the_extract_and_nothing_else(tmp_path: Path) -> None:
    extract = demo.prepare_extract(settings_of(tmp_path), 150)
    path = extract / "extract.json"
    before = json.loads(path.read_text())
    files = {file.name: file.read_bytes() for file in extract.glob("*.csv")}
    path.write_text(json.dumps(before | {"extracted_at": "2026-01-01T00:00:00Z"}))
    assert demo.prepare_extract(settings_of(tmp_path), 150) == extract
    after = json.loads(path.read_text())
    assert after["extracted_at"] > "2026-01-01T00:00:00Z"
    assert after | {"extracted_at": before["extracted_at"]} == before
    assert {file.name: file.read_bytes() for file in extract.glob("*.csv")} == files


def test_a_later_sync_makes_the_data_young_again_and_publishes_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    extract = demo.prepare_extract(settings, 150)
    demo.publish(extract, settings)
    first = head_of(settings)
    path = extract / "extract.json"
    path.write_text(path.read_text().replace(json.loads(path.read_text())["extracted_at"], "2026-01-01T00:00:00Z"))
    demo.publish(extract, settings)
    date_anew(extract / MANIFEST_NAME, system_clock())
    demo.publish(extract, settings)
    last = head_of(settings)
    assert (last.generation, last.revision) == (first.generation, first.revision)
    assert last.as_of >= first.as_of


def test_an_hourly_sync_that_fails_is_said_and_ends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_of(tmp_path)
    extract = demo.prepare_extract(settings, 150)
    (extract / MANIFEST_NAME).write_text("{", encoding="utf-8")
    demo._refresh(extract, settings)
    assert "The hourly sync failed: extract.json, line 1: is not JSON." in capsys.readouterr().err


def test_another_size_is_another_registry(tmp_path: Path) -> None:
    demo.prepare_extract(settings_of(tmp_path), 150)
    extract = demo.prepare_extract(settings_of(tmp_path), 160)
    assert json.loads((extract / "extract.json").read_text())["tables"]["members"]["rows"] == 160


def test_the_demonstration_is_never_live(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        demo.demo_settings(replace(settings_of(tmp_path), environment="live"))


def test_without_a_directory_of_its_own_the_demonstration_leaves_the_training_store_alone() -> None:
    usual = resolve_settings({}, environ={})
    chosen = demo.demo_settings(usual)
    assert chosen.data_dir.name == "demo"
    assert chosen.store.endswith("/demo/store")
    assert chosen.audit_dir == chosen.data_dir / "audit"
    assert chosen.audit_spool == chosen.data_dir / "audit-spool"
    assert usual.data_dir.name == "training"


def head_of(settings: Settings) -> Head:
    store = open_store(settings.store, settings.environment)
    with store.reading() as registry:
        head = registry.head
    store.close()
    return head
