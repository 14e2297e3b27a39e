"""The weekly review (CJIS AU-6): who asked how much with what success, and what needs a second look."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lookup.audit.entry import Actor
from lookup.audit.reading.filters import entry_of
from lookup.audit.reading.review import LISTED, review
from lookup.audit.reading.review_text import review_text
from lookup.audit.reading.stream import Reading
from tests.audit.kept_trails import BEGUN_AT, KeptTrail

PATROL = Actor(user="key:patrol", agency_ori="ZZ0010000", source_address="192.0.2.44")
OTHER = Actor(user="key:other", agency_ori="ZZ0010000")
DESK = Actor(user="jdoe@invented.example", agency_ori="ZZ0020000")


@pytest.fixture
def kept(tmp_path: Path) -> KeptTrail:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    for outcome in ("match", "no_record", "no_record", "no_record", "unavailable"):
        kept.tell(trail, "query.plate", outcome, actor=PATROL, purpose="C", purpose_defaulted=outcome != "match")
    kept.tell(trail, "query.unreadable", "refused", actor=PATROL)
    kept.tell(trail, "query.vin", "possible_matches", actor=OTHER, purpose="C", purpose_defaulted=False)
    kept.tell(trail, "view.member", "done", actor=DESK)
    kept.tell(trail, "sign_in.failed", "refused", actor=Actor(user=None, source_address="192.0.2.66"))
    kept.tell(trail, "sign_in.locked", "refused", actor=DESK)
    kept.tell(trail, "key.created", "done", actor=Actor(user="system:root"), details={"name": "patrol"})
    kept.tell(trail, "account.unlocked", "done", actor=Actor(user="system:root"))
    kept.tell(trail, "alarm.sequence", "done", actor=PATROL, details={"queries": 20})
    kept.tell(trail, "audit.searched", "done", actor=Actor(user="key:auditor"))
    trail.close()
    return kept


def report(kept: KeptTrail) -> dict[str, Any]:
    until = kept.now + timedelta(seconds=1)
    reading = Reading(kept.places, BEGUN_AT, until)
    return review((entry_of(line) for line in reading), BEGUN_AT, until).document()


def test_queries_are_counted_by_agency_user_and_outcome(kept: KeptTrail) -> None:
    agencies = {one["agency"]: one["users"] for one in report(kept)["agencies"]}
    assert list(agencies) == [None, "ZZ0010000", "ZZ0020000"]
    assert [(user["user"], user["queries"]) for user in agencies["ZZ0010000"]] == [("key:patrol", 6), ("key:other", 1)]
    assert agencies["ZZ0010000"][0] == {
        "user": "key:patrol",
        "queries": 6,
        "outcomes": {"match": 1, "no_record": 3, "refused": 1, "unavailable": 1},
        "miss_share": 0.75,
        "purpose_defaults": 4,
        "views": 0,
        "refusals": 1,
        "failed_sign_ins": 0,
    }


def test_the_share_of_misses_is_of_what_was_answered_and_null_without(kept: KeptTrail) -> None:
    users = {user["user"]: user for one in report(kept)["agencies"] for user in one["users"]}
    assert users["key:other"]["miss_share"] == 0
    assert users["jdoe@invented.example"]["miss_share"] is None
    assert users["jdoe@invented.example"]["views"] == 1


def test_failed_sign_ins_and_locked_accounts_are_told(kept: KeptTrail) -> None:
    found = report(kept)
    nobody = found["agencies"][0]["users"]
    assert [(user["user"], user["failed_sign_ins"]) for user in nobody if user["failed_sign_ins"]] == [(None, 1)]
    assert [entry["user"] for entry in found["locked"]["entries"]] == ["jdoe@invented.example"]


def test_changes_alarms_and_readings_are_listed_with_who_and_when(kept: KeptTrail) -> None:
    found = report(kept)
    assert [(one["event"], one["user"]) for one in found["changes"]["entries"]] == [
        ("key.created", "system:root"),
        ("account.unlocked", "system:root"),
    ]
    assert found["changes"]["entries"][0]["details"] == {"name": "patrol"}
    assert [(one["event"], one["details"]) for one in found["alarms"]["entries"]] == [
        ("alarm.sequence", {"queries": 20})
    ]
    assert [one["event"] for one in found["readings"]["entries"]] == ["audit.searched"]


def test_a_gap_of_the_trail_is_told_with_its_reason(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    own = kept.places[0]
    own.parent.mkdir(parents=True)
    own.touch()
    kept.tell(trail)
    own.unlink()
    trail.close()
    (gap,) = report(kept)["gaps"]["entries"]
    assert (gap["gap"]["because"], gap["gap"]["refused"], gap["component"]) == (
        "Not a directory",
        0,
        "lookup-api/0.1.0@node-1",
    )


def test_a_list_has_a_bound_and_its_count_has_none() -> None:
    entries = [{"event": "alarm.misses", "outcome": "done"}] * (LISTED + 5)
    found = review(entries, BEGUN_AT, BEGUN_AT).document()["alarms"]
    assert (found["count"], len(found["entries"])) == (LISTED + 5, LISTED)


def test_a_review_holds_nothing_that_was_asked(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail, query={"kind": "plate", "value": "DZA1234"})
    trail.close()
    assert "DZA1234" not in str(report(kept))


def test_the_text_says_it_all_line_by_line(kept: KeptTrail) -> None:
    text = review_text(report(kept) | {"verification": kept.verify().document()})
    assert text.splitlines()[0] == (
        "Review of the audit trail from 2026-11-21T14:00:00.000Z to 2026-11-21T14:00:15.000Z: 16 entries"
    )
    assert "The trail is intact: 16 lines, 0 checkpoints, the last never" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["key:patrol", "6", "1", "0", "3", "75%", "4", "1", "0", "0"] in rows
    for title in ("Alarms: 1", "Gaps of the trail: 0", "Accounts locked: 1", "Who read the trail: 1"):
        assert title in text


def test_the_text_names_what_was_tampered_with(kept: KeptTrail) -> None:
    path = kept.segments[0]
    path.write_bytes(path.read_bytes().replace(b"key:other", b"key:othor"))
    text = review_text(report(kept) | {"verification": kept.verify().document()})
    assert "The trail is TAMPERED WITH" in text
    assert f"  altered: {path.name}: its hash does not fit its bytes" in text
