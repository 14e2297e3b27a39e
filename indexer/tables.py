"""The nine tables of the extract: which kind of record their rows make, their key, and where they point.

Decides the order in which the tables are read and named. What a row may hold is `rows`.
"""

from dataclasses import dataclass, field
from typing import Literal

from indexer.rows import (
    AccreditationRow,
    AgreementRow,
    DriverLicenseRow,
    IdentityCardRow,
    MemberRow,
    MissionRow,
    PremisesRow,
    Row,
    VehicleRow,
    WaiverRow,
)
from lookup.records import Kind

Target = Literal["members", "missions"]


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `kind` is the record that a row makes, or, where `inside`, the record that it is part of. `pointers`
    are the columns that name a row of another table, in the order of the columns."""

    number: int
    name: str
    kind: Kind
    key: str
    schema: Row
    pointers: tuple[tuple[str, Target], ...] = ()
    inside: bool = False
    optional: bool = False
    columns: tuple[str, ...] = field(init=False)
    required: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        fields = {column.data_key or name: column for name, column in self.schema.fields.items()}
        object.__setattr__(self, "columns", tuple(fields))
        object.__setattr__(self, "required", tuple(name for name, column in fields.items() if column.required))


MISSIONS = Table(0, "missions", "mission", "mission_id", MissionRow())
AGREEMENTS = Table(1, "agreements", "agreement", "agreement_id", AgreementRow(), optional=True)
MEMBERS = Table(2, "members", "member", "member_id", MemberRow(), (("principal_id", "members"),))
ACCREDITATIONS = Table(
    3,
    "accreditations",
    "member",
    "accreditation_id",
    AccreditationRow(),
    (("member_id", "members"), ("mission_id", "missions")),
    inside=True,
)
WAIVERS = Table(
    4, "waivers", "member", "waiver_id", WaiverRow(), (("member_id", "members"),), inside=True, optional=True
)
VEHICLES = Table(
    5, "vehicles", "vehicle", "plate", VehicleRow(), (("mission_id", "missions"), ("member_id", "members"))
)
IDENTITY_CARDS = Table(
    6, "identity_cards", "identity_card", "card_number", IdentityCardRow(), (("member_id", "members"),)
)
DRIVER_LICENSES = Table(
    7, "driver_licenses", "driver_license", "license_number", DriverLicenseRow(), (("member_id", "members"),)
)
PREMISES = Table(
    8,
    "premises",
    "premises",
    "premises_id",
    PremisesRow(),
    (("mission_id", "missions"), ("member_id", "members")),
    optional=True,
)

TABLES: tuple[Table, ...] = (
    MISSIONS,
    AGREEMENTS,
    MEMBERS,
    ACCREDITATIONS,
    WAIVERS,
    VEHICLES,
    IDENTITY_CARDS,
    DRIVER_LICENSES,
    PREMISES,
)
"""In the order of their pointers; the number of a table is its place here."""

TABLE_OF_KIND: dict[Kind, Table] = {table.kind: table for table in TABLES if not table.inside}
INSIDE_MEMBERS: tuple[Table, ...] = tuple(table for table in TABLES if table.inside)
