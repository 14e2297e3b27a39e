"""The age of the data in an answer: fresh, stale, expired, and a clock that cannot be right."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.asking import NOW, ask, blocks, notices, verdict
from tests.unit.memory_registry import HEAD
from tests.unit.people import PLATE, member, mission, vehicle

BY_ID = {"member_id": "TRN1"}
BY_PLATE = {"plate": PLATE}
FULL = ("match", "full", "person", "diplomatic_agent")


def aged(**length: float) -> dict[str, Any]:
    """An answer about now, from data so old."""
    return ask(BY_ID, member(), mission(), now=HEAD.as_of + timedelta(**length))


def test_the_freshness_of_an_answer_is_that_of_its_data() -> None:
    assert ask(BY_ID, member(), mission())["freshness"] == {
        "as_of": "2026-11-21T00:00:00Z",
        "age_seconds": 61200.0,
        "state": "fresh",
        "source": "embedded",
        "generation": "g1",
        "revision": 1,
    }


@pytest.mark.parametrize("hours", [0, 26])
def test_fresh_data_is_not_noticed(hours: int) -> None:
    answer = aged(hours=hours)
    assert (answer["freshness"]["state"], notices(answer), answer["immunity"]["level"]) == ("fresh", [], "full")


@pytest.mark.parametrize("seconds", [26 * 3600 + 1, 72 * 3600])
def test_stale_data_is_noticed_and_keeps_its_level(seconds: int) -> None:
    answer = aged(seconds=seconds)
    assert (answer["freshness"]["state"], notices(answer)) == ("stale", ["data_stale"])
    assert verdict(answer) == FULL
    assert "stale_data" not in blocks(answer)


def test_expired_data_makes_every_person_unverified_and_tells_the_last_known_level() -> None:
    answer = aged(hours=72, seconds=1)
    assert (answer["freshness"]["state"], notices(answer)) == ("expired", ["data_stale"])
    assert verdict(answer) == ("match", "unverified", "person", "diplomatic_agent")
    assert "stale_data" in blocks(answer)
    assert answer["person"]["member_id"] == "TRN1"
    known = [entry["because"] for entry in answer["immunity"]["basis"] if entry["rule"] == "stale_last_known"]
    assert len(known) == 1
    assert "full" in known[0]


def test_expired_data_is_too_old_for_the_past_as_well() -> None:
    body = BY_ID | {"at": (NOW - timedelta(days=30)).isoformat()}
    answer = ask(body, member(), mission(), head=replace(HEAD, as_of=NOW - timedelta(days=4)))
    assert answer["immunity"]["level"] == "unverified"
    assert "stale_data" in blocks(answer)


def test_expired_data_of_a_plate_is_unverified_too() -> None:
    late = HEAD.as_of + timedelta(hours=73)
    answer = ask(BY_PLATE, vehicle(), member(), mission(), now=late)
    assert verdict(answer) == ("match", "unverified", "registrant", "diplomatic_agent")
    assert "stale_data" in blocks(answer)


@pytest.mark.parametrize(("seconds", "suspect"), [(-300, False), (-301, True)])
def test_a_clock_far_behind_the_data_cannot_be_right(seconds: int, suspect: bool) -> None:
    answer = aged(seconds=seconds)
    assert answer["freshness"]["state"] == "fresh"
    assert notices(answer) == ["clock_suspect"] * suspect
    assert answer["immunity"]["level"] == ("unverified" if suspect else "full")
    assert ("stale_data" in blocks(answer)) is suspect


def test_no_record_in_old_data_is_no_record_with_the_notice() -> None:
    answer = ask(BY_ID, now=HEAD.as_of + timedelta(hours=73))
    assert (answer["outcome"], notices(answer)) == ("no_record", ["data_stale"])
