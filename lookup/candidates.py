"""Candidates of an answer: what is near, with what tells it apart, and never with a level.

Decides the shape of a candidate of each kind. The caller picks one and asks again.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from lookup.identifiers import display_plate
from lookup.identify import Identification, NearRecord
from lookup.lookalikes import Candidate
from lookup.records import DriverLicense, IdentityCard, Member, Mission, Premises, Record, record_key
from lookup.shapes import day_text, document_object, mission_object, person_name, premises_object, vehicle_object

Get: TypeAlias = Callable[[str], Record | None]
"""Gives the record of a key."""


def candidate_objects(found: Identification, get: Get) -> list[dict[str, Any]]:
    """Give the `candidates` of an answer, best first; whose document and whose premises they are, `get` knows."""
    return [_plate(candidate) for candidate in found.plates] + [_near(near, get) for near in found.near]


def _plate(candidate: Candidate) -> dict[str, Any]:
    miss = candidate.near_miss
    return {
        "plate": miss.plate,
        "display": display_plate(miss.plate),
        "differs_at": list(miss.differs_at),
        "because": miss.because,
        "score": miss.score,
        "vehicle": _vehicle_alone(candidate.record),
    }


def _vehicle_alone(record: Record) -> dict[str, Any]:
    """What can be seen on the vehicle itself, to compare."""
    return {name: value for name, value in vehicle_object(record, None).items() if name != "mission"}


def _near(near: NearRecord, get: Get) -> dict[str, Any]:
    return _described(near.record, get) | {"because": near.because, "score": near.score}


def _described(record: Record, get: Get) -> dict[str, Any]:
    content = record.content
    if record.kind == "vehicle":
        plate = record.natural_key
        return {"plate": plate, "display": display_plate(plate), "differs_at": [], "vehicle": _vehicle_alone(record)}
    if isinstance(content, Member):
        return {"person": _person(record, content)}
    if isinstance(content, IdentityCard | DriverLicense):
        holder = get(record_key("member", content.member_id))
        person = None
        if holder is not None and isinstance(holder.content, Member):
            person = _person(holder, holder.content)
        return {"document": document_object(record), "person": person}
    if isinstance(content, Premises):
        found = get(record_key("mission", content.mission_id))
        known = found.content if found is not None and isinstance(found.content, Mission) else None
        return {"premises": premises_object(record, content, mission_object(content.mission_id, known), None)}
    return {"document": {"kind": record.kind, "number": record.natural_key, "status": None, "expires_on": None}}


def _person(record: Record, member: Member) -> dict[str, Any]:
    """What tells one person from another."""
    return {
        "handle": record.handle,
        "member_id": member.member_id,
        "name": person_name(member),
        "date_of_birth": day_text(member.date_of_birth),
        "sex": member.sex,
        "nationality": list(member.nationality),
    }
