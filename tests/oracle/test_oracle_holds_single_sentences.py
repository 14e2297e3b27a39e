"""Single sentences of the law that no worked example touches, each as one small case."""

from datetime import date
from typing import Any

import pytest

from .assessment import assess

TODAY = date(2026, 6, 1)
Facts = dict[str, Any]


def _spouse(category: str, **facts: Any) -> Facts:
    return {"category": category, "role": "family", "relationship": "spouse", **facts}


def _child(category: str, **facts: Any) -> Facts:
    return {"category": category, "role": "family", "relationship": "child", **facts}


LEVELS: tuple[tuple[str, Facts, str], ...] = (
    ("3a none", _spouse("admin_technical_staff", principal_us_status="permanent_resident"), "none"),
    ("3a unverified", _spouse("io_senior_official", principal_us_status="national"), "unverified"),
    ("3b resident", _spouse("diplomatic_agent", us_status="permanent_resident"), "full"),
    ("3b other", _spouse("tecro_designated_employee", us_status="permanent_resident"), "unverified"),
    ("3c recognized", _spouse("diplomatic_agent", recognized=False), "none"),
    ("3c last day", _spouse("diplomatic_agent", household_until="2026-05-02"), "full"),
    ("3c day after", _spouse("diplomatic_agent", household_until="2026-05-01"), "none"),
    ("3d 20", _child("diplomatic_agent", age=20, household_exception=False), "full"),
    ("3d 21 not known", _child("diplomatic_agent", age=21), "unverified"),
    ("3d 22 exception", _child("diplomatic_agent", age=22, full_time_student=False, household_exception=True), "full"),
    ("3d 23 student", _child("diplomatic_agent", age=23, full_time_student=True), "unverified"),
    ("3d 23 none", _child("diplomatic_agent", age=23, household_exception=False), "none"),
    ("3d no age", _child("diplomatic_agent", full_time_student=True), "unverified"),
    ("3d no age, exception", _child("diplomatic_agent", household_exception=True), "full"),
    ("3d official 17", _child("io_senior_official", age=17), "full"),
    ("3d official 18", _child("io_senior_official", age=18, household_exception=True), "unverified"),
    ("3d parent", {"category": "diplomatic_agent", "role": "family", "relationship": "parent"}, "full"),
    ("4 official", {"category": "io_senior_official", "us_status": "national"}, "unverified"),
    ("4 courier", {"category": "consular_courier", "us_status": "national"}, "partial"),
    ("5 foreigner", {"category": "service_staff", "agreement": {"treated_as": "diplomatic_agent"}}, "official_acts"),
    (
        "5 own national",
        {
            "category": "service_staff",
            "agreement": {"treated_as": "diplomatic_agent"},
            "national_of_sending_state": True,
        },
        "full",
    ),
    ("5 lower", {"category": "career_consular_officer", "agreement": {"treated_as": "consular_employee"}}, "partial"),
    (
        "5 family",
        _spouse("consular_employee", agreement={"treated_as": "diplomatic_agent", "covers_family": True}),
        "full",
    ),
    ("5 not family", _spouse("consular_employee", agreement={"treated_as": "diplomatic_agent"}), "none"),
    (
        "5 then 3b",
        _spouse(
            "consular_employee",
            agreement={"treated_as": "io_senior_official", "covers_family": True},
            relationship="other",
        ),
        "unverified",
    ),
    ("6a", {"category": "private_servant", "effective_on": "2026-06-02"}, "unverified"),
    ("6a first day", {"category": "io_staff", "effective_on": "2026-06-01"}, "official_acts"),
    (
        "2 unknown before partial",
        {"accreditations": [{"category": "career_consular_officer"}, {"category": "special_mission_member"}]},
        "unverified",
    ),
    ("6b 30th", {"category": "diplomatic_agent", "terminated_on": "2026-05-02"}, "full"),
    ("6b 31st", {"category": "diplomatic_agent", "terminated_on": "2026-05-01"}, "unverified"),
    (
        "6b period over",
        {
            "category": "io_staff",
            "terminated_on": "2026-05-20",
            "reasonable_period_ends_on": "2026-05-31",
        },
        "official_acts",
    ),
    (
        "6b last day of the period",
        {
            "category": "io_senior_official",
            "terminated_on": "2026-03-20",
            "reasonable_period_ends_on": "2026-06-01",
        },
        "full",
    ),
    (
        "6b departs today",
        {"category": "diplomatic_agent", "terminated_on": "2026-05-20", "departed_on": "2026-06-01"},
        "official_acts",
    ),
    (
        "6b closed",
        {"category": "io_staff", "terminated_on": "2026-05-31", "termination": "mission_closed"},
        "unverified",
    ),
    (
        "6e",
        {"category": "consular_service_staff", "terminated_on": "2026-05-20", "departed_on": "2026-05-21"},
        "none",
    ),
    ("6e stays", {"category": "private_servant", "terminated_on": "2020-01-01"}, "none"),
    (
        "6b unverified",
        {"category": "temporary_duty_visitor", "terminated_on": "2026-05-20", "departed_on": "2026-05-21"},
        "official_acts",
    ),
    (
        "2",
        {"accreditations": [{"category": "special_mission_member"}, {"category": "consular_employee"}]},
        "unverified",
    ),
)


@pytest.mark.parametrize(("facts", "level"), [case[1:] for case in LEVELS], ids=[case[0] for case in LEVELS])
def test_the_level_is_that_of_the_sentence(facts: Facts, level: str) -> None:
    assert assess(facts, TODAY)["level"] == level


SEARCHES: tuple[tuple[str, Facts, str], ...] = (
    ("1 and full", {"category": "diplomatic_agent", "vehicle": {"status": "stolen_verified"}}, "no"),
    (
        "1 by plate",
        {
            "category": "diplomatic_agent",
            "lookup": "plate",
            "vehicle": {"status": "stolen_verified", "registrant": "member_full"},
        },
        "yes",
    ),
    ("2", {"category": "io_staff", "vehicle": {"status": "stolen"}}, "confirm_stolen_with_state"),
    ("5 unverified", {"vehicle": {"registrant": "consulate"}}, "except_archives_and_bag"),
    ("5 and full", {"category": "diplomatic_agent", "vehicle": {"registrant": "consulate"}}, "no"),
    ("6", {"category": "consular_employee", "vehicle": {"registrant": "rental"}}, "except_archives_and_bag"),
    ("7", {"category": "io_staff", "vehicle": {}}, "verify_first"),
    ("bag", {"category": "io_staff", "bag": True}, "except_archives_and_bag"),
    (
        "bag, stolen",
        {"category": "io_staff", "bag": True, "vehicle": {"status": "stolen_verified"}},
        "except_archives_and_bag",
    ),
    ("no vehicle", {"category": "io_staff"}, "yes"),
)


@pytest.mark.parametrize(("facts", "search"), [case[1:] for case in SEARCHES], ids=[case[0] for case in SEARCHES])
def test_the_vehicle_is_searched_as_the_rule_says(facts: Facts, search: str) -> None:
    told = assess(facts, TODAY)["permissions"]["search_vehicle"]
    assert "+".join(told["codes"]) == ("" if search in ("yes", "no") else search)
    assert told["answer"] == (search if search in ("yes", "no") else "conditional")


EXPELLED = {"category": "diplomatic_agent", "termination": "persona_non_grata"}
LIFTED = {"category": "consular_employee", "agreement": {"treated_as": "diplomatic_agent"}}
CONSULAR_PLACE = {"premises": "consular", "mission_kind": "honorary_consulate"}
BLOCKS: tuple[tuple[str, Facts, str, bool], ...] = (
    ("expelled before the end", EXPELLED, "persona_non_grata_not_immediate_loss", True),
    ("expelled servant", {**EXPELLED, "category": "private_servant"}, "persona_non_grata_not_immediate_loss", False),
    (
        "expelled and departed",
        {**EXPELLED, "terminated_on": "2026-05-01", "departed_on": "2026-05-02"},
        "persona_non_grata_not_immediate_loss",
        False,
    ),
    ("last day at home", _spouse("diplomatic_agent", household_until="2026-06-01"), "reasonable_period", False),
    ("day after", _spouse("diplomatic_agent", household_until="2026-05-31"), "reasonable_period", True),
    ("not yet begun", {**EXPELLED, "effective_on": "2026-06-02"}, "persona_non_grata_not_immediate_loss", False),
    ("lifted, then former", {**LIFTED, "terminated_on": "2026-01-01"}, "bilateral_uplift", False),
    ("lifted, in the period", {**LIFTED, "terminated_on": "2026-05-31"}, "bilateral_uplift", True),
    ("lifted but a US person", {**LIFTED, "us_status": "national"}, "us_person_reduction", True),
    ("family none by 3d", _child("diplomatic_agent", age=30, household_exception=False), "courtesy", False),
    ("by the row, ended", _spouse("io_staff", terminated_on="2020-01-01"), "courtesy", True),
    ("waiver, nobody", {"waivers": [{"scope": "civil"}]}, "waiver_scope_limited", True),
    ("stopped, several", {"accreditations": [{"category": "io_staff"}] * 2, "record": "stale"}, "contact_usun", True),
    ("the OAS", {"category": "io_staff", "mission_kind": "permanent_mission_oas"}, "contact_usun", False),
    ("honorary post", CONSULAR_PLACE, "premises_consent_only", False),
    ("career post", {"premises": "consular"}, "consular_premises_fire_presumed_consent", True),
    ("a home", {"category": "diplomatic_agent", "premises": "residence"}, "premises_consent_only", True),
    ("a servant's home", {"category": "private_servant", "premises": "residence"}, "premises_consent_only", False),
    ("a courier's bag", {"category": "consular_courier"}, "bag_inviolable", True),
    ("a leader", {"category": "visiting_head_of_state_or_government"}, "citation_allowed", False),
    ("resident", {"us_status": "permanent_resident", "arrest_contemplated": True}, "consular_notification", True),
    ("full", {"category": "diplomatic_agent", "arrest_contemplated": True}, "consular_notification", False),
)


@pytest.mark.parametrize(
    ("facts", "block", "is_there"), [case[1:] for case in BLOCKS], ids=[case[0] for case in BLOCKS]
)
def test_the_block_is_there_exactly_when_the_sentence_says(facts: Facts, block: str, is_there: bool) -> None:
    assert (block in assess(facts, TODAY)["blocks"]) is is_there


def test_a_waiver_opens_nothing_while_the_level_is_unverified() -> None:
    waiver = {"scope": "criminal", "confirmed_by_state": True}
    told = assess({"category": "temporary_duty_visitor", "waivers": [waiver]}, TODAY)["permissions"]
    assert told["prosecute"]["codes"] == told["arrest_or_detain"]["codes"] == ["verify_first"]


def test_of_two_waivers_the_one_without_a_case_prevails() -> None:
    waiver = {"scope": "criminal", "confirmed_by_state": True}
    facts = {"category": "diplomatic_agent", "waivers": [{**waiver, "case_reference": "2026-TRN-1"}, waiver]}
    told = assess(facts, TODAY)["permissions"]
    assert told["prosecute"] == {"answer": "yes", "codes": []}
    assert told["arrest_or_detain"]["codes"] == ["waiver_must_cover_arrest"]


def test_a_plate_of_an_unverified_member_still_says_verify_first() -> None:
    told = assess({"lookup": "plate", "category": "temporary_duty_visitor"}, TODAY)
    assert told["applies_to"] == "registrant"
    assert told["permissions"]["arrest_or_detain"]["codes"] == ["verify_first"]
