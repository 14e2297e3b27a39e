"""What a row of each table may hold: its columns in the order of docs/extract.md, which of them are required, the
lists of their values, and the contradictions between them.

Decides a row by itself. Whether its key is unique and its pointers lead anywhere is `refusals`.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, get_args

from marshmallow import EXCLUDE, Schema, ValidationError, missing, validates_schema

from indexer.columns import (
    INVALID,
    MISSING,
    Column,
    Countries,
    Country,
    Day,
    Degrees,
    Flag,
    Identifier,
    PlateCode,
    Text,
    UspsState,
    Word,
    Year,
)
from lookup.identifiers import normalize_document_number, normalize_member_id, normalize_plate, normalize_vin
from lookup.law.terms import CATEGORIES, MISSION_KINDS, PremisesKind, Relationship, Termination, UsStatus, WaiverScope
from lookup.records import DriverLicenseStatus, IdentityCardStatus, RegistrationStatus

ORGANIZATION_KIND = "international_organization"
"""The mission kind that has an organization in place of a sending State."""


Fault = tuple[str, str]
"""A reason of the quarantine and the column that has it."""


class Row(Schema):
    """A row; columns that the extract's version does not know are left out."""

    class Meta:
        """Unknown columns were warned about once, where the file was opened."""

        unknown = EXCLUDE

    def contradiction(self, data: Mapping[str, Any], cells: Mapping[str, str]) -> Fault | None:
        """Give what is wrong between the columns of a row: of `data`, the values that could be read, and `cells`, all
        that is there."""
        return None

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_a_contradiction(self, data: dict[str, Any], cells: dict[str, str], **_: Any) -> None:
        """Refuse a row whose columns contradict one another."""
        fault = self.contradiction(data, cells)
        if fault is not None:
            raise ValidationError(*fault)

    def read_faultless(self, cells: Mapping[str, str]) -> dict[str, Any] | None:
        """Give what `load` gives, for a row without any fault; None for one that `load` should look at. By the same
        columns and contradictions, at a third of the time: nearly every row of a registry is faultless."""
        values = dict(self._defaults)
        for cell_name, name, column in self._columns:
            cell = cells.get(cell_name)
            if cell is None:
                if column.required:
                    return None
                continue
            value = column.read(cell.strip())
            if value is None:
                return None
            values[name] = value
        return values if self.contradiction(values, cells) is None else None

    @cached_property
    def _columns(self) -> tuple[tuple[str, str, Column[Any]], ...]:
        """The name of the cell, the name of the value, and the column."""
        columns = ((name, column) for name, column in self.fields.items() if isinstance(column, Column))
        return tuple((column.data_key or name, name, column) for name, column in columns)

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return {name: column.load_default for _, name, column in self._columns if column.load_default is not missing}


class MissionRow(Row):
    """A row of `missions`."""

    mission_id = Text(required=True)
    name = Text(required=True)
    kind = Word(MISSION_KINDS, required=True)
    sending_state = Country()
    organization = Text()
    plate_code = PlateCode()
    city = Text()
    state = UspsState()
    address = Text()
    phone = Text()
    duty_phone = Text()
    established_on = Day(required=True)
    terminated_on = Day()

    def contradiction(self, data: Mapping[str, Any], cells: Mapping[str, str]) -> Fault | None:
        """A mission represents a State, an organization itself. Where the kind cannot be read, neither is known to be
        required."""
        kind = data.get("kind")
        column = "organization" if kind == ORGANIZATION_KIND else "sending_state"
        return (MISSING, column) if kind is not None and column not in cells else None


class MemberRow(Row):
    """A row of `members`."""

    member_id = Identifier(normalize_member_id, required=True)
    family_name = Text(required=True)
    given_names = Text()
    date_of_birth = Day()
    sex = Word(("F", "M", "X"))
    nationality = Countries(required=True)
    us_status = Word(get_args(UsStatus), required=True)
    principal_id = Identifier(normalize_member_id)
    relationship = Word(get_args(Relationship))
    household_until = Day()
    full_time_student = Flag()
    student_until = Day()
    household_exception = Flag()
    recognized = Flag(load_default=True)

    def contradiction(self, data: Mapping[str, Any], cells: Mapping[str, str]) -> Fault | None:
        """Family is family of somebody. A principal that is named but unreadable is a fault of its own."""
        return (INVALID, "relationship") if "relationship" in data and "principal_id" not in cells else None


class AccreditationRow(Row):
    """A row of `accreditations`."""

    accreditation_id = Text(required=True)
    member_id = Identifier(normalize_member_id, required=True)
    mission_id = Text(required=True)
    category = Word(CATEGORIES, required=True)
    title = Text()
    effective_on = Day(required=True)
    terminated_on = Day()
    termination = Word(get_args(Termination))
    departed_on = Day()
    reasonable_period_ends_on = Day()
    state_confirmed = Flag()

    def contradiction(self, data: Mapping[str, Any], cells: Mapping[str, str]) -> Fault | None:
        """No end before the beginning; both on one day is allowed."""
        begins, ends = data.get("effective_on"), data.get("terminated_on")
        return (INVALID, "terminated_on") if begins is not None and ends is not None and ends < begins else None


class WaiverRow(Row):
    """A row of `waivers`."""

    waiver_id = Text(required=True)
    member_id = Identifier(normalize_member_id, required=True)
    scope = Word(get_args(WaiverScope), required=True)
    case_reference = Text()
    effective_on = Day(required=True)
    ends_on = Day()


class AgreementRow(Row):
    """A row of `agreements`."""

    agreement_id = Text(required=True)
    sending_state = Country(required=True)
    category = Word(CATEGORIES, required=True)
    treated_as = Word(CATEGORIES, required=True)
    covers_family = Flag(load_default=False)
    effective_on = Day(required=True)
    ends_on = Day()
    citation = Text(required=True)


class VehicleRow(Row):
    """A row of `vehicles`."""

    plate = Identifier(normalize_plate, required=True)
    vin = Identifier(normalize_vin)
    make = Text()
    model = Text()
    body = Text()
    color = Text()
    year = Year()
    mission_id = Text(required=True)
    member_id = Identifier(normalize_member_id)
    registration_status = Word(get_args(RegistrationStatus), required=True)
    lessor = Text()
    valid_from = Day()
    valid_until = Day()
    title_number = Text()


class IdentityCardRow(Row):
    """A row of `identity_cards`."""

    card_number = Identifier(normalize_document_number, required=True)
    member_id = Identifier(normalize_member_id, required=True)
    border = Word(("blue", "green", "red", "other"))
    issuer = Word(("state_department", "un", "other"))
    issued_on = Day()
    expires_on = Day()
    status = Word(get_args(IdentityCardStatus), required=True)


class DriverLicenseRow(Row):
    """A row of `driver_licenses`."""

    license_number = Identifier(normalize_document_number, required=True)
    member_id = Identifier(normalize_member_id, required=True)
    license_class = Text(data_key="class")
    issued_on = Day()
    expires_on = Day()
    status = Word(get_args(DriverLicenseStatus), required=True)


class PremisesRow(Row):
    """A row of `premises`."""

    premises_id = Text(required=True)
    mission_id = Text(required=True)
    kind = Word(get_args(PremisesKind), required=True)
    member_id = Identifier(normalize_member_id)
    address = Text(required=True)
    city = Text(required=True)
    state = UspsState(required=True)
    postal_code = Text()
    latitude = Degrees(90)
    longitude = Degrees(180)
    recognized_on = Day()
    released_on = Day()
