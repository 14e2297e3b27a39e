"""One query: what a caller asks, read strictly and brought into normal form.

Decides what a body may hold and refuses the rest with its pointer. Does not look anything up. The shape is that of
docs/interface.md, lookups.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, get_args

from marshmallow import ValidationError, fields, validate

from lookup.addresses import normalize_address
from lookup.errors import FieldFault, InvalidRequest, PlateNotReadable
from lookup.fields import Day, Flag, Moment, StrictBody, Text, faults_of, one_of
from lookup.identifiers import (
    Reading,
    UnreadableIdentifier,
    display_plate,
    normalize_document_number,
    normalize_member_id,
    normalize_plate,
    normalize_vin,
    read_plate,
)
from lookup.json_text import written
from lookup.law import terms as words
from lookup.names import AskedPerson, fold_name
from lookup.places import COUNTRIES, US_STATES

QueryKind = Literal["plate", "vin", "member_id", "document", "person", "address"]
QUERY_KINDS: tuple[QueryKind, ...] = get_args(QueryKind)

DocumentKind = Literal["identity_card", "driver_license"]

Purpose = Literal["C", "F", "E", "D", "J", "S"]
"""CJIS purpose codes: criminal justice, firearms, employment, domestic violence, criminal-justice employment, national
security."""

DEPARTMENT = "US"
"""As an issuer, `US` is the Department of State, not the country."""

_OLD_STATE_CODES = {"NB": "NE", "GM": "GU"}
"""Older switches write these for Nebraska and Guam."""

PLATES_REMEMBERED = 4096
"""Plain questions about a plate that one process keeps as read: cameras and patrols ask the same ones again, and
reading one costs a tenth of its answer. At about 1 kB each this is 4 MB."""

_SUBDIVISION = re.compile(r"(?P<country>[A-Z]{2})-(?P<part>[A-Z0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts of the moment that the registry cannot know, on the caller's word. `driver_of` is a plate in normal
    form."""

    offense: words.Offense | None = None
    warrant: bool | None = None
    situation: words.Situation | None = None
    arrest_contemplated: bool | None = None
    state_confirmed: bool | None = None
    bag: bool | None = None
    vehicle_obstructing: bool | None = None
    vehicle_stolen_confirmed: bool | None = None
    driver_of: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. `given` is what the caller wrote; `normalized` is the form that is compared.

    `reading` is how a plate of the grammar reads. `issuer` is None or `US` for the Department of State, else an ISO
    3166-2 code. `at` None means now. `person` is filled for that kind only. `text` is the `query` object of an answer
    as JSON.
    """

    kind: QueryKind
    given: Any
    normalized: Any
    reading: Reading | None = None
    issuer: str | None = None
    document_kind: DocumentKind | None = None
    person: AskedPerson | None = None
    purpose: Purpose = "C"
    purpose_defaulted: bool = True
    reference: str | None = None
    requestor: str | None = None
    at: datetime | None = None
    circumstances: Circumstances = Circumstances()
    text: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Write the `query` object once: a query may be answered many times."""
        object.__setattr__(self, "text", written(self._document()).encode())

    @property
    def asks_department(self) -> bool:
        """Whether the plate or document is taken as the Department's own."""
        return self.issuer in (None, DEPARTMENT)

    def _document(self) -> dict[str, Any]:
        reading = self.reading
        return {
            "kind": self.kind,
            "given": self.given,
            "normalized": self.normalized,
            "display": display_plate(self.normalized) if self.kind == "plate" else self.normalized,
            "reading": None
            if reading is None
            else {
                "series": reading.series,
                "status_letter": reading.status_letter,
                "mission_code": reading.mission_code,
                "serial": reading.serial,
            },
        }


class DocumentBody(StrictBody):
    """A document by its number."""

    number = Text(required=True)
    kind = one_of(DocumentKind)


class PersonBody(StrictBody):
    """A person by name and date of birth."""

    family_name = Text(required=True, validate=validate.Length(1, 200))
    given_names = Text(allow_none=True, validate=validate.Length(max=200))
    date_of_birth = Day(required=True)


class AddressBody(StrictBody):
    """Premises by their address."""

    street = Text(required=True, validate=validate.Length(1, 200))
    city = Text(required=True, validate=validate.Length(1, 100))
    state = Text(required=True, validate=validate.Length(1, 50))


class CircumstancesBody(StrictBody):
    """The facts of the moment."""

    offense = one_of(words.Offense)
    warrant = Flag(allow_none=True)
    situation = one_of(words.Situation)
    arrest_contemplated = Flag(allow_none=True)
    state_confirmed = Flag(allow_none=True)
    bag = Flag(allow_none=True)
    vehicle_obstructing = Flag(allow_none=True)
    vehicle_stolen_confirmed = Flag(allow_none=True)
    driver_of = Text(allow_none=True)


class LookupBody(StrictBody):
    """The body of a lookup: exactly one of the six things that can be asked, and what belongs to it."""

    plate = Text()
    vin = Text()
    member_id = Text()
    document = fields.Nested(DocumentBody)
    person = fields.Nested(PersonBody)
    address = fields.Nested(AddressBody)
    state = Text(allow_none=True)
    purpose = one_of(Purpose)
    reference = Text(allow_none=True, validate=validate.Length(max=64))
    requestor = Text(allow_none=True, validate=validate.Length(max=30))
    at = Moment(allow_none=True)
    circumstances = fields.Nested(CircumstancesBody, allow_none=True)


_SCHEMA = LookupBody()


def read_query(body: object) -> Query:
    """Read the body of a lookup. Raises `PlateNotReadable` or `InvalidRequest`, with the pointer of every fault."""
    if not isinstance(body, dict):
        raise InvalidRequest([FieldFault("", "Write a JSON object with one query.")])
    if len(body) == 1 and isinstance(plate := body.get("plate"), str):
        return _plain_query(plate)
    data = _load(body)
    kind = _kind(data)
    purpose = data.get("purpose")
    return Query(
        kind=kind,
        given=body[kind]["number"] if kind == "document" else body[kind],
        issuer=_issuer(data.get("state"), kind),
        purpose=purpose or "C",
        purpose_defaulted=purpose is None,
        reference=data.get("reference"),
        requestor=data.get("requestor"),
        at=data.get("at"),
        circumstances=_circumstances(data.get("circumstances") or {}, kind),
        **_READERS[kind](data[kind]),
    )


@lru_cache(maxsize=PLATES_REMEMBERED)
def _plain_query(plate: str) -> Query:
    """Read a plate alone, as a camera or a patrol car asks it: plainly right, so the schema has nothing to find."""
    return Query(kind="plate", given=plate, **_read_plate(plate))


def _load(body: dict[str, Any]) -> Mapping[str, Any]:
    try:
        data: Mapping[str, Any] = _SCHEMA.load(body)
    except ValidationError as error:
        raise InvalidRequest(faults_of(error.messages)) from None
    return data


def _kind(data: Mapping[str, Any]) -> QueryKind:
    kinds = [kind for kind in QUERY_KINDS if kind in data]
    if not kinds:
        raise InvalidRequest([FieldFault("", f"Ask for one of: {', '.join(QUERY_KINDS)}.")])
    if len(kinds) > 1:
        raise InvalidRequest([FieldFault(f"/{kind}", "Ask one thing at a time.") for kind in kinds[1:]])
    return kinds[0]


def _read_plate(plate: str) -> dict[str, Any]:
    normal = _normal(normalize_plate, plate, "/plate")
    return {"normalized": normal, "reading": read_plate(normal)}


def _read_vin(vin: str) -> dict[str, Any]:
    return {"normalized": _normal(normalize_vin, vin, "/vin")}


def _read_member_id(member_id: str) -> dict[str, Any]:
    return {"normalized": _normal(normalize_member_id, member_id, "/member_id")}


def _read_document(document: Mapping[str, Any]) -> dict[str, Any]:
    number = _normal(normalize_document_number, document["number"], "/document/number")
    return {"normalized": number, "document_kind": document.get("kind")}


def _read_person(person: Mapping[str, Any]) -> dict[str, Any]:
    family_name, given_names = fold_name(person["family_name"]), fold_name(person.get("given_names") or "")
    if not family_name:
        raise InvalidRequest([FieldFault("/person/family_name", "Give a name that holds letters.")])
    born: date = person["date_of_birth"]
    return {
        "normalized": {
            "family_name": family_name,
            "given_names": given_names or None,
            "date_of_birth": born.isoformat(),
        },
        "person": AskedPerson(person["family_name"], born, person.get("given_names")),
    }


def _read_address(address: Mapping[str, str]) -> dict[str, Any]:
    faults = [
        FieldFault(f"/address/{name}", "Give letters or digits.")
        for name, text in address.items()
        if not fold_name(text)
    ]
    if faults:
        raise InvalidRequest(faults)
    return {"normalized": normalize_address(address["street"], address["city"], address["state"])}


_READERS: Mapping[QueryKind, Callable[[Any], dict[str, Any]]] = {
    "plate": _read_plate,
    "vin": _read_vin,
    "member_id": _read_member_id,
    "document": _read_document,
    "person": _read_person,
    "address": _read_address,
}


def _normal(normalize: Callable[[str], str], text: str, pointer: str) -> str:
    try:
        return normalize(text)
    except UnreadableIdentifier as error:
        kind_of_error = PlateNotReadable if normalize is normalize_plate else InvalidRequest
        raise kind_of_error([FieldFault(pointer, error.detail)]) from None


def _issuer(state: str | None, kind: QueryKind) -> str | None:
    """Give the issuer as an ISO 3166-2 code, or `US` for the Department."""
    if state is None:
        return None
    if kind not in ("plate", "document"):
        raise InvalidRequest([FieldFault("/state", "Only a plate or a document has an issuing state.")])
    # Checked before upper-casing, which would turn a dotless i into I: no code is guessed from another alphabet.
    code = state.strip().upper() if state.isascii() else ""
    code = _OLD_STATE_CODES.get(code, code)
    if code in (DEPARTMENT, "US-DOS"):
        return DEPARTMENT
    if code in US_STATES:
        return f"US-{code}"
    parts = _SUBDIVISION.fullmatch(code)
    if parts and (parts["part"] in US_STATES if parts["country"] == "US" else parts["country"] in COUNTRIES):
        return code
    raise InvalidRequest(
        [FieldFault("/state", "Write US for the Department of State, a state such as VA, or a code such as CA-ON.")]
    )


def _circumstances(data: Mapping[str, Any], kind: QueryKind) -> Circumstances:
    known = {name: value for name, value in data.items() if value is not None}
    if "driver_of" in known:
        if kind in ("plate", "vin", "address"):
            raise InvalidRequest([FieldFault("/circumstances/driver_of", "Say this only when asking about a person.")])
        known["driver_of"] = _normal(normalize_plate, known["driver_of"], "/circumstances/driver_of")
    return Circumstances(**known)
