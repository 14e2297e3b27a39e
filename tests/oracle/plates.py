"""The expected answer to a query by plate or vehicle number."""

from typing import Any

from . import normal_form
from .answer import answer, is_of_another_issuer, unreadable
from .asking import STANDS_FOR_NOBODY, Asking
from .person_facts import UnusableError
from .records import Record, Values


def by_plate(asking: Asking, written: str, state: str | None) -> dict[str, Any]:
    """Answer a query by plate."""
    plate = normal_form.plate(written)
    if plate is None:
        return unreadable()
    vehicle = asking.registry.find("vehicles", plate)
    is_there = vehicle is not None or asking.registry.is_held("vehicles", plate)
    if is_of_another_issuer(state):
        asking.notices.add("issuer_differs")
        return _several(asking) if is_there else _none(asking)
    if vehicle is not None:
        return _about_vehicle(asking, vehicle)
    if is_there:
        return answer(asking, "match", asking.assess(_conflict(asking.vehicle_fact(None, None))))
    return _none(asking)


def by_vin(asking: Asking, written: str) -> dict[str, Any]:
    """Answer a query by vehicle number; of several vehicles those that stand for somebody count."""
    vin = normal_form.number(written)
    if vin is None:
        return unreadable()
    all_with_it = [one for one in asking.registry.good["vehicles"].values() if one.values.get("vin") == vin]
    valid = [one for one in all_with_it if one.values["registration_status"] not in STANDS_FOR_NOBODY]
    remaining = valid or all_with_it
    if not remaining:
        return _none(asking)
    return _about_vehicle(asking, remaining[0]) if len(remaining) == 1 else _several(asking)


def _none(asking: Asking) -> dict[str, Any]:
    return answer(asking, "no_record", asking.assess({"lookup": "plate", "record": "not_found"}))


def _several(asking: Asking) -> dict[str, Any]:
    return answer(asking, "possible_matches", asking.assess({"lookup": "plate"}))


def _conflict(vehicle: Values) -> Values:
    return {"lookup": "plate", "record": "conflict", "vehicle": vehicle}


def _about_vehicle(asking: Asking, record: Record) -> dict[str, Any]:
    asking.touched.append(record)
    _notice_registration(asking, record.values)
    plate, member_id = record.values["plate"], record.values.get("member_id")
    mission = asking.registry.find("missions", record.values["mission_id"])
    if mission is not None:
        asking.touched.append(mission)  # the vehicle is shown with its mission
    vehicle = asking.vehicle_fact(record, member_id)
    if record.values["registration_status"] in STANDS_FOR_NOBODY:
        facts: Values = {"lookup": "plate", "vehicle": vehicle}
        return answer(asking, "match", asking.assess(facts), vehicle=plate)
    if member_id is None:
        facts = _conflict(vehicle) if mission is None else {"lookup": "plate", "vehicle": vehicle}
        return answer(asking, "match", asking.assess(facts), vehicle=plate)
    try:
        facts = {"lookup": "plate", "vehicle": vehicle, **asking.facts_of(member_id)}
    except UnusableError:
        return answer(asking, "match", asking.assess(_conflict(vehicle)), vehicle=plate)
    return answer(asking, "match", asking.assess(facts), vehicle=plate, person=member_id)


def _notice_registration(asking: Asking, vehicle: Values) -> None:
    status, until = vehicle["registration_status"], vehicle.get("valid_until")
    if status in STANDS_FOR_NOBODY:
        asking.notices.add("plate_not_valid")
    if status == "expired" or (status == "active" and until is not None and until < asking.day):
        asking.notices.add("registration_expired")
    if status == "suspended":
        asking.notices.add("registration_suspended")
