"""Which records a query means: one, several that look alike, or none.

Decides the outcome and nothing about immunity. A person is met only by member id, document, or a name and date of
birth that fit exactly one record; a plate only by its exact normal form. Whatever is merely near is a candidate for
the caller to choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lookup.addresses import Address, address_nearness, address_words, read_address
from lookup.facts_of_records import NOBODYS_REGISTRATIONS
from lookup.lookalikes import Candidate, candidates
from lookup.member_documents import DOCUMENT_KINDS
from lookup.names import AskedPerson, person_fits, person_nearness
from lookup.queries import Query
from lookup.records import DriverLicense, IdentityCard, Member, Premises, Record, Vehicle, record_key
from lookup.store.paging import find_all
from lookup.store.protocol import Registry
from lookup.terms import address_term, born_term, name_term, vin_term

Outcome = Literal["match", "possible_matches", "no_record"]

CANDIDATE_LIMIT = 10
"""Candidates that an answer holds at most: more than a person can compare at the roadside."""

_ADDRESS_SCAN = 500
"""Premises that share a word with the address and are compared with it, those that share most first. What is found by
words is a hint and never the whole: whether an address is on record, its exact term says."""


@dataclass(frozen=True, slots=True)
class NearRecord:
    """A record that is near what was asked, with why and how near, 0 to 1."""

    record: Record
    because: str
    score: float


@dataclass(frozen=True, slots=True)
class Identification:
    """What a query means. With `match` one of `vehicle`, `document`, `member` or `premises` is filled; a held record
    has no content.

    `gone` are records of what was asked that stand for nothing now: deletions of the registry's source, and premises
    on another day.
    """

    outcome: Outcome
    vehicle: Record | None = None
    document: Record | None = None
    member: Record | None = None
    premises: tuple[Record, ...] = ()
    plates: tuple[Candidate, ...] = ()
    near: tuple[NearRecord, ...] = ()
    gone: tuple[Record, ...] = ()


def identify(query: Query, registry: Registry, day: date) -> Identification:
    """Find what a query means. The day asked about counts for premises alone: the others are on record or not."""
    match query.kind:
        case "plate":
            return _plate(query, registry)
        case "vin":
            return _vin(query, registry)
        case "member_id":
            return _member_id(query, registry)
        case "document":
            return _document(query, registry)
        case "person":
            return _person(query, registry)
        case "address":
            return _address(query, registry, day)


def _plate(query: Query, registry: Registry) -> Identification:
    record = registry.get(record_key("vehicle", query.normalized))
    if not query.asks_department:
        return _of_another_issuer([record])
    if record is not None and not record.deleted:
        return Identification("match", vehicle=record)
    near = candidates(query.normalized, registry, CANDIDATE_LIMIT)
    return Identification("no_record", plates=tuple(near), gone=_met([record]))


def _vin(query: Query, registry: Registry) -> Identification:
    records = list(find_all(registry, vin_term(query.normalized), "vehicle"))
    valid = [record for record in records if not _registration_is_nobodys(record)] or records
    if not valid:
        return Identification("no_record")
    if len(valid) == 1:
        return Identification("match", vehicle=valid[0])
    return Identification("possible_matches", near=_all_fit(valid, "has this vehicle number"))


def _registration_is_nobodys(record: Record) -> bool:
    return isinstance(record.content, Vehicle) and record.content.registration_status in NOBODYS_REGISTRATIONS


def _member_id(query: Query, registry: Registry) -> Identification:
    record = registry.get(record_key("member", query.normalized))
    if record is None or record.deleted:
        return Identification("no_record", gone=_met([record]))
    return Identification("match", member=record)


def _document(query: Query, registry: Registry) -> Identification:
    kinds = DOCUMENT_KINDS if query.document_kind is None else (query.document_kind,)
    found = [registry.get(record_key(kind, query.normalized)) for kind in kinds]
    if not query.asks_department:
        return _of_another_issuer(found)
    live = _live(found)
    if not live:
        return Identification("no_record", gone=_met(found))
    holders = {_holder(record) for record in live}
    if len(holders) > 1:
        return Identification("possible_matches", near=_all_fit(live, "has this number"))
    return Identification("match", document=live[0])


def _holder(record: Record) -> str | None:
    """Give the member a document belongs to; None for a held one, of which it is not known."""
    return record.content.member_id if isinstance(record.content, IdentityCard | DriverLicense) else None


def _met(found: Sequence[Record | None]) -> tuple[Record, ...]:
    return tuple(record for record in found if record is not None)


def _live(found: Sequence[Record | None]) -> list[Record]:
    return [record for record in _met(found) if not record.deleted]


def _of_another_issuer(found: Sequence[Record | None]) -> Identification:
    """Another issuer's plate or document is not ours; ours with the same characters is only a candidate."""
    same = _live(found)
    if not same:
        return Identification("no_record")
    return Identification("possible_matches", near=_all_fit(same, "same characters, issued by the Department of State"))


def _all_fit(records: Sequence[Record], because: str) -> tuple[NearRecord, ...]:
    return tuple(NearRecord(record, because, 1.0) for record in records[:CANDIDATE_LIMIT])


def _person(query: Query, registry: Registry) -> Identification:
    asked = query.person
    assert asked is not None  # noqa: S101 - for the type checker: a query of this kind has it
    named = find_all(registry, name_term(asked.family_name, asked.date_of_birth), "member")
    fits = [record for record in named if isinstance(record.content, Member) and person_fits(record.content, asked)]
    if len(fits) == 1:
        return Identification("match", member=fits[0])
    if fits:
        return Identification("possible_matches", near=_all_fit(fits, "same name and date of birth"))
    near = _near_people(registry, asked)
    return Identification("possible_matches" if near else "no_record", near=near)


def _near_people(registry: Registry, asked: AskedPerson) -> tuple[NearRecord, ...]:
    near = []
    for record in find_all(registry, born_term(asked.date_of_birth), "member"):
        if isinstance(record.content, Member) and (nearness := person_nearness(record.content, asked)) is not None:
            near.append(NearRecord(record, nearness[1], nearness[0]))
    return _best(near)


def _address(query: Query, registry: Registry, day: date) -> Identification:
    found = list(find_all(registry, address_term(query.normalized), "premises"))
    here = tuple(record for record in found if _on_record(record, day))
    if here:
        return Identification("match", premises=here)
    near = _near_addresses(query, registry, day)
    return Identification("possible_matches" if near else "no_record", near=near, gone=tuple(found))


def _on_record(record: Record, day: date) -> bool:
    """Premises count from their first to their last day, both included."""
    premises = record.content
    if not isinstance(premises, Premises):
        return False
    begun = premises.recognized_on is None or premises.recognized_on <= day
    return begun and (premises.released_on is None or day <= premises.released_on)


def _near_addresses(query: Query, registry: Registry, day: date) -> tuple[NearRecord, ...]:
    words = [f"a:{word}" for word in address_words(f"{query.given['street']} {query.given['city']}")]
    asked = read_address(query.given["street"], query.given["city"], query.given["state"])
    near = []
    for record in registry.find_words(words, _ADDRESS_SCAN):
        if _on_record(record, day) and (nearness := _nearness(asked, record)) is not None:
            near.append(NearRecord(record, nearness[1], nearness[0]))
    return _best(near)


def _nearness(asked: Address, record: Record) -> tuple[float, str] | None:
    premises = record.content
    if not isinstance(premises, Premises):
        return None
    return address_nearness(asked, read_address(premises.address, premises.city, premises.state))


def _best(near: list[NearRecord]) -> tuple[NearRecord, ...]:
    return tuple(sorted(near, key=lambda one: (-one.score, one.record.key))[:CANDIDATE_LIMIT])
