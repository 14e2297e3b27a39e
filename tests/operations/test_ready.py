"""/readyz: it says what a lookup would meet now, and only that."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lookup.settings import Settings
from mobile_api import api
from mobile_api.access.keys import KeyRequest
from tests.api.serving import MovableClock, runtime_of


@pytest.fixture
def node(settings: Settings, clock: MovableClock, tmp_path: Path) -> Iterator[Flask]:
    """A lookup service whose data directory can be broken."""
    own = replace(settings, data_dir=tmp_path, audit_dir=tmp_path / "audit", audit_spool=tmp_path / "spool")
    app = api.create_app(own, clock=clock)
    yield app
    runtime_of(app).close()


@pytest.fixture
def headers(node: Flask) -> dict[str, str]:
    _, token = runtime_of(node).keys.create(KeyRequest("ready", frozenset({"lookup"})))
    return {"Authorization": f"Bearer {token}"}


def readiness(node: Flask) -> tuple[int, list[str]]:
    response = node.test_client().get("/readyz")
    return response.status_code, (response.json or {}).get("reasons", [])


def look_up(node: Flask, headers: dict[str, str]) -> int:
    return node.test_client().post("/v1/lookups", json={"plate": "DZZ9999"}, headers=headers).status_code


def test_a_node_that_can_answer_is_ready(node: Flask) -> None:
    assert readiness(node) == (200, [])


def test_old_data_is_no_reason(node: Flask, clock: MovableClock) -> None:
    clock.advance(days=30)
    assert readiness(node) == (200, [])


def test_an_audit_trail_that_spools_is_ready(node: Flask, headers: dict[str, str]) -> None:
    runtime_of(node).settings.audit_dir.touch()
    assert look_up(node, headers) == 200
    assert runtime_of(node).trail.state == "spooling"
    assert readiness(node) == (200, [])


def test_an_audit_trail_that_cannot_be_written_is_not_ready_until_it_can(node: Flask, headers: dict[str, str]) -> None:
    settings = runtime_of(node).settings
    settings.audit_dir.touch()
    settings.audit_spool.touch()
    assert look_up(node, headers) == 503
    status, (reason,) = readiness(node)
    assert (status, reason.startswith("The audit trail cannot be written")) == (503, True)
    lost = runtime_of(node).trail.gap
    assert lost is not None
    assert lost.refused == 1  # the look itself loses no entry
    settings.audit_spool.unlink()
    assert readiness(node) == (200, [])
    assert list(settings.audit_spool.iterdir()) == []
    assert look_up(node, headers) == 200
    assert readiness(node) == (200, [])


def test_a_node_whose_keys_cannot_be_read_is_not_ready(node: Flask, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "keys.sqlite") as keys:
        keys.execute("DROP TABLE keys")
    keys.close()
    status, reasons = readiness(node)
    assert (status, [reason.partition(":")[0] for reason in reasons]) == (503, ["The keys cannot be read"])


def test_all_reasons_are_given_at_once_with_the_number_to_call(node: Flask, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "keys.sqlite") as keys:
        keys.execute("DROP TABLE keys")
    keys.close()
    (tmp_path / "nothing").mkdir()
    away = replace(runtime_of(node).settings, store=f"sqlite:///{tmp_path}/nothing", data_dir=tmp_path / "other")
    empty = api.create_app(away)
    with sqlite3.connect(tmp_path / "other" / "keys.sqlite") as keys:
        keys.execute("DROP TABLE keys")
    keys.close()
    response = empty.test_client().get("/readyz")
    runtime_of(empty).close()
    problem = response.json or {}
    kinds = [reason.partition(":")[0] for reason in problem["reasons"]]
    assert (response.status_code, kinds) == (503, ["The store cannot be read", "The keys cannot be read"])
    assert problem["phone"] == runtime_of(node).phone()
    assert response.headers["Retry-After"] == "5"
