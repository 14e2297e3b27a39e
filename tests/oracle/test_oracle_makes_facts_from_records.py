"""Single sentences on how records become facts, each asked of a small extract."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from .awkward.sheet import ON, Sheet
from .registry import expected_answer, registry_after

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def sheet() -> Sheet:
    """Tables with two missions and nobody in them."""
    made = Sheet(ON)
    founded = {"name": "Invented", "sending_state": "FR", "established_on": "2000-01-01"}
    made.add("missions", mission_id="open", kind="embassy", **founded)
    made.add("missions", mission_id="closed", kind="embassy", terminated_on=ON - timedelta(days=1), **founded)
    return made


@pytest.fixture
def ask(sheet: Sheet, tmp_path: Path) -> Ask:
    """Write the tables as they are then, and ask a question on the day."""

    def asked(on: date = ON, **body: Any) -> dict[str, Any]:
        sheet.write(tmp_path)
        return expected_answer(registry_after(tmp_path), {"at": f"{on}T16:00:00Z", **body})

    return asked


def test_family_with_a_post_of_the_same_level_is_assessed_as_principal(sheet: Sheet, ask: Ask) -> None:
    principal = sheet.member()
    sheet.accredit(principal, "open", "diplomatic_agent")
    spouse = sheet.member(principal_id=principal, relationship="spouse")
    assert "family_same_as_sponsor" in ask(member_id=spouse)["blocks"]
    sheet.accredit(spouse, "open", "admin_technical_staff")
    told = ask(member_id=spouse)
    assert told["category"] == "admin_technical_staff"
    assert "family_same_as_sponsor" not in told["blocks"]


def test_who_has_moved_to_a_new_post_becomes_a_former_member_of_the_old_one(sheet: Sheet, ask: Ask) -> None:
    member_id = sheet.member()
    ends = sheet.day(-31)
    sheet.accredit(member_id, "open", "diplomatic_agent", terminated_on=ends, termination="ended")
    assert ask(member_id=member_id)["level"] == "unverified"
    sheet.accredit(member_id, "open", "io_staff", effective_on=ON)
    assert ask(member_id=member_id)["level"] == "official_acts"


def test_an_end_on_the_day_the_mission_closes_is_the_members_own(sheet: Sheet, ask: Ask) -> None:
    levels = {}
    for own_end in (-1, 0):
        member_id = sheet.member()
        sheet.accredit(member_id, "closed", "diplomatic_agent", terminated_on=sheet.day(own_end), termination="ended")
        levels[own_end] = ask(member_id=member_id)["level"]
    assert levels == {-1: "full", 0: "unverified"}


def test_a_car_of_another_member_who_is_unverified_has_an_unknown_registrant(sheet: Sheet, ask: Ask) -> None:
    driver, known, unknown = sheet.member(), sheet.member(), sheet.member()
    for member_id in (driver, known):
        sheet.accredit(member_id, "open", "service_staff")
    searches = {}
    for plate, owner in (("DEA0001", known), ("DEA0002", unknown)):
        sheet.add("vehicles", plate=plate, mission_id="open", member_id=owner, registration_status="active")
        told = ask(member_id=driver, circumstances={"driver_of": plate})
        searches[plate] = told["permissions"]["search_vehicle"]["answer"]
    assert searches == {"DEA0001": "yes", "DEA0002": "conditional"}


def test_a_registration_is_valid_on_its_last_day(sheet: Sheet, ask: Ask) -> None:
    of = {"mission_id": "open", "registration_status": "active", "valid_until": ON}
    sheet.add("vehicles", plate="D EA 0001", **of)
    assert ask(plate="dea-0001")["notices"] == []
    assert ask(plate="dea-0001", on=ON + timedelta(days=1))["notices"] == ["registration_expired"]


def test_a_held_member_is_found_and_nobody_is_identified(sheet: Sheet, ask: Ask) -> None:
    member_id = sheet.member(us_status="citizen")
    sheet.accredit(member_id, "open", "diplomatic_agent")
    told = ask(member_id=member_id)
    assert (told["outcome"], told["applies_to"], told["person"]) == ("match", "nobody_yet", None)
    assert "record_conflict" in told["blocks"]
