"""Questions to an invented registry, of every kind and about every kind of answer, made from its own records."""

from collections.abc import Iterator
from typing import Any

from lookup.records import KINDS, DriverLicense, IdentityCard, Member, Premises, Record, Vehicle
from lookup.store.paging import find_all
from lookup.store.protocol import Registry
from lookup.terms import member_term

Body = dict[str, Any]

PAST = "2024-02-29T12:00:00Z"
"""A day on which some had not come yet and others had not left."""

SITUATIONS: tuple[Body, ...] = (
    {},
    {"at": PAST},
    {"circumstances": {"offense": "felony", "warrant": True, "situation": "dui"}},
    {"circumstances": {"state_confirmed": True, "arrest_contemplated": True}},
)


def questions(registry: Registry, each: int) -> Iterator[Body]:
    """Give questions about every `each`th record of each kind."""
    for kind in KINDS:
        for number, record in enumerate(registry.scan(kind)[::each]):
            for body in about(registry, record):
                yield body | _situation(body, number)


def about(registry: Registry, record: Record) -> Iterator[Body]:
    """Give the questions that a record answers, and near ones."""
    content = record.content
    match content:
        case Vehicle():
            yield from _of_vehicle(content)
        case IdentityCard() | DriverLicense():
            yield from _of_document(record)
        case Member():
            yield from _of_member(registry, content)
        case Premises():
            address = {"street": content.address, "city": content.city, "state": content.state}
            yield {"address": address}
            yield {"address": address | {"street": content.address + "X"}}
            yield {"address": address | {"city": "Nowhere"}}
        case _:
            yield {"plate": "".join(filter(str.isalnum, record.natural_key))[:10] or "X"}


def _of_vehicle(vehicle: Vehicle) -> Iterator[Body]:
    yield {"plate": vehicle.plate}
    yield {"plate": vehicle.plate, "state": "VA"}
    yield {"plate": vehicle.plate[:-1] + ("B" if vehicle.plate[-1] == "8" else "8")}
    yield {"plate": vehicle.plate[::-1]}
    if vehicle.vin:
        yield {"vin": vehicle.vin}


def _of_document(record: Record) -> Iterator[Body]:
    yield {"document": {"number": record.natural_key}}
    yield {"document": {"number": record.natural_key, "kind": "driver_license"}}
    yield {"document": {"number": record.natural_key}, "state": "MD"}
    yield {"document": {"number": record.natural_key + "9"}}


def _of_member(registry: Registry, member: Member) -> Iterator[Body]:
    yield {"member_id": member.member_id}
    yield {"member_id": member.member_id + "9"}
    for vehicle in list(find_all(registry, member_term(member.member_id), "vehicle"))[:1]:
        yield {"member_id": member.member_id, "circumstances": {"driver_of": vehicle.natural_key, "bag": True}}
    if member.date_of_birth is not None:
        person = {"family_name": member.family_name, "date_of_birth": member.date_of_birth.isoformat()}
        yield {"person": person | {"given_names": member.given_names}}
        yield {"person": person | {"given_names": "Zebediah"}}
        yield {"person": person | {"family_name": member.family_name + "q"}}
        yield {"person": person | {"date_of_birth": "1901-02-03"}}


def _situation(body: Body, number: int) -> Body:
    return {} if "circumstances" in body else SITUATIONS[number % len(SITUATIONS)]
