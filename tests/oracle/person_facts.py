"""From the records of a person to the facts of the law, for one day.

`person_facts` gives only what the registry says of the person: no vehicle, no circumstances but the caller's word that
State has confirmed a mission or a transit. `Unusable` is raised where a record that the facts need cannot be used.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from .assessment import assess
from .matrix import LEVELS, row_of
from .places import must_notify
from .records import Record, Registry, Values

FAR_AHEAD = timedelta(days=30)
STAYED_ON = timedelta(days=30)


class UnusableError(Exception):
    """A record that the facts need is held, is not there, or contradicts another."""


def is_in_force(values: Values, day: date, since: str = "effective_on", through: str = "ends_on") -> bool:
    """Say whether `day` is among the days of a row, the first and the last included; an empty one is open."""
    begins, ends = values.get(since), values.get(through)
    return (begins is None or begins <= day) and (ends is None or day <= ends)


def person_facts(registry: Registry, member_id: str, day: date, extra: Values, touched: list[Record]) -> Values:
    """Return the facts of a member for `day`; `extra` holds `card_status` and the caller's `state_confirmed`.

    Every record that the facts rest on is added to `touched`.
    """
    member = _usable(registry, "members", member_id, touched)
    as_principal = _facts_in_role(registry, member, member, day, extra, touched)
    if member.values.get("principal_id") is None:
        return as_principal
    principal = _usable(registry, "members", member.values["principal_id"], touched)
    if principal.values.get("principal_id") is not None:
        raise UnusableError
    as_family = _facts_in_role(registry, member, principal, day, extra, touched)
    if not member.accreditations:
        return as_family
    family, own = (LEVELS.index(assess(facts)["level"]) for facts in (as_family, as_principal))
    return as_family if family < own else as_principal


def _usable(registry: Registry, table: str, key: str, touched: list[Record]) -> Record:
    record = registry.find(table, key)
    if record is None:
        raise UnusableError
    touched.append(record)
    return record


def _facts_in_role(
    registry: Registry, member: Record, source: Record, day: date, extra: Values, touched: list[Record]
) -> Values:
    """Facts of `member` with the accreditations of `source`: their own, or those of their principal."""
    own = member.values
    facts: Values = {
        "at": day.isoformat(),
        "role": "principal" if source is member else "family",
        "us_status": own["us_status"],
        "recognized": own.get("recognized"),
        "age": age_on(own.get("date_of_birth"), day),
        "mandatory_notification_country": any(must_notify(one, own["us_status"]) for one in own["nationality"]),
        "waivers": [_waiver_fact(one) for one in member.waivers if is_in_force(one, day)],
        **extra,
    }
    if source is not member:
        facts |= {
            "relationship": own.get("relationship"),
            "household_until": _written(own.get("household_until")),
            "household_exception": own.get("household_exception"),
            "full_time_student": _is_student(own, day),
            "principal_us_status": source.values["us_status"],
        }
    accreditations = list(_accreditation_facts(registry, source, own, day, extra, touched))
    if accreditations:
        facts["accreditations"] = accreditations
    return facts


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _waiver_fact(waiver: Values) -> Values:
    case = waiver.get("case_reference")
    return {"scope": waiver["scope"], "case_reference": case, "confirmed_by_state": True}


def age_on(born: date | None, day: date) -> int | None:
    """Return whole years; who was born on 29 February completes one on 1 March where there is no such day."""
    if born is None or day < born:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _is_student(own: Values, day: date) -> bool | None:
    if own.get("full_time_student") is not True:
        return own.get("full_time_student")
    until = own.get("student_until")
    return True if until is None or until >= day else None


def _accreditation_facts(
    registry: Registry, source: Record, own: Values, day: date, extra: Values, touched: list[Record]
) -> Iterator[Values]:
    near = [one for one in source.accreditations if one["effective_on"] <= day + FAR_AHEAD]
    listed = near or source.accreditations
    missions = [_usable(registry, "missions", one["mission_id"], touched).values for one in listed]
    ends = [_end(one, mission) for one, mission in zip(listed, missions, strict=True)]
    for one, mission, (end, termination) in zip(listed, missions, ends, strict=True):
        period_ends = one.get("reasonable_period_ends_on")
        has_ended = end is not None and end < day
        moved_on = any(one["effective_on"] < other["effective_on"] <= day for other in listed)
        if has_ended and one.get("departed_on") is None and period_ends is None and moved_on:
            period_ends = end + STAYED_ON
        yield {
            "category": one["category"],
            "effective_on": _written(one["effective_on"]),
            "terminated_on": _written(end),
            "termination": termination,
            "departed_on": _written(one.get("departed_on")),
            "reasonable_period_ends_on": _written(period_ends),
            "mission_kind": mission["kind"],
            "organization": _organization(mission.get("organization")),
            "national_of_sending_state": mission.get("sending_state") in own["nationality"],
            "agreement": _agreement(registry, mission.get("sending_state"), one["category"], day, touched),
            "state_confirmed": bool(one.get("state_confirmed") or extra.get("state_confirmed")),
        }


def _end(accreditation: Values, mission: Values) -> tuple[Any, Any]:
    """The end of the functions: a mission's end ends them, unless their own came earlier or on the same day."""
    own, closed = accreditation.get("terminated_on"), mission.get("terminated_on")
    if closed is not None and closed < accreditation["effective_on"]:
        raise UnusableError
    if closed is not None and (own is None or closed < own):
        return closed, "mission_closed"
    return own, accreditation.get("termination")


def _organization(name: str | None) -> str | None:
    if name is None:
        return None
    return name.lower() if name.lower() in ("un", "oas") else "other"


def _agreement(
    registry: Registry, sending_state: str | None, category: str, day: date, touched: list[Record]
) -> Values | None:
    """Of several in force: the highest level for a principal, then one that covers family, then the smallest id."""
    fitting = [
        record
        for record in registry.good["agreements"].values()
        if record.values["sending_state"] == sending_state
        and record.values["category"] == category
        and is_in_force(record.values, day)
    ]
    if not fitting:
        return None
    best = min(fitting, key=_rank_of_agreement)
    touched.append(best)
    return {"treated_as": best.values["treated_as"], "covers_family": best.values.get("covers_family", False)}


def _rank_of_agreement(record: Record) -> tuple[int, bool, str]:
    values = record.values
    level = row_of(values["treated_as"], "principal").level
    return LEVELS.index(level), not values.get("covers_family", False), values["agreement_id"]
