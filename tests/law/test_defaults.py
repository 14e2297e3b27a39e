"""A default that mattered is named in the basis.

A default mattered where the fact, had it been said, could have given another level, another answer or another telephone
number. What is not there at all (dates, an agreement, a waiver, a vehicle, a bag, premises, an arrest in view, a
situation) is no default: nobody has said that there is one.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from lookup.law.terms import MISSION_KINDS, REGISTRANTS

from .assessing import Json, answers, assessed, rules
from .walking import by_chance

US_STATUS = ("none", "permanent_resident", "national")

NAMED_BY: dict[str, tuple[tuple[Any, ...], set[str]]] = {
    "record": (("found", "stale", "not_found"), {"default_record"}),
    "lookup": (("person", "plate"), {"default_lookup"}),
    "role": (("principal", "family"), {"default_role"}),
    "card_status": (("active", "lost"), {"default_card_status"}),
    "category": (("diplomatic_agent", "io_staff", "consular_employee"), {"nobody_identified"}),
    "organization": (("un", "oas", "other"), {"default_organization"}),
    "relationship": (("spouse", "child", "parent"), {"default_relationship"}),
    "age": ((0, 17, 18, 20, 21, 22, 23, 60), {"family_age_unknown"}),
    "full_time_student": ((True, False), {"family_student_unknown"}),
    "household_exception": (
        (True, False),
        {"family_exception_unknown", "family_student_unknown", "family_no_student", "family_age_unknown"},
    ),
    "recognized": ((True, False), {"default_recognized"}),
    "us_status": (US_STATUS, {"default_us_status"}),
    "principal_us_status": (US_STATUS, {"default_principal_us_status"}),
    "national_of_sending_state": ((True, False), {"default_national_of_sending_state"}),
    "state_confirmed": ((True, False), {"special_mission_unconfirmed", "transit_unconfirmed"}),
    "offense": (("misdemeanor", "felony"), {"felony_and_warrant_open"}),
    "warrant": ((True, False), {"felony_and_warrant_open"}),
}
"""By fact: the values it could have had, and the rules of which one must be named."""


def sets(seed: int, how_many: int) -> Iterator[Json]:
    """Give sets of facts by chance, those of one accreditation at most."""
    for facts in by_chance(how_many, seed):
        if "accreditations" not in facts:
            yield {name: value for name, value in facts.items() if value is not None}


CHILDREN = tuple(
    {"category": "diplomatic_agent", "role": "family", "relationship": "child", "age": age}
    | {"full_time_student": student, "household_exception": exception}
    for age, student, exception in product((17, 20, 21, 22, 23), (True, False), (True, False))
)


def told(facts: Json) -> tuple[Any, ...]:
    result = assessed(facts)
    return result.level, answers(result), "contact_usun" in result.blocks


def said(facts: Json, name: str, value: Any) -> Json:
    """Give the facts with one more; a principal has no relationship."""
    fuller = facts | {name: value}
    return fuller if fuller.get("role") == "family" else {k: v for k, v in fuller.items() if k != "relationship"}


@pytest.mark.parametrize("name", NAMED_BY)
def test_a_default_that_mattered_is_named(name: str) -> None:
    values, named_by = NAMED_BY[name]
    mattered = 0
    for facts in (*sets(1, 450), *CHILDREN):
        if name == "relationship" and facts.get("role") != "family":
            continue
        if name == "organization" and facts.get("mission_kind") in ("permanent_mission_un", "permanent_mission_oas"):
            continue  # then the mission tells
        silent = {fact: value for fact, value in facts.items() if fact != name}
        if name == "role":
            silent.pop("relationship", None)
        if any(told(said(silent, name, value)) != told(silent) for value in values):
            mattered += 1
            assert named_by & set(rules(assessed(silent))), silent
    assert mattered


@pytest.mark.parametrize(
    ("name", "values", "named_by"),
    [
        ("registrant", REGISTRANTS, "default_registrant"),
        ("status", ("ordinary", "stolen", "stolen_verified"), "default_vehicle_status"),
    ],
)
def test_a_default_of_the_vehicle_that_mattered_is_named(name: str, values: tuple[str, ...], named_by: str) -> None:
    mattered = 0
    for facts in sets(2, 400):
        vehicle = facts.get("vehicle", {"registrant": "self", "status": "ordinary"}) | {name: None}
        silent = facts | {"vehicle": vehicle}
        if any(told(facts | {"vehicle": vehicle | {name: value}})[:2] != told(silent)[:2] for value in values):
            mattered += 1
            assert named_by in rules(assessed(silent)), silent
    assert mattered


def test_that_an_agreement_is_not_said_to_cover_families_is_named_where_it_mattered() -> None:
    mattered = 0
    for facts in sets(3, 2000):
        agreement = facts.get("agreement")
        if agreement is not None:
            silent = facts | {"agreement": {"treated_as": agreement["treated_as"]}}
            covering = facts | {"agreement": {**agreement, "covers_family": True}}
            if told(silent) != told(covering):
                mattered += 1
                assert "default_covers_family" in rules(assessed(silent)), silent
    assert mattered


FULLY_SAID = {
    "record": "found",
    "lookup": "person",
    "role": "family",
    "relationship": "child",
    "age": 12,
    "recognized": True,
    "us_status": "none",
    "principal_us_status": "none",
    "national_of_sending_state": True,
    "card_status": "active",
    "organization": "un",
    "vehicle": {"registrant": "unknown", "status": "ordinary"},
}


@pytest.mark.parametrize("category", ["diplomatic_agent", "io_senior_official", "io_staff", "consular_employee"])
def test_what_was_said_is_never_called_a_default(category: str) -> None:
    agreement = {"treated_as": "diplomatic_agent", "covers_family": True}
    unlifting = {"treated_as": "diplomatic_agent", "covers_family": False}
    for role, lifting in product(("family", "principal"), (None, agreement, unlifting)):
        facts = said({**FULLY_SAID, "category": category, "agreement": lifting}, "role", role)
        assert not [rule for rule in rules(assessed(facts)) if rule.startswith("default_")]


@pytest.mark.parametrize("kind", MISSION_KINDS)
def test_the_organization_is_assumed_where_neither_it_nor_the_mission_tells(kind: str) -> None:
    basis = rules(assessed({"category": "io_staff", "mission_kind": kind}))
    assert ("default_organization" in basis) == (kind not in ("permanent_mission_un", "permanent_mission_oas"))


def test_a_default_stands_in_the_basis_once() -> None:
    facts = {"category": "consular_employee", "role": "family", "relationship": "spouse"}
    facts["agreement"] = {"treated_as": "diplomatic_agent", "covers_family": True}  # type: ignore[assignment]
    basis = rules(assessed(facts))
    assert basis.count("default_us_status") == basis.count("default_principal_us_status") == 1


def test_the_plate_of_a_mission_rests_on_no_default_but_that_of_a_registrant_not_said_does() -> None:
    plate = {"record": "found", "lookup": "plate", "role": "principal", "card_status": "active"}
    of_mission = rules(assessed({**plate, "vehicle": {"registrant": "embassy", "status": "ordinary"}}))
    assert of_mission == ["nobody_identified", "plate_not_of_a_member", "vehicle_of_protected_mission"]
    not_said = rules(assessed({**plate, "vehicle": {"status": "ordinary"}}))
    assert not_said == ["nobody_identified", "plate_not_of_a_member", "default_registrant"]
