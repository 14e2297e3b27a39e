"""The audit trail over HTTP: who may read it, what is found, what one request reads, and that reading is recorded."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from lookup.audit.entry import Actor, Scene, entry
from lookup.audit.places import places_of, trail_of
from lookup.audit.reading.filters import FILTERS
from lookup.audit.reading.stream import Reading
from lookup.lookup_ids import new_lookup_id, reference_number
from lookup.settings import Settings
from mobile_api import audit_trail
from mobile_api.schemas.audit_trail import AuditLookupAnswer, AuditSearchAnswer, AuditSearchBody
from tests.api.serving import MakeKey, MovableClock, runtime_of, searching_trail, viewing_trail

PLATES = ("DZA1001", "DZA1002", "DZA1003")


@pytest.fixture
def node(center: Flask, settings: Settings, tmp_path: Any) -> Iterator[Settings]:
    """The console with a trail of its own."""
    now = runtime_of(center)
    own = replace(settings, audit_dir=tmp_path / "audit", audit_spool=tmp_path / "spool")
    trail = trail_of(own, "console", clock=now.clock)
    center.extensions["immunity"] = replace(now, settings=own, trail=trail)
    yield own
    trail.close()
    center.extensions["immunity"] = now


@pytest.fixture
def ids(node: Settings, clock: MovableClock) -> list[str]:
    """Three lookups that another process answered, one a minute; the first was passed on."""
    trail = trail_of(node, "lookup-api", clock=clock)
    made = []
    for plate in PLATES:
        lookup_id = new_lookup_id(clock())
        asked = {"kind": "plate", "value": plate}
        scene = Scene(clock(), trail.component, Actor(user="key:patrol", agency_ori="ZZ0010000"))
        trail.record(entry("query.plate", "match", scene, entry_id=lookup_id, lookup_id=str(lookup_id), query=asked))
        made.append(str(lookup_id))
        clock.advance(minutes=1)
    trail.record(entry("disclosure", "done", Scene(clock(), trail.component), lookup_id=made[0]))
    trail.close()
    clock.advance(minutes=1)
    return made


@pytest.fixture
def search(center: Flask, make_key: MakeKey, node: Settings) -> Any:
    return searching_trail(center, make_key("audit"))


@pytest.fixture
def view(center: Flask, make_key: MakeKey, node: Settings) -> Any:
    return viewing_trail(center, make_key("audit"))


def found(page: dict[str, Any]) -> list[str]:
    return [one["entry"]["id"] for one in page["entries"]]


def recorded(node: Settings) -> list[tuple[str, str, Any]]:
    """What the console said of its own readings."""
    entries = [json.loads(line.text) for line in Reading(places_of(node)) if b'"event":"audit.' in line.text]
    return [(one["event"], one["outcome"], one["details"]) for one in entries]


def test_a_search_finds_what_fits_all_filters(search: Any, ids: list[str]) -> None:
    page = search(event="query.plate", agency="ZZ0010000")
    assert AuditSearchAnswer().validate(page) == {}
    assert found(page) == ids
    assert found(search(plate="dza-1002")) == ids[1:2]
    assert found(search(plate="DZA1002", outcome="no_record")) == []
    assert found(search(reference_number=reference_number_of(ids[2]))) == ids[2:]


def reference_number_of(lookup_id: str) -> str:
    return reference_number(UUID(lookup_id))


def test_an_entry_is_shown_as_it_lies_there_with_its_file(search: Any, ids: list[str], node: Settings) -> None:
    (one,) = search(plate="DZA1001")["entries"]
    line = next(line for line in Reading(places_of(node)) if line.entry_id == ids[0])
    assert (one["segment"], one["entry"]) == (line.segment.name, json.loads(line.text))


def test_a_search_is_bounded_by_time(search: Any, ids: list[str], clock: MovableClock) -> None:
    assert found(search(event="query.plate", since="2026-11-21T14:06:00Z")) == ids[1:]
    assert found(search(event="query.plate", until="2026-11-21T14:06:00Z")) == ids[:1]
    page = search(event="query.plate")
    assert (page["since"], page["until"]) == ("2026-11-14T14:09:00.000Z", "2026-11-21T14:09:00.000Z")
    clock.advance(days=8)
    assert found(search(event="query.plate")) == []
    assert found(search(event="query.plate", since="2026-11-21T00:00:00Z")) == ids


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_search_is_read_page_by_page(search: Any, ids: list[str], limit: int) -> None:
    read: list[str] = []
    page = search(event="query.plate", limit=limit)
    while page["cursor"] is not None:
        read += found(page)
        assert page["complete"] is True
        page = search(event="query.plate", limit=limit, cursor=page["cursor"])
    assert read + found(page) == ids


def test_what_happens_while_somebody_turns_pages_does_not_come_between(
    search: Any, ids: list[str], clock: MovableClock
) -> None:
    page = search(limit=5)
    clock.advance(minutes=1)
    search(plate="DZA1001")
    rest = search(limit=100, cursor=page["cursor"])
    assert rest["until"] == page["until"]
    assert rest["cursor"] is None
    assert [one["entry"]["event"] for one in page["entries"] + rest["entries"]].count("audit.searched") == 0


def test_a_search_that_reads_too_much_says_that_it_is_not_complete_and_goes_on(
    search: Any, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "SEARCH_BYTES", 1500)
    read, pages = [], 0
    page = search(event="query.plate")
    assert (page["complete"], page["cursor"] is None) == (False, False)
    while page["cursor"] is not None:
        read += found(page)
        page, pages = search(event="query.plate", cursor=page["cursor"]), pages + 1
    assert read + found(page) == ids
    assert page["complete"] is True
    assert pages > 1


def test_lines_that_cannot_be_read_are_counted(search: Any, ids: list[str], node: Settings) -> None:
    path = next(path for path in places_of(node)[0].iterdir() if ids[0].encode() in path.read_bytes())
    path.write_bytes(path.read_bytes() + b"no line\n")
    page = search(event="query.plate")
    assert (found(page), page["unreadable"]) == (ids, 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"plate": "?"}, "/plate"),
        ({"lookup_id": "7"}, "/lookup_id"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-11-21T14:00:00Z", "until": "2026-11-21T14:00:00Z"}, "/since"),
        ({"limit": 0}, "/limit"),
        ({"limit": 501}, "/limit"),
        ({"limit": "5"}, "/limit"),
        ({"cursor": "x"}, "/cursor"),
        ({"cursor": "e30"}, "/cursor"),
        ({"cursor": ""}, "/cursor"),
        ({"user": 7}, "/user"),
        ({"user": ""}, "/user"),
        ({"user": "a" * 201}, "/user"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_wrong_search_is_422_and_names_the_field(search: Any, body: dict[str, Any], pointer: str) -> None:
    assert [fault["pointer"] for fault in search(422, **body)["errors"]] == [pointer]


def test_a_cursor_of_another_search_is_422(search: Any, ids: list[str]) -> None:
    cursor = search(event="query.plate", limit=1)["cursor"]
    assert found(search(event="query.plate", limit=2, cursor=cursor)) == ids[1:]
    for other in ({"event": "query.vin"}, {}, {"event": "query.plate", "since": "2026-11-21T14:00:00Z"}):
        assert [fault["pointer"] for fault in search(422, cursor=cursor, **other)["errors"]] == ["/cursor"]


def test_where_the_store_is_embedded_there_is_one_node_and_all_of_it_is_seen(
    search: Any, view: Any, ids: list[str], node: Settings
) -> None:
    for answer in (search(), view(ids[0])):
        assert (answer["complete"], answer["not_seen"]) == (True, None)
        assert answer["nodes"] == [{"node": node.node, "until": "2026-11-21T14:09:00.000Z"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("there", ["x", "s", 0]),
        ("there", [1, "s", -1]),
        ("there", [1, "s"]),
        ("there", [True, "s", 0]),
        ("there", {"a": 1}),
        ("here", ["k", {"s": -1}]),
        ("here", ["k"]),
        ("here", "k"),
        ("since", 7),
    ],
)
def test_a_cursor_that_was_changed_is_422(search: Any, ids: list[str], name: str, value: Any) -> None:
    cursor = search(limit=1)["cursor"]
    held = json.loads(base64.urlsafe_b64decode(cursor + "==="))
    changed = base64.urlsafe_b64encode(json.dumps(held | {name: value}, separators=(",", ":")).encode()).decode()
    assert [fault["pointer"] for fault in search(422, cursor=changed.rstrip("="))["errors"]] == ["/cursor"]


def test_a_search_takes_every_filter(search: Any) -> None:
    assert set(AuditSearchBody().fields) == {*FILTERS, "since", "until", "cursor", "limit"}


def test_one_lookup_is_shown_with_everything_that_became_of_it(view: Any, ids: list[str]) -> None:
    for name in (ids[0], reference_number_of(ids[0])):
        answer = view(name)
        assert AuditLookupAnswer().validate(answer) == {}
        assert (answer["lookup_id"], answer["reference_number"]) == (ids[0], reference_number_of(ids[0]))
        assert [one["entry"]["event"] for one in answer["entries"]] == ["query.plate", "disclosure"]
        assert answer["complete"] is True


@pytest.mark.parametrize("name", ["7K4M-2QXP", "0192f3c4-0000-7000-8000-0123456789ab", "nothing", "search"])
def test_a_lookup_that_is_not_in_the_trail_is_404(view: Any, ids: list[str], name: str) -> None:
    assert view(name, 404)["type"] == "/problems/not-found"


def test_a_lookup_beyond_what_one_request_searches_is_no_404_but_could_not_be_searched_for(
    view: Any, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "LOOKUP_BYTES", 10)
    problem = view(reference_number_of(ids[0]), 503)
    assert problem["type"] == "/problems/trail-not-searched"
    assert "only the newest part was searched" in problem["detail"]


def test_every_reading_is_recorded_with_what_was_asked_and_not_what_was_found(
    search: Any, view: Any, ids: list[str], node: Settings
) -> None:
    search(plate="DZA1001")
    search(422, plate="?")
    view(ids[1])
    view("nothing", 404)
    assert recorded(node) == [
        ("audit.searched", "done", {"filters": {"plate": "DZA1001"}}),
        ("audit.searched", "error", {"filters": {"plate": "?"}}),
        ("audit.viewed", "done", {"filters": {"lookup_id": ids[1]}}),
        ("audit.viewed", "error", {"filters": {"lookup_id": "nothing"}}),
    ]


@pytest.mark.parametrize("scope", ["lookup", "console", "admin", "training"])
def test_nobody_reads_the_trail_without_its_scope_and_the_attempt_is_recorded(
    center: Flask, make_key: MakeKey, node: Settings, ids: list[str], scope: Any
) -> None:
    client, headers = center.test_client(), make_key(scope)
    assert client.post("/v1/audit/search", json={}, headers=headers).status_code == 403
    assert client.get(f"/v1/audit/{ids[0]}", headers=headers).status_code == 403
    assert [(event, outcome) for event, outcome, _ in recorded(node)] == [
        ("audit.searched", "refused"),
        ("audit.viewed", "refused"),
    ]


def test_who_reads_the_trail_cannot_query(app: Flask, center: Flask, make_key: MakeKey) -> None:
    headers = make_key("audit")
    assert app.test_client().post("/v1/lookups", json={"plate": "DZA1001"}, headers=headers).status_code == 403
    assert center.test_client().post("/v1/search", json={"q": "a"}, headers=headers).status_code == 403
