"""What facts may be written, and what is refused, each with its exact pointer."""

from datetime import date
from typing import Any

import pytest

from lookup.errors import InvalidRequest
from lookup.law.facts import AccreditationFacts, AgreementFacts, Facts, VehicleFacts, WaiverFacts
from lookup.law.facts_schema import SINGLE_ACCREDITATION, FactsBody, Question, read_facts
from tests.oracle.refusals import refusals

from .walking import by_chance, chance


def faults(body: object) -> dict[str, str]:
    """Give the faults of a body by pointer; fail where one pointer has two."""
    with pytest.raises(InvalidRequest) as caught:
        read_facts(body)
    found = {fault.pointer: fault.detail for fault in caught.value.faults}
    assert len(found) == len(caught.value.faults)
    return found


WORDS = {
    "record": "found, not_found, unavailable, stale, conflict",
    "lookup": "person, plate",
    "role": "principal, family",
    "organization": "un, oas, other",
    "termination": "ended, persona_non_grata, deceased, mission_closed",
    "us_status": "none, permanent_resident, national",
    "principal_us_status": "none, permanent_resident, national",
    "card_status": "active, expired, lost, stolen, surrendered, revoked",
    "premises": "chancery, ambassador_residence, residence, consular, annex, organization_headquarters",
    "offense": "infraction, misdemeanor, felony",
    "situation": "dui, domestic_violence, fire",
    "mission_kind": (
        "embassy, consulate_general, consulate, honorary_consulate, permanent_mission_un, permanent_mission_oas, "
        "international_organization, special_mission, representative_office"
    ),
}
FLAGS = (
    "full_time_student", "household_exception", "recognized", "national_of_sending_state",
    "mandatory_notification_country", "state_confirmed", "bag", "warrant", "arrest_contemplated",
)  # fmt: skip
DAYS = (
    "at", "household_until", "effective_on", "terminated_on", "departed_on", "reasonable_period_ends_on",
)  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_every_word_of_a_fact_is_taken_and_no_other(name: str) -> None:
    for word in WORDS[name].split(", "):
        assert word in repr(read_facts({name: word, "category": "io_staff"}))
    assert faults({name: "TRN"}) == {f"/{name}": f"Write one of: {WORDS[name]}."}
    assert faults({name: ""}) == {f"/{name}": f"Write one of: {WORDS[name]}."}
    assert faults({name: 1}) == {f"/{name}": "Write a text."}


@pytest.mark.parametrize("outcome", ["former_member", "us_person_in_office", "unverified"])
def test_an_outcome_of_the_rules_is_no_category(outcome: str) -> None:
    assert faults({"category": outcome, "agreement": {"treated_as": outcome}}).keys() == {
        "/category",
        "/agreement/treated_as",
    }


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("value", ["true", "yes", 1, 0, "", []])
def test_a_flag_is_true_or_false_and_nothing_like_it(name: str, value: object) -> None:
    assert faults({name: value}) == {f"/{name}": "Write true or false."}


@pytest.mark.parametrize("value", [19.0, "19", True, [19]])
def test_an_age_is_a_whole_number(value: object) -> None:
    assert faults({"age": value}) == {"/age": "Write a whole number."}


def test_an_age_is_not_below_0() -> None:
    assert faults({"age": -1}) == {"/age": "An age is not below 0."}
    assert read_facts({"age": 0}).facts.age == 0


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.parametrize(
    "value", ["2026-13-01", "2026-02-30", "20260601", "2026-6-1", "2026-06-01T00:00:00Z", "", 20260601, True]
)
def test_a_day_is_one_that_exists_written_in_one_way(name: str, value: object) -> None:
    assert faults({name: value}) == {f"/{name}": "Write a day that exists as YYYY-MM-DD."}


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"color": "red"}, "/color", "There is no such field."),
        ({"a/b~c": 1}, "/a~1b~0c", "There is no such field."),
        ({"vehicle": {"plate": "ZZ1234"}}, "/vehicle/plate", "There is no such field."),
        ({"agreement": {"until": None}}, "/agreement/until", "There is no such field."),
        ({"waivers": [{}, {"case": "1"}]}, "/waivers/1/case", "There is no such field."),
        ({"accreditations": [{"role": "family"}]}, "/accreditations/0/role", "There is no such field."),
        ({"vehicle": "self"}, "/vehicle", "Write a JSON object."),
        ({"agreement": []}, "/agreement", "Write a JSON object."),
        ({"waivers": [None]}, "/waivers/0", "Field may not be null."),
        ({"waivers": {}}, "/waivers", "Write a list."),
        ({"accreditations": "io_staff"}, "/accreditations", "Write a list."),
        ({"accreditations": ["io_staff"]}, "/accreditations/0", "Write a JSON object."),
        ({"waivers": [{"case_reference": 7}]}, "/waivers/0/case_reference", "Write a text."),
        ({"waivers": [{"confirmed_by_state": "yes"}]}, "/waivers/0/confirmed_by_state", "Write true or false."),
        ({"agreement": {"covers_family": 1}}, "/agreement/covers_family", "Write true or false."),
        ({"vehicle": {"obstructing": "no"}}, "/vehicle/obstructing", "Write true or false."),
        (
            {"relationship": "spouse"},
            "/relationship",
            "Only family has a relationship: say role family, or leave it out.",
        ),
        (
            {"role": "principal", "relationship": "child"},
            "/relationship",
            "Only family has a relationship: say role family, or leave it out.",
        ),
        (
            {"effective_on": "2026-06-02", "terminated_on": "2026-06-01"},
            "/terminated_on",
            "Functions cannot end before they begin.",
        ),
        (
            {"accreditations": [{}, {"effective_on": "2026-06-02", "terminated_on": "2026-06-01"}]},
            "/accreditations/1/terminated_on",
            "Functions cannot end before they begin.",
        ),
        ({"accreditations": []}, "/accreditations", "Give 1 to 100 accreditations, or leave the list out."),
        ({"accreditations": [{}] * 101}, "/accreditations", "Give 1 to 100 accreditations, or leave the list out."),
        ({"waivers": [{}] * 101}, "/waivers", "Give at most 100 waivers."),
        ({"waivers": [{"case_reference": "x" * 201}]}, "/waivers/0/case_reference", "Longer than maximum length 200."),
    ],
)
def test_what_cannot_be_is_refused_with_its_pointer_and_what_to_do(body: Any, pointer: str, detail: str) -> None:
    assert faults(body) == {pointer: detail}


@pytest.mark.parametrize("body", [[], "facts", 1, None, True])
def test_facts_are_one_json_object(body: object) -> None:
    assert faults(body) == {"": "Write a JSON object with the facts."}


@pytest.mark.parametrize("name", SINGLE_ACCREDITATION)
def test_what_is_said_in_each_accreditation_is_not_said_beside_them(name: str) -> None:
    value = {"category": "io_staff", "termination": "ended"}.get(name, "2026-06-01")
    detail = "Say this in each element of accreditations, not beside it."
    assert faults({"accreditations": [{}], name: value}) == {f"/{name}": detail}
    assert read_facts({"accreditations": None, name: value}) == read_facts({name: value})
    assert read_facts({"accreditations": [{}], name: None}) == read_facts({"accreditations": [{}]})


def test_every_fault_is_told_at_once() -> None:
    body = {"age": -1, "bag": "no", "vehicle": {"registrant": "me"}, "waivers": [{"scope": "all"}], "x": 1}
    assert faults(body).keys() == {"/age", "/bag", "/vehicle/registrant", "/waivers/0/scope", "/x"}


def test_two_combinations_that_cannot_be_are_both_told() -> None:
    body = {"relationship": "spouse", "accreditations": [{}], "category": "io_staff", "departed_on": "2026-06-01"}
    assert faults(body).keys() == {"/relationship", "/category", "/departed_on"}


def test_the_end_may_be_the_first_day() -> None:
    facts = read_facts({"category": "io_staff", "effective_on": "2026-06-01", "terminated_on": "2026-06-01"}).facts
    assert facts.accreditations[0].terminated_on == facts.accreditations[0].effective_on == date(2026, 6, 1)


def test_a_fault_inside_hides_no_fault_of_the_combination_and_does_not_invent_one() -> None:
    assert faults({"effective_on": "soon", "terminated_on": "2026-06-01"}).keys() == {"/effective_on"}


def test_the_longest_of_everything_is_taken() -> None:
    body = {"accreditations": [{}] * 100, "waivers": [{"case_reference": "x" * 200}] * 100}
    facts = read_facts(body).facts
    assert (len(facts.accreditations), len(facts.waivers)) == (100, 100)


def test_every_null_is_a_missing_fact() -> None:
    nothing = read_facts({})
    assert nothing == read_facts(dict.fromkeys(FactsBody().fields))
    assert (nothing.facts, nothing.at) == (Facts(), None)


def test_a_null_inside_is_a_missing_fact_too() -> None:
    body = {
        "category": "io_staff",
        "agreement": {"treated_as": None, "covers_family": True},
        "waivers": [{"scope": None, "case_reference": None, "confirmed_by_state": None}],
        "vehicle": {"registrant": None, "status": None, "obstructing": None},
    }
    facts = read_facts(body).facts
    assert facts.accreditations == (AccreditationFacts(category="io_staff"),)
    assert (facts.waivers, facts.vehicle) == ((WaiverFacts(),), VehicleFacts())


def test_no_vehicle_and_a_vehicle_of_which_nothing_is_said_are_two_things() -> None:
    assert read_facts({"vehicle": None}).facts.vehicle is None
    assert read_facts({"vehicle": {}}).facts.vehicle == VehicleFacts()


FULL: dict[str, Any] = {
    "record": "found",
    "lookup": "plate",
    "at": "2026-06-01",
    "role": "family",
    "relationship": "child",
    "age": 19,
    "full_time_student": True,
    "household_exception": False,
    "household_until": "2026-07-01",
    "recognized": True,
    "us_status": "none",
    "principal_us_status": "national",
    "mandatory_notification_country": False,
    "waivers": [{"scope": "civil", "case_reference": "2026-TRN-1", "confirmed_by_state": False}],
    "card_status": "lost",
    "vehicle": {"registrant": "rental", "status": "stolen", "obstructing": True},
    "premises": "annex",
    "bag": True,
    "offense": "felony",
    "warrant": False,
    "arrest_contemplated": True,
    "situation": "fire",
}
POST: dict[str, Any] = {
    "category": "consular_employee",
    "effective_on": "2025-01-01",
    "terminated_on": "2026-01-01",
    "termination": "ended",
    "departed_on": "2026-01-05",
    "reasonable_period_ends_on": "2026-01-20",
}
SHARED: dict[str, Any] = {
    "mission_kind": "consulate",
    "organization": "oas",
    "agreement": {"treated_as": "diplomatic_agent", "covers_family": True},
    "national_of_sending_state": True,
    "state_confirmed": False,
}
READ_POST = AccreditationFacts(
    category="consular_employee",
    effective_on=date(2025, 1, 1),
    terminated_on=date(2026, 1, 1),
    termination="ended",
    departed_on=date(2026, 1, 5),
    reasonable_period_ends_on=date(2026, 1, 20),
    mission_kind="consulate",
    organization="oas",
    agreement=AgreementFacts("diplomatic_agent", True),
    national_of_sending_state=True,
    state_confirmed=False,
)


def test_every_fact_arrives_where_it_belongs() -> None:
    question = read_facts({**FULL, **POST, **SHARED})
    assert question.at == date(2026, 6, 1)
    assert question.facts == Facts(
        record="found",
        lookup="plate",
        accreditations=(READ_POST,),
        mission_kind="consulate",
        role="family",
        relationship="child",
        age=19,
        full_time_student=True,
        household_exception=False,
        household_until=date(2026, 7, 1),
        recognized=True,
        us_status="none",
        principal_us_status="national",
        mandatory_notification_country=False,
        waivers=(WaiverFacts("civil", "2026-TRN-1", False),),
        card_status="lost",
        vehicle=VehicleFacts("rental", "stolen", True),
        premises="annex",
        bag=True,
        offense="felony",
        warrant=False,
        arrest_contemplated=True,
        situation="fire",
    )


def test_an_accreditation_takes_from_outside_what_it_does_not_say() -> None:
    other = {
        "category": "io_staff",
        "organization": "un",
        "mission_kind": None,
        "agreement": {"treated_as": "io_staff"},
    }
    facts = read_facts({**SHARED, "accreditations": [POST, other]}).facts
    assert facts.accreditations == (
        READ_POST,
        AccreditationFacts(
            category="io_staff",
            mission_kind="consulate",
            organization="un",
            agreement=AgreementFacts("io_staff"),
            national_of_sending_state=True,
            state_confirmed=False,
        ),
    )
    assert facts.mission_kind == "consulate"


def test_a_false_inside_is_not_overruled_by_a_true_outside() -> None:
    body = {"state_confirmed": True, "accreditations": [{"state_confirmed": False}, {}]}
    assert [post.state_confirmed for post in read_facts(body).facts.accreditations] == [False, True]


def test_facts_of_no_category_make_no_accreditation() -> None:
    assert read_facts({"terminated_on": "2026-01-01", "organization": "un"}).facts.accreditations == ()


SPOILED: tuple[Any, ...] = ("true", 19.0, -1, "2026-13-01", "former_member", [], [{}], {}, {"x": 1}, [None], "TRN")


def test_facts_spoiled_by_chance_are_refused_where_the_independent_statement_refuses_and_nowhere_else() -> None:
    """Combinations are looked at once every field is right, so not every pointer need be told at once."""
    random, refused = chance(22), 0
    for body in by_chance(1500, 22):
        for name in random.sample(sorted(FactsBody().fields), 2):
            body[name] = random.choice(SPOILED)
        expected = refusals(body)
        refused += bool(expected)
        if expected:
            assert faults(body).keys() <= expected, body
        else:
            assert isinstance(read_facts(body), Question)
    assert refused > 1000
