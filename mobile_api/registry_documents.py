"""Records as the documents of the registry pages.

Decides what a page shows of a record: its content under the names of the extract, pointers at people as handles. A held
record has its key and nothing else, and says so in `standing`.
"""

from typing import Any

from marshmallow import Schema

from lookup.identifiers import display_plate
from lookup.records import Member, Record, Vehicle, record_key
from lookup.store.protocol import Registry
from mobile_api.schemas.registry import DocumentBody, MemberBody, MissionBody, VehicleBody

_NUMBER_FIELDS = {"identity_card": "card_number", "driver_license": "license_number"}


def natural_key(record: Record) -> str:
    """Give the part of a record's key that its kind does not say."""
    return record.key.partition(":")[2]


def mission_document(record: Record) -> dict[str, Any]:
    """Describe a mission."""
    return _content(record, MissionBody) | {"handle": record.handle, "mission_id": natural_key(record)}


def member_document(registry: Registry, record: Record) -> dict[str, Any]:
    """Describe a member; `principal` is the principal's handle, null also where that one is not on record."""
    content = record.content
    document = _content(record, MemberBody) | _heading(record) | {"member_id": natural_key(record)}
    document |= {"nationality": document["nationality"] or (), "role": None, "principal": None}
    if isinstance(content, Member):
        document["role"] = "family" if content.principal_id else "principal"
        document["principal"] = _handle(registry, content.principal_id)
    return document


def vehicle_document(registry: Registry, record: Record) -> dict[str, Any]:
    """Describe a vehicle; `registrant` is the member's handle, null where it is registered to the mission."""
    plate, content = natural_key(record), record.content
    registrant = _handle(registry, content.member_id) if isinstance(content, Vehicle) else None
    names = {"plate": plate, "display": display_plate(plate), "registrant": registrant}
    return _content(record, VehicleBody) | _heading(record) | names


def document_document(record: Record) -> dict[str, Any]:
    """Describe an identity card or a driver license."""
    return _content(record, DocumentBody) | {"kind": record.kind, "number": natural_key(record)}


def _content(record: Record, schema: type[Schema]) -> dict[str, Any]:
    """Give every field of the schema that the content has under the same name, null where there is none."""
    return {name: getattr(record.content, name, None) for name in schema().fields}


def _heading(record: Record) -> dict[str, Any]:
    return {"handle": record.handle, "standing": record.standing}


def _handle(registry: Registry, member_id: str | None) -> str | None:
    found = None if member_id is None else registry.get(record_key("member", member_id))
    return None if found is None or found.deleted else found.handle
