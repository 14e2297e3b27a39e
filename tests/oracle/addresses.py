"""The expected answer to a query by address: premises, who lives there, and the blocks for entering them."""

from typing import Any

from .answer import answer
from .asking import Asking
from .assessment import assess
from .normal_form import address, is_one_letter_off
from .person_facts import UnusableError, is_in_force
from .records import Record, Values

ALWAYS = {"verify_with_state", "emergency_measures", "document_and_report", "duty_to_respect_law"}
OF_PREMISES = {"premises_consent_only", "consular_premises_fire_presumed_consent"}


def by_address(asking: Asking, asked: Values) -> dict[str, Any]:
    """Answer a query by address; premises outside their days, and held ones, are not on record."""
    wanted = address(asked["street"], asked["city"], asked["state"])
    on_record = [
        record
        for _, record in sorted(asking.registry.good["premises"].items())
        if is_in_force(record.values, asking.day, "recognized_on", "released_on")
    ]
    fitting = [record for record in on_record if _address_of(record) == wanted]
    if fitting:
        return _about_premises(asking, fitting)
    if any(_is_near(_address_of(record), wanted) for record in on_record):
        return _answer(asking, "possible_matches", ALWAYS)
    return _answer(asking, "no_record", ALWAYS | {"no_record_is_not_no_immunity"})


def _answer(asking: Asking, outcome: str, blocks: set[str], premises: Values | None = None) -> dict[str, Any]:
    return {**answer(asking, outcome, None, premises=premises), "blocks": sorted(blocks)}


def _address_of(record: Record) -> tuple[str, str, str]:
    return address(record.values["address"], record.values["city"], record.values["state"])


def _is_near(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    return one[1:] == other[1:] and is_one_letter_off(one[0], other[0])


def _about_premises(asking: Asking, all_there: list[Record]) -> dict[str, Any]:
    """The first is shown, the blocks of all apply."""
    blocks, levels = set(ALWAYS), []
    for record in all_there:
        asking.touched.append(record)
        occupant = _occupant_facts(asking, record.values.get("member_id"))
        levels.append(None if occupant is None else assess(occupant)["level"])
        mission = asking.registry.find("missions", record.values["mission_id"])
        facts: Values = dict(occupant or {}) if record.values["kind"] == "residence" else {}
        facts |= {"at": asking.day.isoformat(), "premises": record.values["kind"]}
        if mission is not None:
            asking.touched.append(mission)
            facts["mission_kind"] = mission.values["kind"]
        blocks |= set(assess(facts)["blocks"]) & OF_PREMISES
    first = all_there[0].values
    shown = {name: first[name] for name in ("premises_id", "kind", "mission_id")}
    return _answer(asking, "match", blocks, {**shown, "occupant_level": levels[0]})


def _occupant_facts(asking: Asking, member_id: str | None) -> Values | None:
    if member_id is None:
        return None
    try:
        return asking.facts_of(member_id)
    except UnusableError:
        return {"record": "conflict", "at": asking.day.isoformat()}
