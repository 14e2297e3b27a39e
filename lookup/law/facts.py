"""The facts that the law reads, as values. Everything may be missing; `None` is "not known", never "false".

Decides the names, the shape and what a missing fact is taken as. Does not decide where facts come from
(`lookup.facts_of_records`, `facts_schema`) nor what follows from them (`assess`).
"""

from dataclasses import dataclass
from datetime import date

from lookup.law.terms import (
    CardStatus,
    Category,
    LookupKind,
    MissionKind,
    Offense,
    Organization,
    PremisesKind,
    RecordState,
    Registrant,
    Relationship,
    Role,
    Situation,
    Termination,
    UsStatus,
    VehicleStatus,
    WaiverScope,
)


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The bilateral agreement in force for this State and category."""

    treated_as: Category
    covers_family: bool | None = None


@dataclass(frozen=True, slots=True)
class AccreditationFacts:
    """One post; for family it is the principal's. A post without a category leaves open what the person is."""

    category: Category | None = None
    effective_on: date | None = None
    terminated_on: date | None = None
    termination: Termination | None = None
    departed_on: date | None = None
    reasonable_period_ends_on: date | None = None
    mission_kind: MissionKind | None = None
    organization: Organization | None = None
    agreement: AgreementFacts | None = None
    national_of_sending_state: bool | None = None
    state_confirmed: bool | None = None

    @property
    def at_the_united_nations(self) -> bool:
        """Whether this is a post of the United Nations community; an unnamed organization is the UN unless at the
        OAS."""
        if self.category is None or not self.category.startswith("io_"):
            return False
        if self.organization is None:
            return self.mission_kind != "permanent_mission_oas"
        return self.organization == "un"

    @property
    def organization_is_assumed(self) -> bool:
        """Whether this counts as a post of the United Nations community only because nothing says another."""
        return self.at_the_united_nations and self.organization is None and self.mission_kind != "permanent_mission_un"


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """A waiver in force, or a claim of one. Only what State has confirmed counts; not known is not confirmed."""

    scope: WaiverScope | None = None
    case_reference: str | None = None
    confirmed_by_state: bool | None = None


@dataclass(frozen=True, slots=True)
class VehicleFacts:
    """The vehicle asked about: whose it is, and whether it is out of its holder's hands."""

    registrant: Registrant | None = None
    status: VehicleStatus | None = None
    obstructing: bool | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one assessment reads, but for the day.

    `accreditations` is empty where nobody is identified. `mission_kind` is that of the premises or of the person's
    mission. Ages are whole years completed on the day asked about.
    """

    record: RecordState | None = None
    lookup: LookupKind | None = None
    accreditations: tuple[AccreditationFacts, ...] = ()
    mission_kind: MissionKind | None = None
    role: Role | None = None
    relationship: Relationship | None = None
    age: int | None = None
    full_time_student: bool | None = None
    household_exception: bool | None = None
    household_until: date | None = None
    recognized: bool | None = None
    us_status: UsStatus | None = None
    principal_us_status: UsStatus | None = None
    mandatory_notification_country: bool | None = None
    waivers: tuple[WaiverFacts, ...] = ()
    card_status: CardStatus | None = None
    vehicle: VehicleFacts | None = None
    premises: PremisesKind | None = None
    bag: bool | None = None
    offense: Offense | None = None
    warrant: bool | None = None
    arrest_contemplated: bool | None = None
    situation: Situation | None = None

    @property
    def person_role(self) -> Role:
        """The role; a principal where it is not said."""
        return self.role or "principal"

    @property
    def is_plate_lookup(self) -> bool:
        """Whether a vehicle was asked about, not a person."""
        return self.lookup == "plate"

    @property
    def is_us_person(self) -> bool:
        """Whether the person is a US national or permanent resident; not known counts as neither."""
        return self.us_status in ("permanent_resident", "national")

    @property
    def principal_is_us_person(self) -> bool:
        """Whether the principal of this family member is a US national or permanent resident."""
        return self.principal_us_status in ("permanent_resident", "national")
