"""The metrics: over all processes, with nothing in them of what was asked."""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lookup.clock import system_clock
from lookup.settings import Settings
from lookup.store.open import open_store
from lookup.store.replica.state import ReplicaState, write_state
from lookup.store.replica.store import ReplicaStore
from lookup.store.sqlite.directory import StoreDirectory
from mobile_api import api
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest
from mobile_api.metrics import BUCKETS_S, metrics_of
from mobile_api.node_metrics import NodeMetrics
from tests.api.real_server import free_port
from tests.api.serving import MakeKey, MovableClock, runtime_of
from tests.operations.processes import Client, Service, ask, service, until

Values = dict[str, float]


def read(text: str) -> Values:
    """Give each line of the metrics: name and labels as they stand, and the value."""
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def scrape(app: Flask) -> Values:
    response = app.test_client().get("/metrics")
    assert response.status_code == 200
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return read(response.get_data(as_text=True))


@pytest.fixture
def fresh(settings: Settings, clock: MovableClock, tmp_path: Path) -> Iterator[Flask]:
    """A lookup service that has counted nothing yet, with a data directory of its own."""
    own = replace(settings, data_dir=tmp_path, audit_dir=tmp_path / "audit", audit_spool=tmp_path / "spool")
    app = api.create_app(own, clock=clock)
    yield app
    runtime_of(app).close()


@pytest.fixture
def headers(fresh: Flask) -> dict[str, str]:
    _, token = runtime_of(fresh).keys.create(KeyRequest("metrics", frozenset({"lookup"}), rate=0))
    return {"Authorization": f"Bearer {token}"}


def test_what_was_answered_is_counted_by_kind_and_outcome(fresh: Flask, headers: dict[str, str], plate: str) -> None:
    client = fresh.test_client()
    for body in ({"plate": plate}, {"plate": plate}, {"plate": "DZZ9999"}, {"member_id": "TRN000"}):
        assert client.post("/v1/lookups", json=body, headers=headers).status_code == 200
    client.post("/v1/lookups/batch", json={"queries": [{"plate": plate}] * 2}, headers=headers)
    client.post("/v1/lookups/batch", json={"queries": [{"plate": plate}] * 2 + [{"plate": "!"}]}, headers=headers)
    values = scrape(fresh)
    counted = {name: n for name, n in values.items() if name.startswith('immunity_events_total{event="query')}
    assert counted == {
        'immunity_events_total{event="query.plate",outcome="match"}': 6,
        'immunity_events_total{event="query.plate",outcome="no_record"}': 1,
        'immunity_events_total{event="query.member_id",outcome="no_record"}': 1,
        'immunity_events_total{event="query.unreadable",outcome="error"}': 1,
    }
    assert values["immunity_lookup_seconds_count"] == 4  # what a batch takes says nothing about a lookup
    assert 0 < values["immunity_lookup_seconds_sum"] < 4


def test_what_alerts_watch_is_told_from_the_start(fresh: Flask) -> None:
    values = scrape(fresh)
    assert values['immunity_events_total{event="alarm.sequence",outcome="done"}'] == 0
    assert values['immunity_refusals_total{status="503"}'] == 0
    assert values['immunity_audit_entries_total{how="refused"}'] == 0


def test_a_lookup_that_raised_an_alarm_is_timed_all_the_same(fresh: Flask) -> None:
    entries = [{"event": "query.plate", "outcome": "match"}, {"event": "alarm.sequence", "outcome": "done"}]
    metrics_of(fresh).answered(entries, 0.1)
    metrics_of(fresh).answered([{"event": "query.search", "outcome": "done"}], 3.0)
    metrics_of(fresh).answered([{"event": "query.unreadable", "outcome": "error"}], 3.0)
    assert scrape(fresh)["immunity_lookup_seconds_sum"] == pytest.approx(0.1)


def test_an_observation_falls_into_the_bucket_of_its_bound(fresh: Flask) -> None:
    entries = [{"event": "query.plate", "outcome": "match"}]
    for seconds in (0.004, 0.005, 0.0051, 0.25, 7.0):
        metrics_of(fresh).answered(entries, seconds)
    values = scrape(fresh)
    cumulated = [values[f'immunity_lookup_seconds_bucket{{le="{bound}"}}'] for bound in (*BUCKETS_S, "+Inf")]
    assert cumulated == [2, 3, 3, 3, 3, 4, 4, 4, 5]
    assert values["immunity_lookup_seconds_sum"] == pytest.approx(7.2641)


def test_refusals_are_counted_by_status(fresh: Flask, headers: dict[str, str]) -> None:
    client = fresh.test_client()
    client.post("/v1/lookups", json={"plate": "!"}, headers=headers)
    client.post("/v1/lookups", json={"plate": "!"})
    client.post("/v1/lookups", json={"plate": "!"})
    client.get("/nowhere")
    values = scrape(fresh)
    counted = {name: n for name, n in values.items() if name.startswith("immunity_refusals_total") and n}
    assert counted == {
        f'immunity_refusals_total{{status="{status}"}}': n for status, n in ((422, 1), (401, 2), (404, 1))
    }


def test_the_state_of_the_audit_trail_is_told(fresh: Flask, headers: dict[str, str], clock: MovableClock) -> None:
    def ask_once() -> Values:
        fresh.test_client().post("/v1/lookups", json={"plate": "DZZ9999"}, headers=headers)
        return scrape(fresh)

    def states(values: Values) -> list[float]:
        return [values[f'immunity_audit_workers{{state="{s}"}}'] for s in ("recording", "spooling", "refusing")]

    settings = runtime_of(fresh).settings
    settings.audit_dir.touch()  # a file where a directory is to be
    spooling = ask_once()
    assert states(spooling) == [0, 1, 0]
    assert spooling["immunity_audit_gap_since_timestamp_seconds"] == clock.now.timestamp()
    assert spooling["immunity_ready"] == 1
    assert spooling['immunity_audit_entries_total{how="written"}'] == 1
    assert spooling['immunity_audit_entries_total{how="refused"}'] == 0
    assert spooling["immunity_audit_writes_total"] == 1


def test_a_trail_that_is_written_has_no_gap(fresh: Flask, headers: dict[str, str]) -> None:
    fresh.test_client().post("/v1/lookups", json={"plate": "DZZ9999"}, headers=headers)
    values = scrape(fresh)
    assert values['immunity_audit_workers{state="recording"}'] == 1
    assert values["immunity_audit_gap_since_timestamp_seconds"] == 0


def test_the_data_is_told_with_its_age_and_its_limits(fresh: Flask, clock: MovableClock) -> None:
    before = scrape(fresh)
    clock.advance(hours=30)
    after = scrape(fresh)
    assert after["immunity_data_age_seconds"] - before["immunity_data_age_seconds"] == 30 * 3600
    assert after['immunity_data_age_limit_seconds{state="stale"}'] == 26 * 3600
    assert after['immunity_data_age_limit_seconds{state="expired"}'] == 72 * 3600
    assert after['immunity_records{kind="member"}'] == 200
    assert after['immunity_indexer_phase{phase="idle"}'] == 1
    assert after['immunity_indexer_phase{phase="building"}'] == 0
    assert after['immunity_indexer_ended_timestamp_seconds{how="success"}'] > 0


def test_keys_in_force_are_counted_without_those_that_ended(fresh: Flask, clock: MovableClock) -> None:
    keys = runtime_of(fresh).keys
    end = clock() + timedelta(hours=1)
    for name, expires_at in (("stays", None), ("ends", end), ("revoked", None)):
        keys.create(KeyRequest(name, frozenset({"lookup"}), expires_at=expires_at))
    keys.revoke("revoked")
    assert scrape(fresh)["immunity_keys_in_force"] == 2
    clock.advance(hours=1)
    assert scrape(fresh)["immunity_keys_in_force"] == 1


def test_a_replica_is_told_with_phase_and_lag(fresh: Flask, clock: MovableClock, tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "replica")
    directory.path.mkdir()
    write_state(directory, ReplicaState("following", caught_up_at=clock() - timedelta(seconds=42)))
    now = runtime_of(fresh)
    replica = ReplicaStore(directory, "training", open_store(now.settings.store, "training"))
    values = read(metrics_of(fresh).text([NodeMetrics(replace(now, store=replica))]).decode())
    replica.close()
    assert values["immunity_replica_lag_seconds"] == 42
    assert values['immunity_replica_phase{phase="following"}'] == 1
    assert values['immunity_replica_phase{phase="waiting"}'] == 0
    assert "immunity_data_age_seconds" in values  # by the other way, for this copy is empty


def test_the_breaker_before_elasticsearch_is_told(settings: Settings, tmp_path: Path, clock: MovableClock) -> None:
    store = f"elasticsearch://127.0.0.1:{free_port()}/immunity-test"
    app = api.create_app(replace(settings, store=store, data_dir=tmp_path), clock=clock)
    scrape(app)  # looks, in vain, so often that the breaker opens
    values = scrape(app)
    runtime_of(app).close()
    assert values['immunity_elasticsearch_workers{breaker="open"}'] == 1
    assert values['immunity_elasticsearch_workers{breaker="closed"}'] == 0
    assert values["immunity_ready"] == 0
    assert "immunity_data_age_seconds" not in values


def test_nobody_but_the_operators_network_is_told(fresh: Flask) -> None:
    client = fresh.test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_the_console_has_metrics_too(center: Flask, make_key: MakeKey) -> None:
    before = scrape(center).get('immunity_events_total{event="view.missions",outcome="done"}', 0)
    center.test_client().get("/v1/missions", headers=make_key("console"))
    assert scrape(center)['immunity_events_total{event="view.missions",outcome="done"}'] == before + 1


@pytest.fixture
def token(settings: Settings) -> Iterator[str]:
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    _, made = keys.create(KeyRequest("metrics test", frozenset({"lookup"})))
    yield made
    keys.revoke("metrics test")
    keys.close()


def of_service(running: Service) -> Values:
    status, text = ask(running.port, "/metrics")
    assert status == 200
    return read(text.decode())


ANSWERED = 'immunity_events_total{event="query.plate",outcome="match"}'


def test_the_counts_of_all_workers_are_one_and_outlive_them(settings: Settings, token: str, plate: str) -> None:
    """A worker that ends brings its counts before it goes; one that is killed takes its gauges along."""
    with service(settings, workers="3") as running:
        until(lambda: of_service(running).get('immunity_audit_workers{state="recording"}') == 3)
        ask_each_worker(running, token, plate)
        until(lambda: of_service(running).get(ANSWERED) == 60)
        before = set(running.workers())
        os.kill(min(before), signal.SIGKILL)
        until(lambda: min(before) not in running.workers())
        until(lambda: of_service(running)['immunity_audit_workers{state="recording"}'] == 3)
        running.signal(signal.SIGHUP)
        until(lambda: len(running.workers()) == 3 and not before & set(running.workers()))
        ask_each_worker(running, token, plate)
        until(lambda: of_service(running)[ANSWERED] == 120)
        values = of_service(running)
    assert values["immunity_lookup_seconds_count"] == 120
    assert (values["immunity_audit_unsigned_workers"], values["immunity_audit_places_not_reached"]) == (0, 0)
    assert values["immunity_audit_checkpoint_timestamp_seconds"] > 0
    assert sum(values[f'immunity_audit_workers{{state="{s}"}}'] for s in ("recording", "spooling", "refusing")) == 3


def test_metrics_hold_nothing_of_what_was_asked(settings: Settings, token: str, plate: str) -> None:
    with service(settings, workers="1") as running:
        ask(running.port, "/v1/lookups", token, {"plate": plate, "reference": "CASE-4711", "requestor": "Quill"})
        ask(running.port, f"/{plate}", token)
        _, text = ask(running.port, "/metrics")
    assert not re.search(f"{plate}|CASE|Quill|metrics test|{token}", text.decode())


def test_the_directory_of_the_metrics_goes_with_the_service(settings: Settings, tmp_path: Path) -> None:
    kept = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(tmp_path)
    try:
        with service(settings, workers="1") as running:
            ask(running.port, "/metrics")
            (directory,) = tmp_path.glob("immunity-metrics-*")
            assert list(directory.glob("*.db"))
            assert running.stop() == 0
            assert not directory.exists()
    finally:
        os.environ.pop("TMPDIR")
        if kept is not None:
            os.environ["TMPDIR"] = kept


def ask_each_worker(running: Service, token: str, plate: str) -> None:
    """Ask sixty questions, each on a connection of its own, so that every worker gets some."""
    for _ in range(60):
        with Client(running.port, token) as client:
            assert client.ask("/v1/lookups", {"plate": plate})[0] == 200
