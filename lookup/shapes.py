"""Records as JSON objects: the vehicle, person, mission, document and premises of answers and registry pages.

Decides the names and order of their fields. A held record shows its key and nothing else.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from lookup.identifiers import display_plate
from lookup.records import DriverLicense, IdentityCard, Member, Mission, Premises, Record, Vehicle


def day_text(day: date | None) -> str | None:
    """Write a day as `YYYY-MM-DD`."""
    return None if day is None else day.isoformat()


def mission_object(mission_id: str, mission: Mission | None) -> dict[str, Any]:
    """Give a mission as it stands beside a vehicle or a person; of one that cannot be used, only its id."""
    return {
        "mission_id": mission_id,
        "name": mission and mission.name,
        "kind": mission and mission.kind,
        "sending_state": mission and mission.sending_state,
        "organization": mission and mission.organization,
    }


def vehicle_object(record: Record, mission: dict[str, Any] | None) -> dict[str, Any]:
    """Give a vehicle; of a held one only the plate."""
    plate = record.natural_key
    vehicle = record.content
    known = vehicle if isinstance(vehicle, Vehicle) else None
    return {
        "handle": record.handle,
        "plate": plate,
        "display": display_plate(plate),
        "make": known and known.make,
        "model": known and known.model,
        "color": known and known.color,
        "year": known and known.year,
        "vin": known and known.vin,
        "registration_status": known and known.registration_status,
        "valid_until": known and day_text(known.valid_until),
        "mission": mission,
    }


def person_name(member: Member) -> str:
    """Give a member's name as it is read out: given names first."""
    return f"{member.given_names} {member.family_name}" if member.given_names else member.family_name


def person_object(
    record: Record,
    member: Member,
    role: str,
    title: str | None,
    mission: dict[str, Any] | None,
    documents: Iterable[Record],
) -> dict[str, Any]:
    """Give a person with the mission and title that the answer rests on, and the documents on record."""
    return {
        "handle": record.handle,
        "member_id": member.member_id,
        "name": person_name(member),
        "date_of_birth": day_text(member.date_of_birth),
        "role": role,
        "title": title,
        "mission": mission,
        "documents": [document for found in documents if (document := document_object(found)) is not None],
    }


def document_object(record: Record) -> dict[str, Any] | None:
    """Give an identity card or driver license; None for a held one."""
    document = record.content
    if not isinstance(document, IdentityCard | DriverLicense):
        return None
    return {
        "kind": record.kind,
        "number": record.natural_key,
        "status": document.status,
        "expires_on": day_text(document.expires_on),
    }


def premises_object(
    record: Record, premises: Premises, mission: dict[str, Any], occupant_level: str | None
) -> dict[str, Any]:
    """Give premises; `occupant_level` is None where no member is named."""
    return {
        "handle": record.handle,
        "premises_id": premises.premises_id,
        "kind": premises.kind,
        "address": premises.address,
        "city": premises.city,
        "state": premises.state,
        "mission": mission,
        "occupant_level": occupant_level,
    }
