"""Every question, answered or not, is in the audit trail with who, when, where, why and what (CJIS AU-2, AU-3), and no
answer leaves that could not be recorded (AU-5)."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lookup.audit.entry import FIELDS
from lookup.audit.places import segments_directory
from lookup.audit.segment import segments_in
from lookup.records import Record
from lookup.settings import Settings
from mobile_api import api
from mobile_api.access.keys import KeyRequest
from mobile_api.access.source_address import SourceAddress
from mobile_api.access.strangers import EACH_SECOND, Strangers
from tests.api.serving import MakeKey, MovableClock, runtime_of

Entries = Callable[[], list[dict[str, Any]]]


def lines_of(settings: Settings) -> list[dict[str, Any]]:
    paths = segments_in(segments_directory(settings))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


@pytest.fixture
def recorded(settings: Settings) -> Entries:
    """Gives the entries that were written since the test began, without those of the trail itself."""
    before = {line["id"] for line in lines_of(settings)}
    return lambda: [
        line for line in lines_of(settings) if line["id"] not in before and not line["event"].startswith("segment.")
    ]


def ask(app: Flask, headers: dict[str, str], body: Any, **more: Any) -> Any:
    return app.test_client().post("/v1/lookups", json=body, headers=headers, **more)


def test_a_lookup_is_recorded_with_who_when_where_why_and_what_cjis_au_3(
    app: Flask, make_key: MakeKey, recorded: Entries, plate: str, clock: MovableClock
) -> None:
    headers = make_key("lookup", agency="ZZ0010000") | {"X-Device-Id": "MDT0417"}
    body = {"plate": plate, "purpose": "J", "reference": "26-000417", "requestor": "OFC 4417"}
    answer = ask(app, headers, body, environ_base={"REMOTE_ADDR": "192.0.2.44"})
    (entry,) = recorded()
    assert set(entry) == {"sequence", *FIELDS, "previous_hash", "hash"}
    assert (entry["event"], entry["outcome"]) == ("query.plate", "match")
    assert entry["level"] == answer.json["immunity"]["level"]
    assert entry["id"] == entry["lookup_id"] == answer.json["lookup_id"]
    assert datetime.fromisoformat(entry["occurred_at"]) == clock.now
    assert entry["component"].startswith("lookup/")
    assert entry["component"].endswith(f"@{runtime_of(app).settings.node}")
    assert entry["user"].startswith("key:")
    assert (entry["agency_ori"], entry["requestor"], entry["device"]) == ("ZZ0010000", "OFC 4417", "MDT0417")
    assert (entry["source_address"], entry["destination_address"]) == ("192.0.2.44", "localhost:80")
    assert (entry["purpose"], entry["purpose_defaulted"], entry["case_number"]) == ("J", False, "26-000417")
    query = entry["query"]
    assert (query["kind"], query["value"], query["issuer"], query["entered_by"]) == ("plate", plate, "US", "system")
    assert query["asked"] == body
    assert entry["records"][0]["id"] == f"vehicle:{plate}"
    assert {"level", "immunity", "vehicle"} <= set(entry["disclosed"])
    freshness = answer.json["freshness"]
    assert {name: entry["data"][name] for name in freshness} == freshness
    assert entry["policy"] == answer.json["guidance"]["policy"]
    assert entry["answer_digest"] == f"sha256:{hashlib.sha256(answer.data).hexdigest()}"
    assert entry["duration_ms"] > 0
    assert (entry["bytes_in"], entry["bytes_out"]) == (len(json.dumps(body)), len(answer.data))


def test_a_purpose_that_nobody_gave_is_marked_as_a_default(
    app: Flask, make_key: MakeKey, recorded: Entries, plate: str
) -> None:
    ask(app, make_key("lookup"), {"plate": plate})
    assert [(one["purpose"], one["purpose_defaulted"]) for one in recorded()] == [("C", True)]


def test_the_time_is_that_of_utc_to_the_millisecond_cjis_au_8(
    app: Flask, make_key: MakeKey, recorded: Entries, plate: str, clock: MovableClock
) -> None:
    clock.now = datetime(2026, 11, 21, 14, 7, 3, 456_789, tzinfo=UTC)
    ask(app, make_key("lookup"), {"plate": plate})
    assert [one["occurred_at"] for one in recorded()] == ["2026-11-21T14:07:03.456Z"]


def test_no_personal_data_of_the_registry_is_in_the_trail_cjis_au_3_3(
    app: Flask, make_key: MakeKey, recorded: Entries, vehicles: list[Record], plate: str
) -> None:
    answer = ask(app, make_key("lookup"), {"plate": plate}).json
    told = json.dumps(recorded())
    assert answer["person"]["name"] not in told
    assert str(answer["person"]["date_of_birth"]) not in told


def test_each_query_of_a_batch_has_an_entry_the_bad_one_too(
    app: Flask, make_key: MakeKey, recorded: Entries, plate: str
) -> None:
    queries = [{"plate": plate}, {"plate": "?"}, {"member_id": "TRN000000000"}]
    app.test_client().post("/v1/lookups/batch", json={"queries": queries}, headers=make_key("lookup"))
    assert [(one["event"], one["outcome"]) for one in recorded()] == [
        ("query.plate", "match"),
        ("query.unreadable", "error"),
        ("query.member_id", "no_record"),
    ]


@pytest.mark.parametrize(
    ("asked", "status", "outcome"),
    [
        (("lookup", {"plate": ""}), 422, "error"),
        (("lookup", {"nothing": 1}), 422, "error"),
        (("console", {"plate": "DZZ1234"}), 403, "refused"),
    ],
)
def test_a_question_that_is_not_answered_is_recorded_with_who_asked(
    app: Flask, make_key: MakeKey, recorded: Entries, asked: Any, status: int, outcome: str
) -> None:
    scope, body = asked
    assert ask(app, make_key(scope, agency="ZZ0040000"), body).status_code == status
    (entry,) = recorded()
    assert (entry["event"], entry["outcome"], entry["agency_ori"]) == ("query.unreadable", outcome, "ZZ0040000")
    assert (entry["query"], entry["records"], entry["answer_digest"]) == (None, None, None)


def test_a_bad_token_is_recorded_without_the_token(app: Flask, recorded: Entries) -> None:
    ask(app, {"Authorization": "Bearer immunity_training_nobodys"}, {"plate": "DZZ1234"})
    (entry,) = recorded()
    assert (entry["outcome"], entry["user"]) == ("refused", None)
    assert "nobodys" not in json.dumps(entry)


def test_a_flood_of_bad_tokens_is_counted_and_does_not_fill_the_disk() -> None:
    now = [100.0]
    strangers = Strangers(lambda: now[0])
    assert [strangers.refused() for _ in range(EACH_SECOND + 3)] == [0] * EACH_SECOND + [None] * 3
    now[0] = 101.0
    assert [strangers.refused(), strangers.refused()] == [3, 0]


def test_a_camera_is_recorded_as_one_and_what_it_was_not_told_is_not_disclosed(
    app: Flask, make_key: MakeKey, recorded: Entries, plate: str
) -> None:
    ask(app, make_key("lookup", kind="camera"), {"plate": plate})
    (entry,) = recorded()
    assert entry["query"]["entered_by"] == "camera"
    assert "person" not in entry["disclosed"]


@pytest.mark.parametrize("device", ["", "a b", "x" * 41, "ß"])
def test_a_device_that_is_no_name_is_not_taken(
    app: Flask, make_key: MakeKey, recorded: Entries, plate: str, device: str
) -> None:
    ask(app, make_key("lookup") | {"X-Device-Id": device.encode().decode("latin-1")}, {"plate": plate})
    assert [one["device"] for one in recorded()] == [None]


def test_a_view_of_a_record_names_the_records_that_were_shown(
    center: Flask, make_key: MakeKey, recorded: Entries, vehicles: list[Record]
) -> None:
    record = vehicles[0]
    center.test_client().get(f"/v1/vehicles/{record.handle}", headers=make_key("console"))
    (entry,) = recorded()
    assert (entry["event"], entry["outcome"]) == ("view.vehicle", "done")
    assert entry["records"] == [{"id": record.key, "version": record.version, "handle": record.handle}]


def test_a_view_that_fails_is_recorded_too(center: Flask, make_key: MakeKey, recorded: Entries) -> None:
    assert center.test_client().get("/v1/vehicles/nothing", headers=make_key("console")).status_code == 404
    assert [(one["event"], one["outcome"]) for one in recorded()] == [("view.vehicle", "error")]


def test_a_search_is_recorded_with_what_was_searched_and_found(
    center: Flask, make_key: MakeKey, recorded: Entries, vehicles: list[Record], plate: str
) -> None:
    body = {"q": plate, "kinds": ["vehicle"]}
    found: Any = center.test_client().post("/v1/search", json=body, headers=make_key("console")).json
    (entry,) = recorded()
    assert (entry["event"], entry["query"]["value"]) == ("query.search", plate)
    assert [one["handle"] for one in entry["records"]] == [hit["handle"] for hit in found["hits"]]


def test_no_answer_leaves_that_could_not_be_recorded_cjis_au_5(
    settings: Settings, tmp_path: Path, clock: MovableClock, plate: str
) -> None:
    (tmp_path / "audit").touch()  # a file in the place of the directory: nothing can be written there
    (tmp_path / "spool").touch()
    broken = replace(settings, data_dir=tmp_path, audit_dir=tmp_path / "audit", audit_spool=tmp_path / "spool")
    app = api.create_app(broken, clock=clock)
    _, token = runtime_of(app).keys.create(KeyRequest("officer", frozenset({"lookup"})))
    answer = ask(app, {"Authorization": f"Bearer {token}"}, {"plate": plate})
    refused = ask(app, {"Authorization": "Bearer nobodys"}, {"plate": plate})
    runtime_of(app).close()
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/audit-unavailable")
    assert answer.json["phone"]
    assert answer.headers["Retry-After"]
    assert plate not in answer.text
    assert refused.status_code == 401  # nothing of the registry is in it


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("192.0.2.44", "198.51.100.7", "192.0.2.44"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("nowhere", "198.51.100.7", "nowhere"),
    ],
)
def test_the_source_is_whom_the_last_proxy_that_is_believed_names(remote: str, forwarded: str, found: str) -> None:
    environ = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}
    assert SourceAddress(["10.0.0.0/24"]).of(environ) == found


def test_without_proxies_that_are_believed_the_connection_is_the_source() -> None:
    assert SourceAddress([]).of({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}) == "10.0.0.1"
