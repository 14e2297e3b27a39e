"""What the registry knows, as values: missions, members with their accreditations and waivers, vehicles, documents,
premises, agreements.

Decides the shape of a record, its key, its canonical body and its version. Does not decide what a record means: that
is `facts` and `law`. Dates are days in Washington. Column meanings and value lists are those of docs/extract.md.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from lookup.law.terms import (
    Category,
    MissionKind,
    PremisesKind,
    Relationship,
    Termination,
    UsStatus,
    WaiverScope,
)

Kind = Literal["mission", "agreement", "member", "vehicle", "identity_card", "driver_license", "premises"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of their pointers: what is pointed at comes before what points at it. Publishing goes in this order,
deleting backwards."""

RegistrationStatus = Literal["active", "expired", "suspended", "revoked", "surrendered", "stolen"]
IdentityCardStatus = Literal["active", "lost", "stolen", "surrendered", "revoked"]
DriverLicenseStatus = Literal["active", "suspended", "revoked", "surrendered"]

Standing = Literal["good", "newer_row_refused", "held"]
"""`held`: the registry has the record but no usable version of it was ever published. `newer_row_refused`: the last
good version stands, a newer row of it is in quarantine."""


@dataclass(frozen=True, slots=True)
class Mission:
    """A foreign mission or an international organization."""

    mission_id: str
    name: str
    kind: MissionKind
    established_on: date
    sending_state: str | None = None
    organization: str | None = None
    plate_code: str | None = None
    city: str | None = None
    state: str | None = None
    address: str | None = None
    phone: str | None = None
    duty_phone: str | None = None
    terminated_on: date | None = None


@dataclass(frozen=True, slots=True)
class Accreditation:
    """One post that a member holds or held at a mission."""

    accreditation_id: str
    mission_id: str
    category: Category
    effective_on: date
    title: str | None = None
    terminated_on: date | None = None
    termination: Termination | None = None
    departed_on: date | None = None
    reasonable_period_ends_on: date | None = None
    state_confirmed: bool | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """An express waiver by the sending State."""

    waiver_id: str
    scope: WaiverScope
    effective_on: date
    case_reference: str | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person: accredited themself, or family of somebody who is. Accreditations are ordered by `effective_on`, then
    id by code point."""

    member_id: str
    family_name: str
    nationality: tuple[str, ...]
    us_status: UsStatus
    given_names: str | None = None
    date_of_birth: date | None = None
    sex: str | None = None
    principal_id: str | None = None
    relationship: Relationship | None = None
    household_until: date | None = None
    full_time_student: bool | None = None
    student_until: date | None = None
    household_exception: bool | None = None
    recognized: bool = True
    accreditations: tuple[Accreditation, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """A bilateral agreement that lifts a category of one State's staff."""

    agreement_id: str
    sending_state: str
    category: Category
    treated_as: Category
    effective_on: date
    citation: str
    covers_family: bool = False
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle registered with the Department; `plate` and `vin` in normal form."""

    plate: str
    mission_id: str
    registration_status: RegistrationStatus
    vin: str | None = None
    make: str | None = None
    model: str | None = None
    body: str | None = None
    color: str | None = None
    year: int | None = None
    member_id: str | None = None
    lessor: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    title_number: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """An identity card of a member; `card_number` in normal form."""

    card_number: str
    member_id: str
    status: IdentityCardStatus
    border: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class DriverLicense:
    """A driver license of a member; `license_number` in normal form. `license_class` is the column `class`."""

    license_number: str
    member_id: str
    status: DriverLicenseStatus
    license_class: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Premises:
    """A chancery, residence or office of a mission, in force from `recognized_on` to `released_on`, both included."""

    premises_id: str
    mission_id: str
    kind: PremisesKind
    address: str
    city: str
    state: str
    member_id: str | None = None
    postal_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    recognized_on: date | None = None
    released_on: date | None = None


Content: TypeAlias = Mission | Agreement | Member | Vehicle | IdentityCard | DriverLicense | Premises

CONTENT_CLASSES: dict[Kind, type[Content]] = {
    "mission": Mission,
    "agreement": Agreement,
    "member": Member,
    "vehicle": Vehicle,
    "identity_card": IdentityCard,
    "driver_license": DriverLicense,
    "premises": Premises,
}

_AS_IT_IS = (str, int, float, type(None))
"""Types whose values JSON has itself."""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode

_DATE_FIELDS = frozenset(
    {
        "established_on",
        "terminated_on",
        "effective_on",
        "departed_on",
        "reasonable_period_ends_on",
        "ends_on",
        "date_of_birth",
        "household_until",
        "student_until",
        "valid_from",
        "valid_until",
        "issued_on",
        "expires_on",
        "recognized_on",
        "released_on",
    }
)


class RecordName(NamedTuple):
    """A record as the audit trail names it: with its version its body is found again, and the handle is shown in
    answers."""

    key: str
    version: str
    handle: str


@dataclass(frozen=True, slots=True)
class Record:
    """One thing of the registry as it was published.

    `key` is `KIND:NATURALKEY`; `handle` the opaque id that pages and registry routes use; `version` the first 128
    bits of the SHA-256 of the canonical body, as 32 hexadecimal digits; `revision` the batch that published it (0:
    with the whole generation). A tombstone is `deleted` and has neither content nor standing that matters. `held`
    records have no content.
    """

    key: str
    kind: Kind
    version: str
    revision: int
    handle: str
    standing: Standing = "good"
    content: Content | None = None
    deleted: bool = False

    @property
    def natural_key(self) -> str:
        """The part of the key that the kind does not say; also of a record without content."""
        return natural_key_of(self.key)

    @property
    def name(self) -> RecordName:
        """What the audit trail calls this version of it."""
        return RecordName(self.key, self.version, self.handle)


def record_key(kind: Kind, natural_key: str) -> str:
    """Give the key under which a thing of `kind` is published, such as `vehicle:DAB1234`."""
    return f"{kind}:{natural_key}"


def natural_key_of(key: str) -> str:
    """Give the natural key in the key of a record, such as `DAB1234`."""
    return key.partition(":")[2]


def encode_body(standing: Standing, content: Content | None) -> str:
    """Write the canonical body: JSON with sorted keys, without blanks, without missing values; dates as
    `YYYY-MM-DD`."""
    return _encode({"standing": standing, "content": _plain(content)})


def decode_body(kind: Kind, body: str) -> tuple[Standing, Content | None]:
    """Read a canonical body back. Raises `KeyError`, `TypeError` or `ValueError` where it is not one."""
    document = json.loads(body)
    content = document["content"]
    return document["standing"], None if content is None else _content(kind, content)


def body_version(body: str) -> str:
    """Give the version of a body: the first 128 bits of its SHA-256, in hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    """Give a value as JSON has it; a missing or empty one inside a record is left out."""
    if isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    # Of all that is done for a record that is published this is most of the work.
    plain = {}
    for name in value.__slots__:
        item = getattr(value, name)
        if item is not None and item != ():
            plain[name] = item if isinstance(item, _AS_IT_IS) else _plain(item)
    return plain


def _content(kind: Kind, data: dict[str, Any]) -> Content:
    fields = _typed(data)
    if kind == "member":
        fields["nationality"] = tuple(data["nationality"])
        fields["accreditations"] = tuple(Accreditation(**_typed(row)) for row in data.get("accreditations", ()))
        fields["waivers"] = tuple(Waiver(**_typed(row)) for row in data.get("waivers", ()))
    return CONTENT_CLASSES[kind](**fields)


def _typed(data: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in _DATE_FIELDS else value for name, value in data.items()}
