"""The nine tables of the extract: which kind of record their rows make, their key, and where they point.

Decides the order in which the tables are read and named. What a row may hold is `rows`.
"""

from dataclasses import dataclass, field, replace
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
    are the columns that name a row of another table, in the order of the columns. `number` is its place in `TABLES`."""

    name: str
    kind: Kind
    key: str
    schema: Row
    pointers: tuple[tuple[str, Target], ...] = ()
    inside: bool = False
    optional: bool = False
    number: int = 0
    columns: tuple[str, ...] = field(init=False)
    required: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        fields = {column.data_key or name: column for name, column in self.schema.fields.items()}
        object.__setattr__(self, "columns", tuple(fields))
        object.__setattr__(self, "required", tuple(name for name, column in fields.items() if column.required))


def _numbered(*tables: Table) -> tuple[Table, ...]:
    return tuple(replace(table, number=number) for number, table in enumerate(tables))


TABLES: tuple[Table, ...] = _numbered(
    Table("missions", "mission", "mission_id", MissionRow()),
    Table("agreements", "agreement", "agreement_id", AgreementRow(), optional=True),
    Table("members", "member", "member_id", MemberRow(), (("principal_id", "members"),)),
    Table(
        "accreditations",
        "member",
        "accreditation_id",
        AccreditationRow(),
        (("member_id", "members"), ("mission_id", "missions")),
        inside=True,
    ),
    Table("waivers", "member", "waiver_id", WaiverRow(), (("member_id", "members"),), inside=True, optional=True),
    Table("vehicles", "vehicle", "plate", VehicleRow(), (("mission_id", "missions"), ("member_id", "members"))),
    Table("identity_cards", "identity_card", "card_number", IdentityCardRow(), (("member_id", "members"),)),
    Table("driver_licenses", "driver_license", "license_number", DriverLicenseRow(), (("member_id", "members"),)),
    Table(
        "premises",
        "premises",
        "premises_id",
        PremisesRow(),
        (("mission_id", "missions"), ("member_id", "members")),
        optional=True,
    ),
)
"""In the order of their pointers; the number of a table is its place here."""

TABLE_OF_KIND: dict[Kind, Table] = {table.kind: table for table in TABLES if not table.inside}
MISSIONS, MEMBERS = TABLE_OF_KIND["mission"], TABLE_OF_KIND["member"]

INSIDE_MEMBERS: tuple[Table, ...] = tuple(table for table in TABLES if table.inside)
ACCREDITATIONS, WAIVERS = INSIDE_MEMBERS
