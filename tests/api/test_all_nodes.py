"""The console shows what any node answered: its own files, the copy of the others in a real Elasticsearch, and an
honest word where that is not all."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from lookup.audit.entry import Actor, Scene, entry
from lookup.audit.places import places_of, trail_of
from lookup.audit.reading import pages
from lookup.audit.reading.filters import FILTERS
from lookup.audit.reading.stream import Reading
from lookup.lookup_ids import new_lookup_id, reference_number
from lookup.settings import Settings
from mobile_api.schemas.audit_trail import AuditLookupAnswer, AuditSearchAnswer
from mobile_api.schemas.past_lookups import PastLookupAnswer
from tests.api.serving import Asks, MakeKey, MovableClock, runtime_of, searching_trail, viewing_trail
from tests.audit.shipped_nodes import AWAY, node_settings, ship, write
from tests.audit.test_filters import ENTRY, FITTING, LOOKUP_ID
from tests.servers.asking import ask as ask_server

Fetch = Callable[..., dict[str, Any]]


@contextmanager
def run_as(service: Flask, node: Settings, component: str) -> Iterator[Settings]:
    """Let a service be that of a node, with the node's own trail."""
    now = runtime_of(service)
    trail = trail_of(node, component, clock=now.clock)
    service.extensions["immunity"] = replace(now, settings=node, trail=trail)
    yield node
    trail.close()
    service.extensions["immunity"] = now


@pytest.fixture
def other(app: Flask, settings: Settings, tmp_path: Path, elastic_store: str) -> Iterator[Settings]:
    """A node of the store, which answers lookups."""
    with run_as(app, node_settings(settings, tmp_path, "node-2", elastic_store), "lookup") as own:
        yield own


@pytest.fixture
def here(center: Flask, settings: Settings, tmp_path: Path, elastic_store: str) -> Iterator[Settings]:
    """The node of the console that is asked."""
    with run_as(center, node_settings(settings, tmp_path, "node-1", elastic_store), "console") as own:
        yield own


@pytest.fixture
def store_away(center: Flask, here: Settings) -> Callable[[], None]:
    """Takes the store away from the console."""

    def take() -> None:
        now = runtime_of(center)
        center.extensions["immunity"] = replace(now, settings=replace(now.settings, store=AWAY))

    return take


@pytest.fixture
def copied(elasticsearch_url: str) -> Callable[..., None]:
    """Ships the trail of a node; everything before `reach` is told to be there."""
    return lambda node, reach=None: ship(node, elasticsearch_url, reach)


@pytest.fixture
def search(center: Flask, make_key: MakeKey, here: Settings) -> Fetch:
    return searching_trail(center, make_key("audit"))


@pytest.fixture
def view(center: Flask, make_key: MakeKey, here: Settings) -> Fetch:
    return viewing_trail(center, make_key("audit"))


@pytest.fixture
def past(ask_console: Asks, here: Settings) -> Fetch:
    return lambda name, status=200: ask_console(f"/v1/lookups/{name}", status=status)


@pytest.fixture
def ask(app: Flask, make_key: MakeKey, other: Settings) -> Callable[[str], dict[str, Any]]:
    """Asks the other node for a plate."""

    def post(plate: str) -> dict[str, Any]:
        response = app.test_client().post("/v1/lookups", json={"plate": plate}, headers=make_key("lookup"))
        assert response.status_code == 200
        document: dict[str, Any] = response.json or {}
        return document

    return post


def asked(plate: str, scene: Scene) -> dict[str, Any]:
    """The entry of a lookup."""
    lookup_id = new_lookup_id(scene.at)
    query = {"kind": "plate", "value": plate, "issuer": "US"}
    by = replace(scene, actor=Actor(user="key:patrol"))
    return entry("query.plate", "match", by, entry_id=lookup_id, lookup_id=str(lookup_id), query=query)


def plates(page: dict[str, Any]) -> list[str]:
    return [one["entry"]["query"]["value"] for one in page["entries"]]


@pytest.fixture
def six(here: Settings, other: Settings, clock: MovableClock, copied: Any) -> list[str]:
    """Six lookups, one a minute, answered by the two nodes by turns; both are shipped."""
    names = [f"DZA100{number}" for number in range(6)]
    for number, name in enumerate(names):
        write((here, other)[number % 2], clock, partial(asked, name))
        clock.advance(minutes=1)
    copied(here, clock())
    copied(other, clock())
    return names


# Searching the trail


def test_a_search_finds_what_every_node_wrote_once_and_in_the_order_of_time(search: Fetch, six: list[str]) -> None:
    page = search(event="query.plate")
    assert AuditSearchAnswer().validate(page) == {}
    assert plates(page) == six
    assert (page["complete"], page["not_seen"], page["cursor"]) == (True, None, None)
    assert page["nodes"] == [
        {"node": "node-1", "until": "2026-11-21T14:11:00.000Z"},
        {"node": "node-2", "until": "2026-11-21T14:11:00.000Z"},
    ]


def test_a_line_of_another_node_is_shown_as_it_lies_there(search: Fetch, six: list[str], other: Settings) -> None:
    (one,) = search(plate="DZA1001")["entries"]
    line = next(line for line in Reading(places_of(other)) if b"DZA1001" in line.text)
    assert (one["segment"], one["entry"]) == (line.segment.name, json.loads(line.text))


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_of_both_follow_each_other_without_a_gap(search: Fetch, six: list[str], limit: int) -> None:
    page, read = search(event="query.plate", limit=limit), []
    while page["cursor"] is not None:
        assert len(page["entries"]) == limit
        read += plates(page)
        page = search(event="query.plate", limit=limit, cursor=page["cursor"])
    assert read + plates(page) == six


def test_a_search_is_bounded_by_time_on_every_node(search: Fetch, six: list[str]) -> None:
    between = {"since": "2026-11-21T14:06:00Z", "until": "2026-11-21T14:09:00Z"}
    assert plates(search(event="query.plate", **between)) == six[1:4]


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_another_node_is_asked_by_every_filter(
    search: Fetch, other: Settings, clock: MovableClock, copied: Any, name: str
) -> None:
    more = {key: value for key, value in ENTRY.items() if key not in ("actor", "outcome")}

    def whole(scene: Scene) -> dict[str, Any]:
        return entry("query.plate", ENTRY["outcome"], replace(scene, actor=ENTRY["actor"]), **more)

    write(other, clock, whole, partial(asked, "DZA9999"))
    clock.advance(minutes=1)
    copied(other, clock())
    (lines,) = ([line for line in Reading(places_of(other)) if LOOKUP_ID.encode() in line.text],)
    own = {"id": lines[0].entry_id, "component": json.loads(lines[0].text)["component"], "event": "query.*"}
    found = [one["entry"]["id"] for one in search(**{name: str(own.get(name, FITTING.get(name)))})["entries"]]
    assert lines[0].entry_id in found


def test_a_search_that_looks_at_too_much_of_the_copy_says_so_and_goes_on(
    search: Fetch, six: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SEARCH_HITS", 1)
    page, read, incomplete = search(user="key:patrol", limit=9), [], 0
    while page["cursor"] is not None:
        read += plates(page)
        incomplete += not page["complete"]
        page = search(user="key:patrol", limit=9, cursor=page["cursor"])
    assert read + plates(page) == six
    assert incomplete > 0


def test_where_the_copy_cannot_be_asked_own_lines_are_shown_and_the_answer_says_that_this_is_not_all(
    search: Fetch, six: list[str], store_away: Any
) -> None:
    store_away()
    page = search(event="query.plate")
    assert plates(page) == six[::2]
    assert (page["complete"], page["cursor"]) == (False, None)
    assert page["not_seen"].startswith("The copy of the other nodes' trails could not be asked")
    assert [one["node"] for one in page["nodes"]] == ["node-1"]
    assert search(plate=six[1])["complete"] is False


def test_a_copy_of_which_a_part_is_missing_counts_as_not_asked(
    search: Fetch, view: Fetch, past: Fetch, six: list[str], elasticsearch_url: str, elastic_prefix: str
) -> None:
    nowhere = {"settings": {"index.routing.allocation.require._name": "no such node"}}
    index = f"/{elastic_prefix}-audit-202610?wait_for_active_shards=0"
    assert ask_server(elasticsearch_url, "PUT", index, nowhere)[0] == 200
    page = search(event="query.plate")
    assert (plates(page), page["complete"]) == (six[::2], False)
    assert "could not be asked" in page["not_seen"]
    for look in (view, past):
        assert "could not be asked" in look("7K4M-2QXP", 503)["detail"]


def test_a_node_that_cannot_ship_is_named_and_the_answer_is_not_complete(
    search: Fetch, six: list[str], clock: MovableClock
) -> None:
    clock.advance(seconds=60)
    assert search()["complete"] is True
    clock.advance(seconds=1)
    page = search()
    assert page["complete"] is False
    assert "what node-2 wrote after 2026-11-21T14:11:00.000Z" in page["not_seen"]
    assert search(until="2026-11-21T14:11:00Z")["complete"] is True


def test_a_node_that_copied_nothing_for_a_week_is_not_waited_for(
    search: Fetch, six: list[str], clock: MovableClock
) -> None:
    clock.advance(days=7)
    assert search()["complete"] is False
    clock.advance(seconds=1)
    page = search()
    assert (page["complete"], [one["node"] for one in page["nodes"]]) == (True, ["node-1"])


def test_an_own_segment_that_is_gone_is_read_from_the_copy(search: Fetch, six: list[str], here: Settings) -> None:
    for path in places_of(here)[0].iterdir():
        if b"DZA" in path.read_bytes():
            path.unlink()
    assert plates(search(event="query.plate")) == six


# One lookup in the trail


def test_everything_about_a_lookup_is_shown_from_all_nodes(
    view: Fetch, other: Settings, here: Settings, clock: MovableClock, copied: Any
) -> None:
    lookup_id = new_lookup_id(clock())
    write(other, clock, lambda scene: asked("DZA1001", scene) | {"id": str(lookup_id), "lookup_id": str(lookup_id)})
    clock.advance(minutes=1)
    write(here, clock, lambda scene: entry("disclosure", "done", scene, lookup_id=str(lookup_id)))
    copied(other, clock())
    for name in (str(lookup_id), reference_number(lookup_id)):
        answer = view(name)
        assert AuditLookupAnswer().validate(answer) == {}
        assert [one["entry"]["event"] for one in answer["entries"]] == ["query.plate", "disclosure"]
        assert (answer["complete"], answer["not_seen"]) == (True, None)
    clock.advance(minutes=2)
    assert "node-2" in view(str(lookup_id))["not_seen"]


def test_what_is_nowhere_is_404_and_what_could_not_be_looked_for_503(
    view: Fetch, six: list[str], clock: MovableClock, store_away: Any
) -> None:
    assert view("7K4M-2QXP", 404)["type"] == "/problems/not-found"
    clock.advance(minutes=2)
    problem = view("7K4M-2QXP", 503)
    assert problem["type"] == "/problems/trail-not-searched"
    assert "node-2 wrote after" in problem["detail"]
    store_away()
    assert "could not be asked" in view("7K4M-2QXP", 503)["detail"]


# One lookup again, for who calls back


@pytest.mark.parametrize("name", ["lookup_id", "reference_number"])
def test_a_lookup_that_another_node_answered_is_shown_as_it_was_answered(
    ask: Any, past: Fetch, plate: str, other: Settings, copied: Any, name: str
) -> None:
    answer = ask(plate)
    copied(other)
    shown = past(answer[name])
    assert PastLookupAnswer().validate(shown) == {}
    assert (shown["verdict"], shown["answer"]) == ("matches", answer)


def test_a_lookup_that_was_looked_at_here_is_still_asked_of_the_node_that_answered(
    ask: Any, past: Fetch, plate: str, other: Settings, copied: Any
) -> None:
    answer = ask(plate)
    copied(other)
    assert past(answer["lookup_id"])["answer"] == past(answer["lookup_id"])["answer"] == answer


def test_a_lookup_that_lies_here_is_shown_also_without_the_copy(
    ask: Any, past: Fetch, plate: str, center: Flask, other: Settings, store_away: Any
) -> None:
    answer = ask(plate)
    center.extensions["immunity"] = replace(runtime_of(center), settings=other)
    store_away()
    assert past(answer["lookup_id"])["answer"] == answer


def test_a_lookup_that_is_not_copied_yet_is_never_taken_for_unknown(
    ask: Any, past: Fetch, plate: str, other: Settings, clock: MovableClock, copied: Any
) -> None:
    copied(other, clock())
    clock.advance(seconds=5)
    answer = ask(plate)
    clock.advance(seconds=5)
    problem = past(answer["lookup_id"], 503)
    assert problem["type"] == "/problems/trail-not-searched"
    assert "node-2 wrote after 2026-11-21T14:05:00.000Z" in problem["detail"]
    assert "says nothing about the registry" in problem["detail"]
    copied(other)
    assert past(answer["lookup_id"])["answer"] == answer


def test_a_lookup_that_is_nowhere_is_404_however_late_a_node_is_by_now(
    past: Fetch, other: Settings, clock: MovableClock, copied: Any
) -> None:
    clock.advance(minutes=30)
    copied(other, clock())
    clock.advance(hours=1)
    begun = datetime.fromisoformat("2026-11-21T14:20:00Z")
    assert "says nothing about the registry" in past(str(new_lookup_id(begun)), 404)["detail"]
    past(str(new_lookup_id(begun + timedelta(hours=1))), 503)
    past("7K4M-2QXP", 503)


def test_a_reference_number_that_is_nowhere_is_404_and_says_that_the_last_minute_may_be_missing(
    past: Fetch, other: Settings, clock: MovableClock, copied: Any
) -> None:
    copied(other, clock())
    clock.advance(seconds=60)
    assert "within the last minute, ask again" in past("7K4M-2QXP", 404)["detail"]
    clock.advance(seconds=1)
    past("7K4M-2QXP", 503)


def test_where_the_copy_cannot_be_asked_an_unknown_lookup_is_503(past: Fetch, store_away: Any) -> None:
    store_away()
    for name in ("7K4M-2QXP", "01a1fe6c-b6e0-7704-94d2-0705f73db67d"):
        assert past(name, 503)["type"] == "/problems/trail-not-searched"


def test_a_lookup_of_another_node_is_not_shown_after_24_hours(
    ask: Any, past: Fetch, plate: str, other: Settings, clock: MovableClock, copied: Any
) -> None:
    answer = ask(plate)
    clock.advance(hours=24)
    copied(other, clock())
    assert past(answer["reference_number"])["answer"] == answer
    clock.advance(seconds=1)
    for name in (answer["reference_number"], answer["lookup_id"]):
        past(name, 404)


def test_a_reference_number_that_lookups_of_two_nodes_have_is_guessed_for_none(
    view: Fetch, here: Settings, other: Settings, clock: MovableClock, copied: Any
) -> None:
    first = new_lookup_id(clock())
    second = UUID(int=first.int ^ 1 << 45)
    for node, one in ((here, first), (other, second)):
        write(node, clock, lambda scene, one=one: entry("disclosure", "done", scene, lookup_id=str(one)))
    copied(other, clock())
    assert str(second) in view(reference_number(first), 422)["errors"][0]["detail"]
