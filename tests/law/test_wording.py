"""From an assessment to the documents that a person reads: headline, conditions, citations, guidance, whom to call."""

from typing import Any

import pytest

from lookup.law.policy import LevelText
from lookup.law.terms import ACTIONS, CATEGORIES
from lookup.wording import guidance_document, guidance_of_blocks, immunity_document, level_text

from .assessing import POLICY, TODAY, Json, assessed
from .walking import by_chance, day

CENTER = "571-345-3146 or 866-217-2089"


def immunity(facts: Json, outcome: str = "match") -> dict[str, Any]:
    return immunity_document(assessed(facts), POLICY, outcome)


def guidance(facts: Json, outcome: str = "match") -> dict[str, Any]:
    return guidance_document(assessed(facts), POLICY, outcome)


def block(facts: Json, code: str) -> dict[str, Any]:
    (found,) = [one for one in guidance(facts)["blocks"] if one["code"] == code]
    return dict(found)


HEADLINES: dict[str, tuple[Json, str]] = {
    "full": ({"category": "diplomatic_agent"}, "Full immunity: may not be arrested or detained"),
    "partial": ({"category": "career_consular_officer"}, "Partial immunity: arrest and search are limited"),
    "official_acts": (
        {"category": "consular_employee"},
        "Immunity for official acts only: ordinary arrest is allowed",
    ),
    "official_acts_former": (
        {"category": "diplomatic_agent", "terminated_on": day(-9), "departed_on": day(-8)},
        "Former member: immunity for past official acts only",
    ),
    "official_acts_us_person": (
        {"category": "diplomatic_agent", "us_status": "national"},
        "US person in office: protected for official acts only",
    ),
    "official_acts_consular_service_staff": (
        {"category": "consular_service_staff"},
        "May decline to testify on official matters, nothing else",
    ),
    "none": ({"category": "private_servant"}, "No immunity on record: ordinary law applies"),
    "unverified": ({"category": "temporary_duty_visitor"}, "Not verified: call State before you act"),
    "registrant_full": (
        {"category": "diplomatic_agent", "lookup": "plate"},
        "Registered to a person with full immunity: identify the driver",
    ),
    "registrant_partial": (
        {"category": "career_consular_officer", "lookup": "plate"},
        "Registered to a person with partial immunity: identify the driver",
    ),
    "registrant_official_acts": (
        {"category": "consular_employee", "lookup": "plate"},
        "Registered to a person with official acts immunity: identify the driver",
    ),
    "registrant_none": (
        {"category": "private_servant", "lookup": "plate"},
        "Registrant has no immunity on record: identify the driver",
    ),
}


@pytest.mark.parametrize("text", HEADLINES)
def test_each_level_has_the_headline_and_summary_of_its_own_text(text: str) -> None:
    facts, headline = HEADLINES[text]
    assert immunity(facts)["headline"] == headline == POLICY.levels[text].headline
    assert guidance(facts)["summary"] == POLICY.levels[text].summary


def test_the_plate_of_a_member_who_is_unverified_has_the_text_of_unverified() -> None:
    facts = {"category": "temporary_duty_visitor", "lookup": "plate"}
    assert level_text(assessed(facts), POLICY, "match") == POLICY.levels["unverified"]


@pytest.mark.parametrize("outcome", ["no_record", "possible_matches"])
def test_an_outcome_that_identifies_nobody_has_its_own_text(outcome: str) -> None:
    text: LevelText = POLICY.levels[outcome]
    assert immunity({}, outcome)["headline"] == text.headline
    assert guidance({}, outcome)["summary"] == text.summary


def test_two_kinds_of_official_acts_together_have_the_ordinary_text() -> None:
    former = {"category": "diplomatic_agent", "terminated_on": day(-9), "departed_on": day(-8)}
    both = {"accreditations": [former, {"category": "io_staff"}]}
    alone = {"accreditations": [former, {"category": "consular_employee", "effective_on": None, **LEFT}]}
    assert immunity(both)["headline"] == POLICY.levels["official_acts"].headline
    assert immunity(alone)["headline"] == POLICY.levels["official_acts_former"].headline


def test_consular_service_staff_without_immunity_have_the_text_of_none() -> None:
    facts = {"category": "consular_service_staff", "us_status": "national"}
    assert immunity(facts)["headline"] == POLICY.levels["none"].headline


def test_an_assessment_names_the_policy_and_the_day() -> None:
    told = assessed({"category": "diplomatic_agent"})
    assert (told.policy, told.at) == ("2026.1", TODAY)


LEFT = {"terminated_on": day(-50), "departed_on": day(-49)}


def test_a_document_holds_these_fields_in_this_order() -> None:
    document = immunity({"category": "diplomatic_agent"})
    assert list(document) == ["level", "applies_to", "category", "headline", "permissions", "basis"]
    assert tuple(document["permissions"]) == ACTIONS
    assert all(
        list(given) == ["answer", "condition", "codes", "citations"] for given in document["permissions"].values()
    )
    assert all(list(line) == ["step", "rule", "because", "citation"] for line in document["basis"])
    assert (document["level"], document["applies_to"], document["category"]) == ("full", "person", "diplomatic_agent")


def test_a_guidance_document_holds_these_fields_in_this_order() -> None:
    document = guidance({"category": "diplomatic_agent"})
    assert list(document) == ["summary", "blocks", "verify", "policy", "language"]
    assert all(list(one) == ["code", "kind", "text", "citations"] for one in document["blocks"])
    assert list(document["verify"]) == ["phone", "hours", "say"]
    assert (document["policy"], document["language"]) == ("2026.1", "en")
    assert [one["code"] for one in document["blocks"]] == list(assessed({"category": "diplomatic_agent"}).blocks)


def test_a_block_is_told_with_its_kind_text_and_citations() -> None:
    assert block({"category": "diplomatic_agent"}, "no_arrest") == {
        "code": "no_arrest",
        "kind": "do_not",
        "text": POLICY.blocks["no_arrest"].text,
        "citations": ["VCDR 29"],
    }


def test_an_answer_that_is_not_yes_always_says_where_it_comes_from() -> None:
    for facts in by_chance(1200, 23):
        for action, given in immunity(facts)["permissions"].items():
            assert given["answer"] == "yes" or given["citations"], (action, facts)
            assert len(set(given["citations"])) == len(given["citations"])
            assert all(given["citations"])


def test_a_condition_is_a_sentence_exactly_where_the_answer_is_conditional() -> None:
    for facts in by_chance(400, 24):
        for given in immunity(facts)["permissions"].values():
            assert (given["condition"] is not None) == (given["answer"] == "conditional")
            assert given["condition"] is None or given["condition"].endswith(".")


def test_several_conditions_are_told_one_after_the_other() -> None:
    given = immunity({"category": "career_consular_officer"})["permissions"]["subpoena_as_witness"]
    texts = [POLICY.conditions[code].text for code in ("not_official_acts", "no_compulsion")]
    assert given["condition"] == " ".join(texts)
    assert given["codes"] == ["not_official_acts", "no_compulsion"]


CITED: tuple[tuple[Json, str, list[str]], ...] = (
    ({"category": "diplomatic_agent"}, "arrest_or_detain", ["VCDR 29"]),
    ({"category": "service_staff"}, "prosecute", ["VCDR 37(3)"]),
    ({"category": "io_expert_on_mission"}, "search_vehicle", ["CPIUN s.22(a)", "CPIUN s.22(c)"]),
    ({"category": "temporary_duty_visitor"}, "search_person", ["VCDR 29"]),
    (
        {"category": "career_consular_officer", "offense": "misdemeanor", "warrant": False},
        "arrest_or_detain",
        ["VCCR 41(1)"],
    ),
    ({"category": "diplomatic_agent", "us_status": "national"}, "prosecute", ["VCDR 38(1)", "VCCR 71(1)"]),
    ({"category": "service_staff", "us_status": "national"}, "prosecute", ["VCDR 38(2)"]),
    (
        {"category": "consular_employee", "us_status": "national"},
        "search_vehicle",
        ["VCCR 33", "VCCR 35(3)", "VCCR 61", "VCDR 24", "VCDR 27(3)"],
    ),
    (
        {"category": "io_staff", "vehicle": {"registrant": "embassy"}},
        "search_vehicle",
        ["VCDR 22(3)", "UNHQA s.15", "CPIUN s.3", "22 USC 288a(c)"],
    ),
    (
        {"category": "io_staff", "vehicle": {"registrant": "unknown"}},
        "search_vehicle",
        ["Rule of this service: doubt is verified with State", "VCDR 29"],
    ),
)


@pytest.mark.parametrize(("facts", "action", "citations"), CITED)
def test_an_answer_cites_what_decided_it(facts: Json, action: str, citations: list[str]) -> None:
    assert immunity(facts)["permissions"][action]["citations"] == citations


def test_every_line_of_the_basis_is_filled_in() -> None:
    for facts in by_chance(400, 24):
        for line in immunity(facts)["basis"]:
            assert not {"{", "}"} & set(line["because"])
            assert line["because"].endswith(".")
            assert line["citation"]


def test_the_basis_names_the_values_that_decided() -> None:
    facts = {"category": "consular_employee", "agreement": {"treated_as": "diplomatic_agent"}, "record": "found"}
    told = {line["rule"]: line["because"] for line in immunity(facts)["basis"]}
    assert told["matrix_row"] == (
        "The registry carries the category consular_employee (principal); its ordinary level is official_acts."
    )
    assert told["agreement_lifts"] == "A bilateral agreement gives this person the treatment of diplomatic_agent."


def test_the_last_known_level_of_old_data_is_told_as_information_only() -> None:
    last = immunity({"category": "diplomatic_agent", "record": "stale"})["basis"][-1]
    assert (last["step"], last["rule"]) == ("identification", "stale_last_known")
    assert "full" in last["because"]
    lost = {"category": "diplomatic_agent", "record": "stale", "card_status": "lost"}
    assert "stale_last_known" not in [line["rule"] for line in immunity(lost)["basis"]]


SPOUSE: Json = {"category": "diplomatic_agent", "role": "family", "relationship": "spouse"}
LAST_DAYS: dict[str, tuple[Json, str | None]] = {
    "the 30 days after the end": ({"category": "diplomatic_agent", "terminated_on": "2026-05-20"}, "2026-06-19"),
    "the day that State has set": (
        {
            "category": "diplomatic_agent",
            "terminated_on": "2026-05-20",
            "reasonable_period_ends_on": "2026-08-01",
        },
        "2026-08-01",
    ),
    "the 30 days after the household": ({**SPOUSE, "household_until": "2026-05-20"}, "2026-06-19"),
    "the first of both": (
        {**SPOUSE, "household_until": "2026-05-10", "terminated_on": "2026-05-20"},
        "2026-06-09",
    ),
    "open, though the household has its 30 days": (
        {**SPOUSE, "household_until": "2026-05-20", "terminated_on": "2026-04-20"},
        None,
    ),
    "the later of two posts": (
        {
            "accreditations": [
                {"category": "diplomatic_agent", "terminated_on": "2026-05-20"},
                {"category": "io_mission_diplomat", "terminated_on": "2026-05-25"},
            ]
        },
        "2026-06-24",
    ),
    "open, because another post goes on": (
        {
            "accreditations": [
                {"category": "diplomatic_agent", "terminated_on": "2026-05-20"},
                {"category": "io_mission_diplomat"},
            ]
        },
        None,
    ),
    "open, because nobody knows": ({"category": "diplomatic_agent", "terminated_on": "2026-04-20"}, None),
}


@pytest.mark.parametrize("case", LAST_DAYS)
def test_a_reasonable_period_tells_its_last_day_where_that_is_known(case: str) -> None:
    facts, until = LAST_DAYS[case]
    text = block(facts, "reasonable_period")["text"]
    written = POLICY.blocks["reasonable_period"]
    assert written.text_until is not None
    assert text == (written.text if until is None else written.text_until.replace("{until}", until))


def test_nobody_whose_protection_is_over_is_told_a_last_day() -> None:
    over = {**SPOUSE, "household_until": "2026-05-20", "terminated_on": "2026-05-20", "departed_on": "2026-05-21"}
    assert assessed(over).protected_until is None
    assert assessed({"category": "diplomatic_agent"}).protected_until is None


COMMUNITIES: tuple[tuple[Json, str], ...] = (
    ({"category": "diplomatic_agent"}, "state"),
    ({}, "state"),
    ({"category": "io_staff"}, "usun"),
    ({"category": "io_staff", "organization": "oas"}, "state"),
    ({"category": "tecro_designated_employee"}, "ait"),
    ({"category": "teco_designated_employee", "record": "not_found"}, "ait"),
    ({"vehicle": {"registrant": "permanent_mission_un"}}, "usun"),
    ({"vehicle": {"registrant": "representative_office"}}, "ait"),
    ({"category": "io_staff", "vehicle": {"registrant": "representative_office"}}, "usun"),
)


@pytest.mark.parametrize(("facts", "community"), COMMUNITIES)
def test_the_call_is_to_those_who_know_these_people(facts: Json, community: str) -> None:
    verification = POLICY.verification[community]
    assert guidance(facts)["verify"] == {
        "phone": verification.phone,
        "hours": verification.hours,
        "say": verification.say,
    }


def test_every_call_is_to_a_number_that_is_answered_day_and_night() -> None:
    for category in CATEGORIES:
        verify = guidance({"category": category})["verify"]
        assert (verify["phone"], verify["hours"]) == (CENTER, POLICY.verification["state"].hours)


def test_guidance_of_blocks_alone_keeps_their_order() -> None:
    document = guidance_of_blocks(iter(["premises_consent_only", "verify_with_state"]), POLICY, "A summary.")
    assert [one["code"] for one in document["blocks"]] == ["premises_consent_only", "verify_with_state"]
    assert document["summary"] == "A summary."


def test_no_document_shares_a_list_with_the_policy() -> None:
    block({"category": "diplomatic_agent"}, "no_arrest")["citations"].append("TRN")
    assert POLICY.blocks["no_arrest"].citations == ("VCDR 29",)
