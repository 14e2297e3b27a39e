"""What the registry's memory of a past day is known to lack, and how the answer says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lookup.history_gaps import history_gaps
from lookup.identify import Identification
from tests.unit.asking import NOW, ask, notices, policy
from tests.unit.memory_registry import held, record_of, tombstone
from tests.unit.people import CARD, DAY, PLATE, card, day, driver_license, member, mission, premises, vehicle


def gaps(found: Identification, days_ago: int = 1) -> list[str]:
    return list(history_gaps(found, day(-days_ago), DAY))


def match(**contents: Any) -> Identification:
    records: dict[str, Any] = {name: record_of(content) for name, content in contents.items()}
    return Identification("match", **records)


GONE = (tombstone("vehicle", PLATE),)


def test_of_today_nothing_is_lacking() -> None:
    assert gaps(match(vehicle=vehicle(valid_from=day(9))), days_ago=0) == []
    assert gaps(Identification("no_record", gone=GONE), days_ago=0) == []


def test_of_yesterday_what_has_no_dates_is_taken_as_it_is_now() -> None:
    assert gaps(match(member=member())) == ["undated_as_now"]
    assert gaps(match(vehicle=vehicle())) == ["undated_as_now"]


def test_where_nothing_is_found_only_a_deletion_is_known() -> None:
    assert gaps(Identification("no_record")) == []
    assert gaps(Identification("no_record", gone=GONE)) == ["record_deleted"]
    assert gaps(Identification("possible_matches", gone=GONE)) == ["record_deleted"]
    assert gaps(Identification("possible_matches")) == []


@pytest.mark.parametrize(("valid_from", "later"), [(day(-1), False), (day(0), True), (None, False)])
def test_a_registration_that_began_later_says_so(valid_from: Any, later: bool) -> None:
    assert ("registered_later" in gaps(match(vehicle=vehicle(valid_from=valid_from)))) is later


@pytest.mark.parametrize("paper", [card, driver_license])
@pytest.mark.parametrize(("issued_on", "later"), [(day(-1), False), (day(0), True), (None, False)])
def test_a_document_issued_later_says_so(paper: Any, issued_on: Any, later: bool) -> None:
    assert ("issued_later" in gaps(match(document=paper(issued_on=issued_on)))) is later


def test_a_held_record_lacks_nothing_more() -> None:
    assert gaps(Identification("match", vehicle=held("vehicle", PLATE))) == ["undated_as_now"]


def test_premises_have_dates() -> None:
    assert gaps(Identification("match", premises=(record_of(premises()),))) == []


# In the answer


def ago(**length: float) -> dict[str, Any]:
    return {"at": (NOW - timedelta(**length)).isoformat().replace("+00:00", "Z")}


def test_an_answer_about_the_past_says_in_what_its_memory_is_incomplete() -> None:
    body = {"document": {"number": CARD}} | ago(days=400)
    answer = ask(body, card(issued_on=day(-30)), member(), mission())
    (notice,) = answer["notices"]
    sentences = policy().sentences
    assert notice["code"] == "history_incomplete"
    assert f"{sentences['issued_later']}; {sentences['undated_as_now']}" in notice["text"]
    assert "{what}" not in notice["text"]


def test_an_answer_about_today_is_complete_from_the_first_moment_of_the_day_in_washington() -> None:
    registry = (vehicle(), member(), mission())
    midnight = datetime(2026, 11, 21, 5, tzinfo=UTC)
    on_the_day = {"plate": PLATE, "at": midnight.isoformat()}
    before = {"plate": PLATE, "at": (midnight - timedelta(seconds=1)).isoformat()}
    assert notices(ask(on_the_day, *registry)) == []
    assert notices(ask(before, *registry)) == ["history_incomplete"]


def test_a_deleted_record_of_the_past_is_told_and_of_today_is_not() -> None:
    gone = tombstone("vehicle", PLATE)
    assert notices(ask({"plate": PLATE} | ago(days=9), gone)) == ["history_incomplete"]
    assert notices(ask({"plate": PLATE}, gone)) == []


def test_premises_that_are_no_longer_on_record_are_known_to_have_been() -> None:
    body = {"address": {"street": "1234 Example Ave NW", "city": "Washington", "state": "DC"}}
    assert notices(ask(body | ago(days=9), premises(), mission())) == []
