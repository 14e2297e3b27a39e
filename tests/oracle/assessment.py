"""Facts in, assessment out: the steps of the law in their order, as plainly as they can be written.

Takes the JSON object of an assessment request, returns level, whom it is about, category, the seven answers with their
codes, and the codes of all guidance blocks. It neither validates (see `refusals`) nor explains.
"""

from datetime import date
from typing import Any

from .blocks import Result, blocks_of
from .dates import apply_dates_step
from .family import apply_family_step
from .identification import accreditations_of, applies_to, stops
from .matrix import ACTIONS, CODES, LEVELS, NO, UNVERIFIED, YES, Answer, Answers, conditional, row_of
from .principals import apply_agreement_step, apply_us_person_step
from .refusals import refusals
from .standing import Standing
from .vehicle_search import search_of
from .waivers import apply_waivers

__all__ = ["assess", "refusals"]

CONFIRMED_BY_STATE_ONLY = ("special_mission_member", "diplomat_in_transit")
PERSONAL_ACTIONS = ("arrest_or_detain", "enter_residence", "subpoena_as_witness", "prosecute", "search_person")


def assess(facts: dict[str, Any], today: date | None = None) -> dict[str, Any]:
    """Return level, applies_to, category, permissions and sorted blocks; `today` is needed where `at` is missing."""
    at = date.fromisoformat(facts["at"]) if facts.get("at") is not None else today
    if at is None:
        raise ValueError("say `at` in the facts, or give today")
    result = _decide(facts, at)
    return {
        "level": result.level,
        "applies_to": result.applies_to,
        "category": _category(result),
        "permissions": {action: _written(result.answers[action]) for action in ACTIONS},
        "blocks": sorted(blocks_of(result)),
    }


def _written(answer: Answer) -> dict[str, Any]:
    return {"answer": answer[0], "codes": [code for code in CODES if code in answer[1]]}


def _category(result: Result) -> str | None:
    """The registry's category: of several, of the first with the highest level; where step 0 stops, of the first."""
    if result.applies_to == "nobody_yet":
        return None
    if result.stopped:
        category = result.accreditations[0].get("category")
        return None if category is None else str(category)
    return result.governing[0].category


def _decide(facts: dict[str, Any], at: date) -> Result:
    result = Result(facts, accreditations_of(facts), applies_to(facts), stops(facts), UNVERIFIED.level)
    result.answers = dict(UNVERIFIED.answers)
    if not result.stopped:
        result.standings = [standing_of(facts, one, at) for one in result.accreditations]
        result.level = min((one.level for one in result.standings), key=LEVELS.index)
        result.governing = [one for one in result.standings if one.level == result.level]
        result.answers = {a: most_protective([one.answers[a] for one in result.standings]) for a in ACTIONS}
        apply_waivers(result.level, result.answers, facts.get("waivers") or [])
    result.search_before_vehicle = result.answers["search_vehicle"]
    if facts.get("vehicle") is not None:
        result.answers["search_vehicle"], result.vehicle_rule = search_of(
            facts["vehicle"], facts.get("lookup") or "person", result.level, result.search_before_vehicle
        )
    if result.applies_to == "registrant" and result.level != "unverified":
        _ask_for_the_driver(result.answers)
    if facts.get("bag"):
        for action in ("search_vehicle", "search_person"):
            if result.answers[action] == YES:
                result.answers[action] = conditional("except_archives_and_bag")
    return result


def standing_of(facts: dict[str, Any], accreditation: dict[str, Any], at: date) -> Standing:
    """Apply steps 1 and 3 to 7 to one accreditation."""
    role = facts.get("role") or "principal"
    category = accreditation.get("category")
    row = UNVERIFIED if category is None else row_of(category, role)
    if category in CONFIRMED_BY_STATE_ONLY and not accreditation.get("state_confirmed"):
        row = UNVERIFIED
    standing = Standing(category, row.level, dict(row.answers))
    if category is not None and role == "family":
        category_of_row = apply_agreement_step(standing, facts, accreditation, role)
        apply_family_step(standing, facts, category_of_row, at)
    elif category is not None:
        apply_us_person_step(standing, facts)
        apply_agreement_step(standing, facts, accreditation, role)
    apply_dates_step(standing, accreditation, role, at)
    _ask_for_felony_and_warrant(standing, facts)
    return standing


def _ask_for_felony_and_warrant(standing: Standing, facts: dict[str, Any]) -> None:
    """Step 7: decided only where the query gives both the offense and whether there is a warrant."""
    if standing.answers["arrest_or_detain"] != conditional("felony_and_warrant"):
        return
    standing.felony_and_warrant_found = True
    offense, warrant = facts.get("offense"), facts.get("warrant")
    if offense is not None and warrant is not None:
        standing.answers["arrest_or_detain"] = YES if offense == "felony" and warrant is True else NO


def most_protective(answers: list[Answer]) -> Answer:
    """Step 2, action by action: no before conditional before yes; several conditions all hold together."""
    if NO in answers:
        return NO
    codes = frozenset[str]().union(*(answer[1] for answer in answers))
    return conditional(*codes) if codes else YES


def _ask_for_the_driver(answers: Answers) -> None:
    """Step 10: a plate tells about the registrant; the driver is somebody else until shown to be the same."""
    for action in PERSONAL_ACTIONS:
        if answers[action] != NO:
            answers[action] = conditional("identify_driver_first")
