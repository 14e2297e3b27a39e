"""What must hold whatever the facts are.

Of every single result (`walking.keeps_its_promises`, which every case of the long walk passes too):

1.  All seven permissions are there, in their order; codes stand with `conditional` only, each once, in table order.
2.  The first four base blocks are there unconditionally; blocks stand in the order of the policy, each once.
3.  Every rule that the basis names is in the policy.
4.  `unverified` never says yes to arrest, home, search of a person, evidence or prosecution, and to the search of a
    vehicle only where State has confirmed that it is stolen.
5.  `nobody_yet` is always unverified, without a category.

Of results beside each other (here):

6.  The law is deterministic, and total: whatever the schema accepts has an assessment, on any day of the calendar.
7.  A missing fact gives what its default gives.
8.  An unknown fact never opens an action that the known fact would not.
9.  The gravity of the offense never turns a `no`; offense and warrant touch nothing but a felony-and-warrant arrest.
10. A waiver changes only what its scope names, only if confirmed, never the level, and never protects more.
11. Several accreditations are never less protective than either alone.
12. A date moved by one day changes only what that day decides.
13. Situation, obstructing vehicle, bag, arrest in view, premises and expired card change only what they name.
14. Facts that do not bear on the result change nothing.
"""

from datetime import date
from itertools import pairwise, product
from typing import Any

import pytest

from lookup.law.assess import assess
from lookup.law.assessment import Assessment
from lookup.law.terms import ACTIONS, CATEGORIES, LEVELS

from .assessing import POLICY, TODAY, Json, answers, assessed, facts_of, rules
from .walking import WAIVERS, agree, by_chance, chance, day

PROTECTION = {"yes": 0, "conditional": 1, "no": 2}


def told(facts: Json) -> Assessment:
    return assess(facts_of(facts), TODAY, POLICY)


def outcome(facts: Json) -> tuple[Any, ...]:
    """Give all that an officer is told but for the reasons."""
    result = told(facts)
    return result.level, result.applies_to, result.category, answers(result), result.blocks


def protection(facts: Json) -> dict[str, int]:
    return {action: PROTECTION[given.answer] for action, given in told(facts).permissions.items()}


def without(facts: Json, *names: str) -> Json:
    return {name: value for name, value in facts.items() if name not in names}


def test_every_result_by_chance_keeps_its_promises_and_is_what_the_independent_statement_says() -> None:
    for facts in by_chance(600, 1):
        agree(facts)


def test_the_quick_reader_of_these_tests_reads_as_requests_are_read() -> None:
    for facts in by_chance(300, 2):
        assert told(facts) == assessed(facts)


def test_equal_facts_have_equal_assessments() -> None:
    for facts in by_chance(100, 3):
        assert told(facts) == told(dict(reversed(facts.items())))


FIRST, LAST = "0001-01-01", "9999-12-31"


@pytest.mark.parametrize("at", [FIRST, "2026-06-01", "9999-12-20", LAST])
@pytest.mark.parametrize("name", ["effective_on", "terminated_on", "departed_on", "reasonable_period_ends_on"])
def test_every_day_of_the_calendar_has_an_assessment(name: str, at: str) -> None:
    for when, ended in product((FIRST, "9999-12-10", LAST), (None, FIRST, "9999-12-15")):
        facts: Json = {"category": "diplomatic_agent", "at": at, name: when}
        if name in ("departed_on", "reasonable_period_ends_on"):
            facts |= {"terminated_on": ended}
        assert assessed(facts).at == date.fromisoformat(at)


def test_a_period_that_runs_past_the_calendar_ends_with_the_calendar() -> None:
    result = assessed({"category": "diplomatic_agent", "at": LAST, "terminated_on": "9999-12-20"})
    assert (result.level, result.protected_until) == ("full", date.max)
    spouse = {"category": "diplomatic_agent", "role": "family", "relationship": "spouse", "at": LAST}
    result = assessed({**spouse, "household_until": "9999-12-02"})
    assert (result.level, result.protected_until) == ("full", date.max)


DEFAULTS: dict[str, Any] = {
    "record": "found",
    "lookup": "person",
    "recognized": True,
    "us_status": "none",
    "principal_us_status": "none",
    "national_of_sending_state": False,
    "mandatory_notification_country": False,
    "card_status": "active",
    "state_confirmed": False,
    "bag": False,
    "arrest_contemplated": False,
    "waivers": [],
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_missing_fact_gives_what_its_default_gives(name: str) -> None:
    for facts in by_chance(150, 4):
        if "accreditations" not in facts or name not in ("national_of_sending_state", "state_confirmed"):
            assert outcome(without(facts, name)) == outcome(facts | {name: DEFAULTS[name]})


def test_a_missing_relationship_is_that_of_other_family() -> None:
    for facts in by_chance(300, 5):
        if facts.get("role") == "family":
            assert outcome(without(facts, "relationship")) == outcome(facts | {"relationship": "other"})


def test_a_missing_role_is_that_of_a_principal() -> None:
    for facts in by_chance(300, 6):
        principal = without(facts, "relationship", "role")
        assert outcome(principal) == outcome(principal | {"role": "principal"})


def test_a_missing_registrant_is_unknown_and_a_missing_status_ordinary() -> None:
    for facts in by_chance(200, 7):
        for status, registrant in product((None, "stolen"), (None, "embassy")):
            known = facts | {"vehicle": {"registrant": registrant or "unknown", "status": status or "ordinary"}}
            assert outcome(facts | {"vehicle": {"registrant": registrant, "status": status}}) == outcome(known)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("age", (0, 17, 18, 20, 21, 22, 23, 70)),
        ("full_time_student", (True, False)),
        ("household_exception", (True, False)),
        ("offense", ("infraction", "misdemeanor", "felony")),
        ("warrant", (True, False)),
    ],
)
def test_an_unknown_fact_never_opens_what_the_known_fact_would_not(name: str, values: tuple[Any, ...]) -> None:
    for facts in by_chance(200, 8):
        if name == "household_exception" and facts.get("age") in (21, 22):
            continue  # at these ages an exception that is not recorded counts as none
        unknown, known = protection(without(facts, name)), [protection(facts | {name: value}) for value in values]
        assert all(unknown[action] or not any(one[action] for one in known) for action in ACTIONS), facts


def test_an_exception_that_is_not_recorded_counts_as_none_at_21_and_22() -> None:
    for age, student in product((21, 22), (True, False, None)):
        child = {"category": "diplomatic_agent", "role": "family", "relationship": "child", "age": age}
        child["full_time_student"] = student
        assert outcome(child) == outcome({**child, "household_exception": False})


def test_an_unconfirmed_status_never_opens_what_a_confirmed_one_would_not() -> None:
    for category, role in product(("special_mission_member", "diplomat_in_transit"), ("principal", "family")):
        facts = {"category": category, "role": role}
        assert "yes" not in {told(facts).permissions[action].answer for action in ACTIONS if "citation" not in action}


def test_gravity_never_turns_a_no() -> None:
    for facts in by_chance(300, 9):
        for warrant in (None, False):
            calm = told(facts | {"offense": "infraction", "warrant": warrant})
            grave = told(facts | {"offense": "felony", "warrant": warrant})
            assert answers(calm) == answers(grave)
            assert calm.blocks == grave.blocks


def test_offense_and_warrant_touch_only_an_arrest_that_hangs_on_both() -> None:
    for facts in by_chance(300, 10):
        open_ = told(without(facts, "offense", "warrant"))
        for offense, warrant in product(("infraction", "misdemeanor", "felony"), (True, False)):
            said = told(facts | {"offense": offense, "warrant": warrant})
            assert said.level == open_.level
            changed = {action for action in ACTIONS if said.permissions[action] != open_.permissions[action]}
            assert changed <= {"arrest_or_detain"}
            assert not changed or {"felony_and_warrant_met", "felony_and_warrant_not_met"} & set(rules(said))


OPENED_BY = {
    "criminal": {"prosecute", "arrest_or_detain"},
    "testimony": {"subpoena_as_witness"},
    "civil": set[str](),
    "execution": set[str](),
}


@pytest.mark.parametrize("scope", OPENED_BY)
def test_a_waiver_changes_only_what_its_scope_names(scope: str) -> None:
    for facts, waiver in product(by_chance(120, 11), [waiver for waiver in WAIVERS if waiver["scope"] == scope]):
        bare, waived = told(facts | {"waivers": []}), told(facts | {"waivers": [waiver]})
        assert (waived.level, waived.category, waived.applies_to) == (bare.level, bare.category, bare.applies_to)
        changed = {action for action in ACTIONS if waived.permissions[action] != bare.permissions[action]}
        opens = waiver["confirmed_by_state"] is True and bare.level != "unverified"
        assert changed <= (OPENED_BY[scope] if opens else set())
        assert all(
            PROTECTION[waived.permissions[action].answer] <= PROTECTION[bare.permissions[action].answer]
            for action in changed
        )
        assert {"waiver_express_by_sending_state", "waiver_scope_limited"} <= set(waived.blocks)


def test_several_accreditations_are_never_less_protective_than_either_alone() -> None:
    """Without waivers: those act on the joint result, and so open what they would not open at `unverified`."""
    random = chance(12)
    for facts in by_chance(300, 12):
        person = without(facts, "accreditations", "category", "waivers", "effective_on", "terminated_on")
        person = without(person, "termination", "departed_on", "reasonable_period_ends_on")
        posts = [
            {"category": random.choice(CATEGORIES), "terminated_on": random.choice((None, day(-1), day(-40)))}
            for _ in range(2)
        ]
        joint = told(person | {"accreditations": posts})
        for post in posts:
            alone = told(person | {"accreditations": [post]})
            assert LEVELS.index(joint.level) <= LEVELS.index(alone.level)
            assert all(
                PROTECTION[joint.permissions[action].answer] >= PROTECTION[alone.permissions[action].answer]
                for action in ACTIONS
            ), (person, posts)


DECIDING_MOVES = {
    "effective_on": {(0, 1)},
    "terminated_on": {(-31, -30), (-1, 0)},
    "departed_on": {(0, 1)},
    "reasonable_period_ends_on": {(-1, 0)},
    "household_until": {(-31, -30), (-1, 0)},
}
"""By fact: from which day to the next, counted from the day asked about, a date may change the result."""


@pytest.mark.parametrize("name", DECIDING_MOVES)
def test_a_date_moved_by_one_day_changes_only_what_that_day_decides(name: str) -> None:
    seen = set()
    for facts in [*by_chance(60, 13), MARRIED_AND_GOING]:
        if "accreditations" in facts and name != "household_until":
            continue
        if name == "terminated_on":
            facts = without(facts, "effective_on")  # noqa: PLW2901 - an end before the beginning is no request
        elif name == "effective_on":
            facts = without(facts, "terminated_on")  # noqa: PLW2901
        results = {distance: outcome(facts | {name: day(distance)}) for distance in range(-34, 4)}
        seen |= {move for move in pairwise(results) if results[move[0]] != results[move[1]]}
    assert seen == DECIDING_MOVES[name]


MARRIED_AND_GOING = {
    "category": "diplomatic_agent",
    "role": "family",
    "relationship": "spouse",
    "terminated_on": day(-20),
}


def test_the_situation_changes_only_its_own_blocks() -> None:
    own = {
        "dui": {"dui_tests_offer_only", "dui_do_not_let_drive"},
        "domestic_violence": {"domestic_violence_protect"},
        "fire": set[str](),
    }
    for facts, situation in product(by_chance(150, 14), own):
        bare, said = told(without(facts, "situation")), told(facts | {"situation": situation})
        assert answers(said) == answers(bare)
        assert (said.level, said.basis) == (bare.level, bare.basis)
        assert set(said.blocks) ^ set(bare.blocks) == own[situation]


def test_an_obstructing_vehicle_changes_nothing() -> None:
    for facts in by_chance(150, 15):
        vehicle = facts.get("vehicle") or {"registrant": "embassy"}
        free, obstructing = ({**vehicle, "obstructing": value} for value in (False, True))
        assert told(facts | {"vehicle": free}) == told(facts | {"vehicle": obstructing})


def test_a_bag_changes_only_open_searches_and_its_block() -> None:
    for facts in by_chance(300, 16):
        bare, said = told(without(facts, "bag")), told(facts | {"bag": True})
        assert said.level == bare.level
        for action in ACTIONS:
            given, before = answers(said)[action], answers(bare)[action]
            opened = action in ("search_vehicle", "search_person") and before == "yes"
            assert given == ("conditional:except_archives_and_bag" if opened else before)
        assert set(said.blocks) == set(bare.blocks) | {"bag_inviolable"}


def test_an_arrest_in_view_changes_only_who_is_to_be_told() -> None:
    telling = {"consular_notification", "notify_head_of_post", "mandatory_consular_notification"}
    for facts in by_chance(200, 17):
        bare, said = told(facts | {"arrest_contemplated": False}), told(facts | {"arrest_contemplated": True})
        assert (said.level, answers(said), said.basis) == (bare.level, answers(bare), bare.basis)
        assert set(said.blocks) - set(bare.blocks) <= telling
        assert set(bare.blocks) <= set(said.blocks) - (telling - set(said.blocks))
        assert not telling & set(bare.blocks)


@pytest.mark.parametrize("kind", ["chancery", "residence", "consular"])
def test_premises_change_only_their_own_blocks(kind: str) -> None:
    own = {"premises_consent_only", "consular_premises_fire_presumed_consent"}
    for facts in by_chance(100, 18):
        bare, said = told(without(facts, "premises")), told(facts | {"premises": kind})
        assert (said.level, answers(said), said.basis) == (bare.level, answers(bare), bare.basis)
        assert set(said.blocks) ^ set(bare.blocks) <= own


def test_an_expired_card_changes_only_its_block() -> None:
    for facts in by_chance(150, 19):
        valid, expired = told(facts | {"card_status": "active"}), told(facts | {"card_status": "expired"})
        assert (expired.level, answers(expired), expired.basis) == (valid.level, answers(valid), valid.basis)
        assert set(expired.blocks) ^ set(valid.blocks) == {"card_expired_not_status_expired"}


@pytest.mark.parametrize(
    "idle",
    [
        {"age": 40},
        {"full_time_student": False},
        {"household_exception": False},
        {"household_until": day(-90)},
        {"recognized": False},
        {"principal_us_status": "national"},
    ],
)
def test_what_is_asked_of_family_only_changes_nothing_for_a_principal(idle: Json) -> None:
    for facts in by_chance(150, 20):
        if facts.get("role") != "family":
            assert told(without(facts, *idle) | idle) == told(without(facts, *idle))


def test_a_warrant_without_an_offense_changes_nothing() -> None:
    for facts in by_chance(150, 21):
        bare = without(facts, "offense", "warrant")
        assert told(bare | {"warrant": True}) == told(bare)


def test_nobody_identified_is_protected_like_somebody_unknown() -> None:
    result = told({})
    assert (result.level, result.applies_to, result.category, rules(result)) == (
        "unverified",
        "nobody_yet",
        None,
        ["nobody_identified"],
    )
