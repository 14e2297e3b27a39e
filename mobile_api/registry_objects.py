"""Records as the JSON objects of the registry pages.

Decides what a page shows of a record: its content under the names of the extract, pointers at people as handles. A held
record has its key and nothing else, and says so in `standing`.
"""

from typing import Any

from marshmallow import Schema

from lookup import shapes
from lookup.identifiers import display_plate
from lookup.records import Member, Mission, Premises, Record, Vehicle, record_key
from lookup.store.protocol import Registry
from mobile_api.schemas.registry import DocumentBody, MemberBody, MissionBody, PremisesBody, VehicleBody


def mission_object(record: Record) -> dict[str, Any]:
    """Describe a mission."""
    return _content(record, MissionBody) | _heading(record) | {"mission_id": record.natural_key}


def member_object(registry: Registry, record: Record) -> dict[str, Any]:
    """Describe a member; `principal` is the principal's handle, null also where that one is not on record."""
    content = record.content
    shown = _content(record, MemberBody) | _heading(record) | {"member_id": record.natural_key}
    shown |= {"nationality": shown["nationality"] or (), "role": None, "principal": None}
    if isinstance(content, Member):
        shown["role"] = "family" if content.principal_id else "principal"
        shown["principal"] = _handle(registry, content.principal_id)
    return shown


def vehicle_object(registry: Registry, record: Record) -> dict[str, Any]:
    """Describe a vehicle; `registrant` is the member's handle, null where it is registered to the mission."""
    plate, content = record.natural_key, record.content
    registrant = _handle(registry, content.member_id) if isinstance(content, Vehicle) else None
    names = {"plate": plate, "display": display_plate(plate), "registrant": registrant}
    return _content(record, VehicleBody) | _heading(record) | names


def premises_object(registry: Registry, record: Record) -> dict[str, Any]:
    """Describe premises, with the mission that they belong to."""
    shown = _content(record, PremisesBody) | _heading(record) | {"premises_id": record.natural_key}
    if isinstance(record.content, Premises):
        mission_id = record.content.mission_id
        found = registry.get(record_key("mission", mission_id))
        mission = found.content if found is not None and isinstance(found.content, Mission) else None
        shown["mission"] = shapes.mission_object(mission_id, mission)
    return shown


def document_object(record: Record) -> dict[str, Any]:
    """Describe an identity card or a driver license."""
    return _content(record, DocumentBody) | {"kind": record.kind, "number": record.natural_key}


def _content(record: Record, schema: type[Schema]) -> dict[str, Any]:
    """Give every field of the schema that the content has under the same name, null where there is none."""
    return {name: getattr(record.content, name, None) for name in schema().fields}


def _heading(record: Record) -> dict[str, Any]:
    return {"handle": record.handle, "standing": record.standing}


def _handle(registry: Registry, member_id: str | None) -> str | None:
    found = None if member_id is None else registry.get(record_key("member", member_id))
    return None if found is None or found.deleted else found.handle
