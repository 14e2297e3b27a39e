"""Notices: when each is there, what it says how loudly, and that it stands once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.asking import ask, notices, policy, refused
from tests.unit.memory_registry import HEAD
from tests.unit.people import (
    CARD,
    PLATE,
    agreement,
    card,
    family,
    member,
    mission,
    mission_vehicle,
    post,
    vehicle,
)

BY_PLATE = {"plate": PLATE}


def test_an_ordinary_answer_has_no_notices() -> None:
    assert ask(BY_PLATE, vehicle(), member(), mission())["notices"] == []


def test_a_notice_has_code_severity_and_text() -> None:
    (notice,) = ask(BY_PLATE, vehicle(registration_status="revoked"))["notices"]
    assert list(notice) == ["code", "severity", "text"]
    assert notice["text"] == policy().notices["plate_not_valid"].text


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("plate_not_valid", "stop"),
        ("registration_expired", "caution"),
        ("registration_suspended", "caution"),
        ("license_not_valid", "caution"),
        ("issuer_differs", "caution"),
        ("trailing_consular_plate", "caution"),
        ("newer_row_refused", "caution"),
        ("history_incomplete", "caution"),
        ("data_stale", "caution"),
        ("clock_suspect", "caution"),
        ("policy_check_overdue", "caution"),
        ("training_identifier", "stop"),
    ],
)
def test_each_notice_has_its_severity(code: str, severity: str) -> None:
    assert policy().notices[code].severity == severity


# newer_row_refused


@pytest.mark.parametrize(
    ("body", "rests_on"),
    [
        (BY_PLATE, "vehicle"),
        (BY_PLATE, "member"),
        (BY_PLATE, "mission"),
        ({"document": {"number": CARD}}, "card"),
        ({"document": {"number": CARD}}, "member"),
        ({"member_id": "TRN2"}, "family"),
        ({"member_id": "TRN2"}, "member"),
        ({"member_id": "TRN2"}, "mission"),
        ({"member_id": "TRN1"}, "agreement"),
        ({"member_id": "TRN1", "circumstances": {"driver_of": PLATE}}, "vehicle"),
    ],
)
def test_a_newer_row_that_was_refused_is_noticed_wherever_the_answer_rests_on_it(
    body: dict[str, Any], rests_on: str
) -> None:
    things: dict[str, Any] = {
        "vehicle": vehicle(),
        "member": member(post(category="service_staff")),
        "family": family(),
        "mission": mission(),
        "card": card(),
        "agreement": agreement(),
    }
    registry = [refused(thing) if name == rests_on else thing for name, thing in things.items()]
    assert notices(ask(body, *registry)) == ["newer_row_refused"]
    assert notices(ask(body, *things.values())) == []


def test_a_newer_row_of_what_the_answer_does_not_rest_on_is_not_noticed() -> None:
    others = (refused(member(member_id="TRN5")), refused(card()), refused(vehicle(plate="DEA1235")))
    assert notices(ask(BY_PLATE, vehicle(), member(), mission(), *others)) == []


def test_a_mission_that_is_only_shown_beside_a_vehicle_is_rested_on() -> None:
    shown = refused(mission(mission_id="EM2"))
    assert notices(ask(BY_PLATE, vehicle(mission_id="EM2"), member(), mission(), shown)) == ["newer_row_refused"]


def test_candidates_carry_no_notice_of_their_newer_rows() -> None:
    assert notices(ask({"plate": "DEAI234"}, refused(vehicle()))) == []


def test_a_notice_stands_once_however_often_it_holds() -> None:
    registry = (refused(vehicle()), refused(member()), refused(mission()))
    assert notices(ask(BY_PLATE, *registry)) == ["newer_row_refused"]


# trailing_consular_plate


@pytest.mark.parametrize(
    ("plate", "noticed"), [("1234EAC", True), ("123EAC", True), ("1234EAD", False), ("CEA1234", False)]
)
def test_a_consular_letter_at_the_end_of_a_plate_is_not_expected(plate: str, noticed: bool) -> None:
    registries: list[list[Any]] = [[], [mission_vehicle(plate=plate), mission()]]
    for things in registries:
        assert ("trailing_consular_plate" in notices(ask({"plate": plate}, *things))) is noticed


# training_identifier


@pytest.mark.parametrize(
    ("body", "reserved"),
    [
        ({"plate": "DEA1234"}, True),
        ({"plate": "SIA123"}, True),
        ({"plate": "COB1234"}, True),
        ({"plate": "1234ZZD"}, True),
        ({"plate": "DAB1234"}, False),
        ({"plate": "DAE1234"}, False),
        ({"plate": "EEA1234"}, False),
        ({"plate": "TRN7"}, False),
        ({"member_id": "trn-1"}, True),
        ({"member_id": "1TRN"}, False),
        ({"document": {"number": "TRNC1"}}, True),
        ({"document": {"number": "C1TRN"}}, False),
    ],
)
def test_in_live_a_reserved_identifier_without_a_record_is_an_invented_one(
    body: dict[str, Any], reserved: bool
) -> None:
    assert notices(ask(body, environment="live")) == ["training_identifier"] * reserved
    assert notices(ask(body, environment="training")) == []


def test_in_live_a_reserved_identifier_with_a_record_is_real() -> None:
    registry = (vehicle(), member(), mission(), card())
    for body in (BY_PLATE, {"member_id": "TRN1"}, {"document": {"number": CARD}}, BY_PLATE | {"state": "VA"}):
        assert "training_identifier" not in notices(ask(body, *registry, environment="live"))


# policy_check_overdue


def test_rules_that_nobody_has_checked_for_over_a_year_are_noticed() -> None:
    limit = policy().numbers.policy_check_days
    checked = policy().checked_on_oldest
    noon = datetime(checked.year, checked.month, checked.day, 17, tzinfo=UTC)
    for days, overdue in ((limit, False), (limit + 1, True)):
        now = noon + timedelta(days=days)
        answer = ask(BY_PLATE, now=now, head=replace(HEAD, as_of=now))
        assert ("policy_check_overdue" in notices(answer)) is overdue
