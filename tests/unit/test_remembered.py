"""Substances of answers remembered: never longer than they are right, and never for another question."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lookup.answers import Substance
from lookup.queries import read_query
from lookup.remembered import KEPT, Remembered
from lookup.service import LookupService
from lookup.store.protocol import Head
from tests.unit.asking import LIMITS, NOW, MemoryStore, Thing, blocks, notices, policies
from tests.unit.memory_registry import HEAD
from tests.unit.people import PLATE, card, day, member, mission, post, vehicle

BY_PLATE = {"plate": PLATE}


class Desk:
    """One service over time: its clock and its store can change between questions."""

    def __init__(self, *things: Thing) -> None:
        self.now: datetime = NOW
        self.head = HEAD
        self.store = MemoryStore(*things)
        self.service = LookupService(self.store, policies(), "training", LIMITS, lambda: self.now)

    def ask(self, body: dict[str, Any] = BY_PLATE, **more: Any) -> dict[str, Any]:
        return self.service.answer(read_query(body | more)).document()

    def publish(self, *things: Thing, **head: Any) -> None:
        self.head = replace(self.head, **head)
        self.store.serve(*things, head=self.head)


def level(answer: dict[str, Any]) -> str:
    return str(answer["immunity"]["level"])


def test_the_same_plate_asked_again_has_the_same_answer_with_its_own_id_and_moment() -> None:
    desk = Desk(vehicle(), member(), mission())
    first = desk.ask()
    desk.now += timedelta(seconds=90)
    second = desk.ask()
    assert first["lookup_id"] != second["lookup_id"]
    assert second["immunity"]["at"] == "2026-11-21T17:01:30Z"
    assert second["freshness"]["age_seconds"] == first["freshness"]["age_seconds"] + 90
    for changing in ("lookup_id", "reference_number", "freshness"):
        del first[changing], second[changing]
    first["immunity"]["at"] = second["immunity"]["at"]
    assert first == second


def test_what_was_written_is_shown_to_each_as_they_wrote_it() -> None:
    desk = Desk(vehicle(), member(), mission())
    assert desk.ask()["query"]["given"] == "DEA1234"
    assert desk.ask(plate="dea 1234")["query"]["given"] == "dea 1234"


@pytest.mark.parametrize("edition", [{"revision": 2}, {"activation": 2}, {"generation": "g2"}])
def test_a_change_of_the_registry_is_answered_at_once(edition: dict[str, Any]) -> None:
    desk = Desk(vehicle(), member(), mission())
    assert level(desk.ask()) == "full"
    desk.publish(vehicle(), member(us_status="permanent_resident"), mission(), **edition)
    assert level(desk.ask()) == "official_acts"
    desk.publish(vehicle(registration_status="revoked"), activation=7)
    assert notices(desk.ask()) == ["plate_not_valid"]


def test_another_day_is_another_question() -> None:
    left = post(terminated_on=day(0), termination="ended", departed_on=day(1))
    desk = Desk(vehicle(valid_until=day(0)), member(left), mission())
    assert (level(desk.ask()), notices(desk.ask())) == ("full", [])
    desk.now = NOW + timedelta(hours=12)
    assert (level(desk.ask()), notices(desk.ask())) == ("official_acts", ["registration_expired", "data_stale"])
    then = desk.ask(at="2026-11-21T17:00:00Z")
    assert (level(then), notices(then)) == ("full", ["data_stale", "history_incomplete"])


def test_today_becomes_yesterday_at_midnight_in_washington() -> None:
    desk = Desk(vehicle(), member(), mission())
    assert notices(desk.ask(at="2026-11-21T17:00:00Z")) == []
    desk.now = NOW + timedelta(hours=12)
    desk.publish(vehicle(), member(), mission(), as_of=desk.now)
    assert notices(desk.ask(at="2026-11-21T17:00:00Z")) == ["history_incomplete"]


def test_data_that_grows_old_within_a_day_is_noticed() -> None:
    desk = Desk(vehicle(), member(), mission())
    assert notices(desk.ask()) == []
    desk.publish(vehicle(), member(), mission(), as_of=NOW - timedelta(hours=26, minutes=1))
    assert (level(desk.ask()), notices(desk.ask())) == ("full", ["data_stale"])
    desk.publish(vehicle(), member(), mission(), as_of=NOW - timedelta(hours=73))
    assert (level(desk.ask()), "stale_data" in blocks(desk.ask())) == ("unverified", True)
    desk.publish(vehicle(), member(), mission(), as_of=NOW + timedelta(minutes=6))
    assert (level(desk.ask()), notices(desk.ask())) == ("unverified", ["clock_suspect"])


def test_circumstances_and_issuer_are_part_of_the_question() -> None:
    desk = Desk(vehicle(), member(), mission())
    assert "dui_tests_offer_only" not in blocks(desk.ask())
    assert "dui_tests_offer_only" in blocks(desk.ask(circumstances={"situation": "dui"}))
    assert desk.ask(state="VA")["outcome"] == "possible_matches"
    assert desk.ask(state="US")["outcome"] == "match"
    assert desk.ask(plate="DEA1235")["outcome"] == "no_record"
    assert "dui_tests_offer_only" not in blocks(desk.ask())


def test_the_same_characters_of_another_kind_are_another_question() -> None:
    desk = Desk(vehicle(plate="TRN1"), member(), mission(), card(card_number="TRN1"))
    asked: list[dict[str, Any]] = [{"plate": "TRN1"}, {"member_id": "TRN1"}, {"document": {"number": "TRN1"}}]
    assert [desk.ask(body)["immunity"]["applies_to"] for body in asked] == ["registrant", "person", "person"]


def test_taking_the_person_out_for_a_camera_leaves_them_in_for_the_next() -> None:
    desk = Desk(vehicle(), member(), mission())
    assert desk.service.answer(read_query(BY_PLATE)).without_person().document()["person"] is None
    assert desk.ask()["person"]["member_id"] == "TRN1"


def substance(name: str) -> Substance:
    return Substance(name, None, None, b"{}")


def test_no_more_are_kept_than_a_process_can_hold() -> None:
    remembered = Remembered()
    for number in range(KEPT + 5):
        remembered.keep(HEAD, number, substance("x"))
    kept = sum(remembered.get(HEAD, number) is not None for number in range(KEPT + 5))
    assert kept == 5


def test_an_older_view_of_the_registry_never_gets_what_a_newer_one_kept() -> None:
    remembered, newer = Remembered(), replace(HEAD, revision=2)
    remembered.keep(newer, "question", substance("new"))
    assert remembered.get(HEAD, "question") is None


def test_views_of_two_revisions_at_once_never_get_each_others() -> None:
    remembered = Remembered()
    heads = [replace(HEAD, revision=revision) for revision in range(1, 5)]
    wrong: list[str] = []

    def read(head: Head) -> None:
        own = str(head.revision)
        for number in range(20_000):
            found = remembered.get(head, number % 7)
            if found is None:
                remembered.keep(head, number % 7, substance(own))
            elif found.outcome != own:
                wrong.append(found.outcome)

    readers = [threading.Thread(target=read, args=(head,)) for head in heads]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_new_edition_is_answered_within_the_glance_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [50.0]
    monkeypatch.setattr("lookup.glance.time.monotonic", lambda: now[0])
    desk = Desk(vehicle(), member(), mission())
    desk.service = LookupService(desk.store, policies(), "training", LIMITS, lambda: NOW, glance_s=0.02)
    assert level(desk.ask()) == "full"
    desk.publish(vehicle(), member(us_status="permanent_resident"), mission(), revision=2)
    assert level(desk.ask()) == "full"
    now[0] += 0.02
    assert level(desk.ask()) == "official_acts"
