"""The tables of the extract: columns, which must be filled, and how a cell is read.

A reader takes the cell's text and returns its value; it raises `ValueError` for what can't be read. It knows nothing of
other cells and other rows.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from . import normal_form
from .matrix import MATRIX
from .places import COUNTRIES, US_STATES
from .refusals import is_day
from .vehicle_search import CONSULAR_POSTS, PROTECTED_MISSIONS

Reader = Callable[[str], Any]


class Column(NamedTuple):
    """How a cell is read, and whether it must be filled."""

    reader: Reader
    required: bool = False


class Table(NamedTuple):
    """One table of the extract; columns in the order of the contract."""

    key: str
    columns: dict[str, Column]
    optional: bool = False


def _text(cell: str) -> str:
    return cell


def _one_of(*values: str) -> Reader:
    def read(cell: str) -> str:
        if cell not in values:
            raise ValueError
        return cell

    return read


def _boolean(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError
    return cell == "true"


def _day(cell: str) -> date:
    if not is_day(cell):
        raise ValueError
    return date.fromisoformat(cell)


def _matching(pattern: str) -> Reader:
    def read(cell: str) -> str:
        if not re.fullmatch(pattern, cell):
            raise ValueError
        return cell

    return read


def _normal(normalize: Callable[[str], str | None]) -> Reader:
    def read(cell: str) -> str:
        normal = normalize(cell)
        if normal is None:
            raise ValueError
        return normal

    return read


def _countries(cell: str) -> list[str]:
    return [_country(part.strip()) for part in cell.split(";")]


_country = _one_of(*COUNTRIES)
_state = _one_of(*US_STATES)
_number = _normal(normal_form.number)
_plate = _normal(normal_form.plate)
_document = _normal(normal_form.document)
_category = _one_of(*MATRIX)

OPTIONAL = {
    name: Column(reader)
    for names, reader in (
        ("title class make model body color lessor title_number city address phone duty_phone postal_code", _text),
        ("given_names case_reference organization", _text),
        ("date_of_birth household_until student_until terminated_on departed_on reasonable_period_ends_on", _day),
        ("ends_on valid_from valid_until issued_on expires_on recognized_on released_on", _day),
        ("full_time_student household_exception recognized state_confirmed covers_family", _boolean),
        ("state", _state),
        ("vin principal_id", _number),
        ("sending_state", _country),
        ("plate_code", _matching("[A-Za-z]{2}")),
        ("year", _matching("[0-9]{4}")),
        ("latitude longitude", _matching(r"-?[0-9]+(\.[0-9]+)?")),
        ("sex", _one_of("F", "M", "X")),
        ("relationship", _one_of("spouse", "child", "parent", "other")),
        ("termination", _one_of("ended", "persona_non_grata", "deceased", "mission_closed")),
        ("border", _one_of("blue", "green", "red", "other")),
        ("issuer", _one_of("state_department", "un", "other")),
    )
    for name in names.split()
}

REQUIRED = {
    name: Column(reader, required=True)
    for names, reader in (
        ("mission_id accreditation_id waiver_id agreement_id premises_id name family_name citation", _text),
        ("city address", _text),
        ("member_id", _number),
        ("plate", _plate),
        ("card_number license_number", _document),
        ("established_on effective_on", _day),
        ("nationality", _countries),
        ("us_status", _one_of("none", "permanent_resident", "national")),
        ("category treated_as", _category),
        ("scope", _one_of("criminal", "civil", "testimony", "execution")),
        ("state", _state),
        ("sending_state", _country),
        ("registration_status", _one_of("active", "expired", "suspended", "revoked", "surrendered", "stolen")),
    )
    for name in names.split()
}


def _table(columns: str, *, optional: bool = False, **kinds: Column) -> Table:
    """Make a table of a written list of columns, a star before those that must be filled; the first is the key."""
    made = {}
    for written in columns.split():
        name = written.removeprefix("*")
        made[name] = kinds.get(name) or (REQUIRED if written.startswith("*") else OPTIONAL).get(name, Column(_number))
    return Table(next(iter(made)), made, optional)


TABLES = {
    "missions": _table(
        "*mission_id *name *kind sending_state organization plate_code city state address phone duty_phone"
        " *established_on terminated_on",
        kind=Column(_one_of(*CONSULAR_POSTS, *PROTECTED_MISSIONS), required=True),
    ),
    "members": _table(
        "*member_id *family_name given_names date_of_birth sex *nationality *us_status principal_id relationship"
        " household_until full_time_student student_until household_exception recognized"
    ),
    "accreditations": _table(
        "*accreditation_id *member_id *mission_id *category title *effective_on terminated_on termination departed_on"
        " reasonable_period_ends_on state_confirmed"
    ),
    "waivers": _table("*waiver_id *member_id *scope case_reference *effective_on ends_on", optional=True),
    "agreements": _table(
        "*agreement_id *sending_state *category *treated_as covers_family *effective_on ends_on *citation",
        optional=True,
    ),
    "vehicles": _table(
        "*plate vin make model body color year *mission_id member_id *registration_status lessor valid_from"
        " valid_until title_number"
    ),
    "identity_cards": _table(
        "*card_number *member_id border issuer issued_on expires_on *status",
        status=Column(_one_of("active", "lost", "stolen", "surrendered", "revoked"), required=True),
    ),
    "driver_licenses": _table(
        "*license_number *member_id class issued_on expires_on *status",
        status=Column(_one_of("active", "suspended", "revoked", "surrendered"), required=True),
    ),
    "premises": _table(
        "*premises_id *mission_id *kind member_id *address *city *state postal_code latitude longitude recognized_on"
        " released_on",
        optional=True,
        kind=Column(
            _one_of("chancery", "ambassador_residence", "residence", "consular", "annex", "organization_headquarters"),
            required=True,
        ),
    ),
}

# Column: (the table that it points at, the reason where nothing is there).
POINTERS = {
    "mission_id": ("missions", "unknown_mission"),
    "member_id": ("members", "unknown_member"),
    "principal_id": ("members", "unknown_member"),
}
