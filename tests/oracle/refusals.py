"""Which facts an assessment refuses, by JSON pointer: unknown keys, unknown values, impossible combinations.

A null is a missing fact and never refused. Facts that do not bear on the result are accepted.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from .matrix import MATRIX
from .vehicle_search import CONSULAR_POSTS, MEMBERS, PROTECTED_MISSIONS

Check = Callable[[Any, str], Iterator[str]]


def _one_of(*values: str) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str) or value not in values:
            yield pointer

    return check


def _boolean(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield pointer


def _text(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield pointer


def _age(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        yield pointer


def is_day(value: Any) -> bool:
    """Say whether `value` is a day that exists, written as YYYY-MM-DD."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _day(value: Any, pointer: str) -> Iterator[str]:
    if not is_day(value):
        yield pointer


def _object(checks: dict[str, Check]) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield pointer
            return
        for key, part in value.items():
            inner = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if key not in checks:
                yield inner
            elif part is not None:
                yield from checks[key](part, inner)
        if _ends_before_it_begins(value):
            yield f"{pointer}/terminated_on"

    return check


def _list(each: Check) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield pointer
            return
        for position, part in enumerate(value):
            yield from each(part, f"{pointer}/{position}")

    return check


def _ends_before_it_begins(value: dict[str, Any]) -> bool:
    begins, ends = value.get("effective_on"), value.get("terminated_on")
    return is_day(begins) and is_day(ends) and str(ends) < str(begins)


US_STATUS = _one_of("none", "permanent_resident", "national")
AGREEMENT = _object({"treated_as": _one_of(*MATRIX), "covers_family": _boolean})
OF_AN_ACCREDITATION: dict[str, Check] = {
    "category": _one_of(*MATRIX),
    "effective_on": _day,
    "terminated_on": _day,
    "termination": _one_of("ended", "persona_non_grata", "deceased", "mission_closed"),
    "departed_on": _day,
    "reasonable_period_ends_on": _day,
    "mission_kind": _one_of(*CONSULAR_POSTS, *PROTECTED_MISSIONS),
    "organization": _one_of("un", "oas", "other"),
    "agreement": AGREEMENT,
    "national_of_sending_state": _boolean,
    "state_confirmed": _boolean,
}
VEHICLE = {
    "registrant": _one_of(*CONSULAR_POSTS, *PROTECTED_MISSIONS, *MEMBERS, "rental", "third_party", "unknown"),
    "status": _one_of("ordinary", "stolen", "stolen_verified"),
    "obstructing": _boolean,
}
WAIVER = {
    "scope": _one_of("criminal", "civil", "testimony", "execution"),
    "case_reference": _text,
    "confirmed_by_state": _boolean,
}
FACTS = _object(
    {
        **OF_AN_ACCREDITATION,
        "record": _one_of("found", "not_found", "unavailable", "stale", "conflict"),
        "lookup": _one_of("person", "plate"),
        "at": _day,
        "role": _one_of("principal", "family"),
        "relationship": _one_of("spouse", "child", "parent", "other"),
        "age": _age,
        "full_time_student": _boolean,
        "household_exception": _boolean,
        "household_until": _day,
        "recognized": _boolean,
        "us_status": US_STATUS,
        "principal_us_status": US_STATUS,
        "mandatory_notification_country": _boolean,
        "accreditations": _list(_object(OF_AN_ACCREDITATION)),
        "waivers": _list(_object(WAIVER)),
        "card_status": _one_of("active", "expired", "lost", "stolen", "surrendered", "revoked"),
        "vehicle": _object(VEHICLE),
        "premises": _one_of(
            "chancery", "ambassador_residence", "residence", "consular", "annex", "organization_headquarters"
        ),
        "bag": _boolean,
        "offense": _one_of("infraction", "misdemeanor", "felony"),
        "warrant": _boolean,
        "arrest_contemplated": _boolean,
        "situation": _one_of("dui", "domestic_violence", "fire"),
    }
)
NOT_BESIDE_ACCREDITATIONS = (
    "category",
    "effective_on",
    "terminated_on",
    "termination",
    "departed_on",
    "reasonable_period_ends_on",
)


def refusals(facts: Any) -> set[str]:
    """Return the JSON pointers of everything that is refused; empty where the facts can be assessed."""
    refused = set(FACTS(facts, ""))
    if not isinstance(facts, dict):
        return refused
    if facts.get("role") in (None, "principal") and facts.get("relationship") is not None:
        refused.add("/relationship")
    if facts.get("accreditations") is not None:
        if facts["accreditations"] == []:
            refused.add("/accreditations")
        refused |= {f"/{name}" for name in NOT_BESIDE_ACCREDITATIONS if facts.get(name) is not None}
    return refused
