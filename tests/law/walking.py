"""Walking many sets of facts: each is assessed, compared with the independent statement, and held to what every result
must keep.

`agree` is what each case goes through; the rest makes the cases. A fact whose value is None is left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

from lookup.law.assess import assess
from lookup.law.assessment import Assessment
from lookup.law.codes import BASE_BLOCKS, BLOCK_CODES
from lookup.law.terms import ACTIONS, CATEGORIES, CONDITION_CODES, REGISTRANTS, Action
from tests.oracle.assessment import assess as independent_assessment
from tests.oracle.random_facts import random_facts

from .assessing import POLICY, TODAY, Json, facts_of

KNOWN_RULES = frozenset(POLICY.rules)
UNCONDITIONAL = frozenset(BASE_BLOCKS[:4])
PLACE_OF_BLOCK = {code: place for place, code in enumerate(BLOCK_CODES)}
NEVER_YES_UNVERIFIED: tuple[Action, ...] = (
    "arrest_or_detain",
    "enter_residence",
    "search_person",
    "prosecute",
    "subpoena_as_witness",
)


def day(distance: int) -> str:
    """Write the day that is `distance` days after the day asked about."""
    return (TODAY + timedelta(days=distance)).isoformat()


def combinations(**values: Sequence[Any]) -> Iterator[Json]:
    """Give every combination of these values of these facts."""
    names = tuple(values)
    for chosen in product(*values.values()):
        yield {name: value for name, value in zip(names, chosen, strict=True) if value is not None}


def chance(seed: int) -> Random:
    """Give chance that is the same for the same seed."""
    return Random(seed)  # noqa: S311 - test data, no secret


def by_chance(how_many: int, seed: int) -> Iterator[Json]:
    """Give whole sets of facts by chance, the same ones for the same seed."""
    random = chance(seed)
    for _ in range(how_many):
        yield random_facts(random)


def walk(cases: Iterable[Json]) -> int:
    """Take every case through `agree`; give how many there were."""
    how_many = 0
    for case in cases:
        agree(case)
        how_many += 1
    return how_many


def agree(body: Json) -> Assessment:
    """Assess these facts; fail where the independent statement says anything else or the result is not well formed."""
    told = assess(facts_of(body), TODAY, POLICY)
    expected = independent_assessment(body, TODAY)
    given = {action: (one.answer, list(one.codes)) for action, one in told.permissions.items()}
    assert (told.level, told.applies_to, told.category) == (
        expected["level"],
        expected["applies_to"],
        expected["category"],
    ), body
    assert given == {action: (one["answer"], one["codes"]) for action, one in expected["permissions"].items()}, body
    assert sorted(told.blocks) == expected["blocks"], body
    keeps_its_promises(told, body)
    return told


def keeps_its_promises(told: Assessment, body: Json) -> None:
    """Hold one result to what every result must keep (the first part of the list in `test_invariants`)."""
    assert tuple(told.permissions) == ACTIONS, body
    assert told.blocks[:4] == BASE_BLOCKS[:4], body
    places = [PLACE_OF_BLOCK[code] for code in told.blocks]
    assert places == sorted(set(places)), body
    for given in told.permissions.values():
        assert bool(given.codes) == (given.answer == "conditional"), body
        if len(given.codes) > 1:
            order = [CONDITION_CODES.index(code) for code in given.codes]
            assert order == sorted(set(order)), body
    assert KNOWN_RULES.issuperset([entry.rule for entry in told.basis]), body
    assert "accreditations" in body or len(set(told.basis)) == len(told.basis), body
    if told.level == "unverified":
        assert all(told.permissions[action].answer != "yes" for action in NEVER_YES_UNVERIFIED), body
        stolen = (body.get("vehicle") or {}).get("status") == "stolen_verified"
        assert stolen or told.permissions["search_vehicle"].answer != "yes", body
    if told.applies_to == "nobody_yet":
        assert (told.level, told.category) == ("unverified", None), body


BOTH = (None, True, False)
US_STATUS = (None, "none", "permanent_resident", "national")
AGREEMENTS = (
    None,
    *({"treated_as": category, "covers_family": covers} for category in CATEGORIES for covers in BOTH),
)
WAIVERS = tuple(
    {"scope": scope, "case_reference": case, "confirmed_by_state": confirmed}
    for scope in ("criminal", "civil", "testimony", "execution")
    for case in (None, "2026-TRN-1")
    for confirmed in BOTH
)
VEHICLES: tuple[Json | None, ...] = (
    None,
    *(
        {"registrant": registrant, "status": status}
        for registrant in (None, *REGISTRANTS)
        for status in (None, "ordinary", "stolen", "stolen_verified")
    ),
)
RECORDS = (None, "found", "not_found", "unavailable", "stale", "conflict")
CARDS = (None, "active", "expired", "lost", "stolen", "surrendered", "revoked")
TERMINATIONS = (None, "ended", "persona_non_grata", "deceased", "mission_closed")
PREMISES = (
    None, "chancery", "ambassador_residence", "residence", "consular", "annex", "organization_headquarters",
)  # fmt: skip
EFFECTIVE = (None, day(-40), day(0), day(1))
TERMINATED = (None, day(1), day(0), day(-1), day(-30), day(-31))
DEPARTED = (None, day(-35), day(0), day(1))
PERIOD_ENDS = (None, day(-1), day(0), day(1))
HOUSEHOLD = (None, day(1), day(0), day(-1), day(-30), day(-31))
AGES = (None, 0, 17, 18, 20, 21, 22, 23, 60)
RELATIONSHIPS = (None, "spouse", "child", "parent", "other")
