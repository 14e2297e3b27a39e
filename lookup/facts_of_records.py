"""From records to facts: the one place that turns what the registry knows into what the law reads.

Decides every row of the table in docs/facts.md, and nothing else makes facts of records. What a record does not say
is left missing. Does not decide which records a query means (`identify`) nor what follows from the facts (`law`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from lookup.agreements import AgreementBook
from lookup.assessments import shared_assessment
from lookup.law.assessment import Assessment
from lookup.law.facts import AccreditationFacts, AgreementFacts, Facts, VehicleFacts, WaiverFacts
from lookup.law.notification import must_notify
from lookup.law.policy import Policy
from lookup.law.terms import (
    LEVELS,
    CardStatus,
    LookupKind,
    Organization,
    RecordState,
    Registrant,
    Termination,
    VehicleStatus,
)
from lookup.queries import Circumstances
from lookup.records import (
    Accreditation,
    Agreement,
    DriverLicense,
    IdentityCard,
    Kind,
    Member,
    Mission,
    Premises,
    Record,
    Vehicle,
    record_key,
)
from lookup.store.protocol import Registry

NOBODYS_REGISTRATIONS = frozenset({"surrendered", "revoked"})
"""A plate with such a registration stands for nobody any more."""

End: TypeAlias = tuple[Mission, date | None, Termination | None]
"""A post's mission, the day on which the functions end, and why."""


class UnusableRecord(Exception):
    """A record that the facts need is held, is not there, or contradicts another: the facts hold nothing of a
    person."""


@dataclass(slots=True)
class FactFinder:
    """Makes the facts for one question: of one view of the registry, on one day in Washington, on one caller's word.

    `data_usable` is false where the data is too old (or the clock wrong) for a level to rest on it. `rests_on`
    collects every record that the answer rests on, by key.
    """

    registry: Registry
    day: date
    policy: Policy
    said: Circumstances
    data_usable: bool = True
    agreements: AgreementBook = field(default_factory=AgreementBook)
    rests_on: dict[str, Record] = field(default_factory=dict)

    def nobody(self, lookup: LookupKind, record: RecordState | None = None) -> Facts:
        """Give the facts where nobody is identified: what the caller said, alone."""
        vehicle = self._driven_vehicle(None) if lookup == "person" else None
        return self._asked(Facts(record=record), lookup, vehicle)

    def of_member(self, member_id: str, card_status: CardStatus | None = None) -> Facts:
        """Give the facts of a query about a person, by member id, name or document."""
        vehicle = self._driven_vehicle(member_id)
        try:
            person = self._person(member_id, card_status, confirmed=self.said.state_confirmed)
        except UnusableRecord:
            person = Facts(record="conflict", card_status=card_status)
        return self._asked(person, "person", vehicle)

    def of_unusable_person(self) -> Facts:
        """Give the facts where the person or the document asked about is held."""
        return self._asked(Facts(record="conflict"), "person", self._driven_vehicle(None))

    def of_vehicle(self, vehicle: Vehicle) -> Facts:
        """Give the facts of a query by plate or vehicle number: those of its registrant."""
        try:
            facts, registrant = self._registrant(vehicle)
        except UnusableRecord:
            facts, registrant = Facts(record="conflict"), "unknown"
        return self._asked(facts, "plate", self._vehicle(registrant, vehicle))

    def of_unusable_vehicle(self) -> Facts:
        """Give the facts where the vehicle asked about is held."""
        return self._asked(Facts(record="conflict"), "plate", self._vehicle("unknown", None))

    def of_premises(self, premises: Premises) -> Facts:
        """Give the facts of a query by address: the premises, and of a residence its occupant."""
        mission = self.find("mission", premises.mission_id)
        occupant = self.of_occupant(premises) if premises.kind == "residence" else Facts()
        if occupant.record == "stale":
            # Old data must not open a home: who was protected when it was last seen still is, as far as anybody knows.
            occupant = replace(occupant, record=None)
        kind = None if mission is None else mission.kind
        return replace(occupant, premises=premises.kind, mission_kind=kind)

    def of_occupant(self, premises: Premises) -> Facts:
        """Give the facts of the member named at premises, as by member id; nobody's where none is named."""
        if premises.member_id is None:
            return Facts()
        try:
            person = self._person(premises.member_id, confirmed=self.said.state_confirmed)
        except UnusableRecord:
            return Facts(record="conflict")
        return person

    def _asked(self, facts: Facts, lookup: LookupKind, vehicle: VehicleFacts | None) -> Facts:
        """Add the vehicle and what the caller said of the moment."""
        return replace(
            facts,
            lookup=lookup,
            vehicle=vehicle,
            offense=self.said.offense,
            warrant=self.said.warrant,
            situation=self.said.situation,
            arrest_contemplated=self.said.arrest_contemplated,
            bag=self.said.bag,
        )

    # People

    def _person(self, member_id: str, card_status: CardStatus | None = None, *, confirmed: bool | None) -> Facts:
        """Give the facts of a member, as family or as principal, whichever protects more. Raises `UnusableRecord`."""
        member: Member = self._need("member", member_id)
        if member.principal_id is None:
            return self._as_principal(member, card_status, confirmed)
        family = self._as_family(member, card_status, confirmed)
        if not member.accreditations:
            return family
        principal = self._as_principal(member, card_status, confirmed)
        return family if self._outranks(family, principal) else principal

    def _outranks(self, one: Facts, other: Facts) -> bool:
        """Whether one protects more. Old data makes both unverified, so its age is left out here: the last known level
        that is told then is the one that would have been given."""
        levels = [LEVELS.index(self._assessed(replace(facts, record=None)).level) for facts in (one, other)]
        return levels[0] < levels[1]

    def _assessed(self, facts: Facts) -> Assessment:
        return shared_assessment(facts, self.day, self.policy)

    def _as_principal(self, member: Member, card_status: CardStatus | None, confirmed: bool | None) -> Facts:
        accreditations = self._accreditations(member, member.accreditations, confirmed=confirmed)
        return Facts(role="principal", accreditations=accreditations, card_status=card_status, **self._own(member))

    def _as_family(self, member: Member, card_status: CardStatus | None, confirmed: bool | None) -> Facts:
        principal: Member = self._need("member", member.principal_id or "")
        if principal.principal_id is not None:
            raise UnusableRecord
        return Facts(
            role="family",
            relationship=member.relationship,
            principal_us_status=principal.us_status,
            accreditations=self._accreditations(member, principal.accreditations, confirmed=confirmed),
            card_status=card_status,
            **self._own(member),
        )

    def _own(self, member: Member) -> dict[str, Any]:
        """Give what the person's own row says, whatever their role, as the names and values of facts."""
        return {
            "record": "found" if self.data_usable else "stale",
            "age": age_on(member.date_of_birth, self.day),
            "full_time_student": _is_student(member, self.day),
            "household_exception": member.household_exception,
            "household_until": member.household_until,
            "recognized": member.recognized,
            "us_status": member.us_status,
            "mandatory_notification_country": self._must_notify(member),
            "waivers": tuple(
                WaiverFacts(waiver.scope, waiver.case_reference, confirmed_by_state=True)
                for waiver in member.waivers
                if _in_force(self.day, waiver.effective_on, waiver.ends_on)
            ),
        }

    def _must_notify(self, member: Member) -> bool:
        resident = member.us_status == "permanent_resident"
        return any(must_notify(country, self.policy, permanent_resident=resident) for country in member.nationality)

    # Accreditations

    def _accreditations(
        self, person: Member, rows: Sequence[Accreditation], *, confirmed: bool | None
    ) -> tuple[AccreditationFacts, ...]:
        """Give every accreditation, ended ones too; one that begins much later is left out where there is another."""
        horizon = self.day + timedelta(days=self.policy.numbers.future_accreditation_days)
        near = [row for row in rows if row.effective_on <= horizon] or list(rows)
        ends = [self._end(row) for row in near]
        return tuple(
            self._accreditation(person, row, ends[index], self._outlasted(index, near, ends), confirmed=confirmed)
            for index, row in enumerate(near)
        )

    def _end(self, row: Accreditation) -> End:
        """Give the mission, the end of functions and its ground: the row's own, or the mission's where that is
        earlier."""
        mission: Mission = self._need("mission", row.mission_id)
        closed = mission.terminated_on
        if closed is None:
            return mission, row.terminated_on, row.termination
        if closed < row.effective_on:
            raise UnusableRecord
        if row.terminated_on is None or closed < row.terminated_on:
            return mission, closed, "mission_closed"
        return mission, row.terminated_on, row.termination

    def _outlasted(self, index: int, rows: Sequence[Accreditation], ends: Sequence[End]) -> bool:
        """Whether this post is over and the person has stayed in another that began later."""
        row, end = rows[index], ends[index][1]
        if end is None or end >= self.day or row.departed_on is not None or row.reasonable_period_ends_on is not None:
            return False
        return any(row.effective_on < other.effective_on <= self.day for other in rows)

    def _accreditation(
        self,
        person: Member,
        row: Accreditation,
        end: End,
        outlasted: bool,
        *,
        confirmed: bool | None,
    ) -> AccreditationFacts:
        mission, terminated_on, termination = end
        period_end = row.reasonable_period_ends_on
        if outlasted and terminated_on is not None:
            period_end = terminated_on + timedelta(days=self.policy.numbers.reasonable_period_days)
        return AccreditationFacts(
            category=row.category,
            effective_on=row.effective_on,
            terminated_on=terminated_on,
            termination=termination,
            departed_on=row.departed_on,
            reasonable_period_ends_on=period_end,
            mission_kind=mission.kind,
            organization=_organization(mission),
            agreement=self._agreement(mission.sending_state, row),
            national_of_sending_state=mission.sending_state in person.nationality,
            state_confirmed=bool(row.state_confirmed or confirmed),
        )

    def _agreement(self, sending_state: str | None, row: Accreditation) -> AgreementFacts | None:
        """Give the agreement in force: of several the one that lifts highest, then one that covers family, then the
        first id."""
        if sending_state is None:
            return None
        in_force = [
            (agreement, record)
            for agreement, record in self.agreements.of(self.registry).get((sending_state, row.category), ())
            if _in_force(self.day, agreement.effective_on, agreement.ends_on)
        ]
        if not in_force:
            return None
        best, record = min(in_force, key=lambda pair: self._agreement_rank(pair[0]))
        self.rests_on[record.key] = record
        return AgreementFacts(best.treated_as, best.covers_family)

    def _agreement_rank(self, agreement: Agreement) -> tuple[int, bool, str]:
        level = self.policy.rows[agreement.treated_as, "principal"].level
        return LEVELS.index(level), not agreement.covers_family, agreement.agreement_id

    # Vehicles

    def _registrant(self, vehicle: Vehicle) -> tuple[Facts, Registrant]:
        """Give the registrant's facts and what they are to the vehicle, in a query about the vehicle itself."""
        if vehicle.registration_status in NOBODYS_REGISTRATIONS:
            return Facts(record="found" if self.data_usable else "stale"), "unknown"
        if vehicle.member_id is None:
            mission: Mission = self._need("mission", vehicle.mission_id)
            return Facts(record="found" if self.data_usable else "stale"), mission.kind
        person = self._person(vehicle.member_id, confirmed=self.said.state_confirmed)
        return person, self._protection(person) or "self"

    def _protection(self, registrant: Facts) -> Registrant | None:
        """Say whether a member protects the vehicle like a diplomat's or like a consular officer's."""
        assessment = self._assessed(registrant)
        if assessment.level == "full":
            return "member_full"
        if assessment.permissions["search_vehicle"].codes == ("except_archives_and_bag",):
            return "member_consular"
        return None

    def _driven_vehicle(self, member_id: str | None) -> VehicleFacts | None:
        """Give the vehicle that the caller says the person drives; none where they say none."""
        if self.said.driver_of is None:
            return None
        vehicle: Vehicle | None = self.find("vehicle", self.said.driver_of)
        if vehicle is None:
            return self._vehicle("unknown", None)
        try:
            return self._vehicle(self._registrant_for_driver(vehicle, member_id), vehicle)
        except UnusableRecord:
            return self._vehicle("unknown", vehicle)

    def _registrant_for_driver(self, vehicle: Vehicle, member_id: str | None) -> Registrant:
        if vehicle.registration_status in NOBODYS_REGISTRATIONS:
            return "unknown"
        if vehicle.member_id is None:
            mission: Mission = self._need("mission", vehicle.mission_id)
            return mission.kind
        own = vehicle.member_id == member_id
        person = self._person(vehicle.member_id, confirmed=self.said.state_confirmed if own else None)
        if (protection := self._protection(person)) is not None:
            return protection
        if own:
            return "self"
        return "unknown" if self._assessed(person).level == "unverified" else "third_party"

    def _vehicle(self, registrant: Registrant, vehicle: Vehicle | None) -> VehicleFacts:
        status: VehicleStatus = "ordinary"
        if self.said.vehicle_stolen_confirmed:
            status = "stolen_verified"
        elif vehicle is not None and vehicle.registration_status == "stolen":
            status = "stolen"
        return VehicleFacts(registrant, status, self.said.vehicle_obstructing)

    # Records

    def _need(self, kind: Kind, natural_key: str) -> Any:
        content = self.find(kind, natural_key)
        if content is None:
            raise UnusableRecord
        return content

    def find(self, kind: Kind, natural_key: str) -> Any:
        """Give the usable content of a record: None where it is not there, deleted or held."""
        key = record_key(kind, natural_key)
        record = self.rests_on.get(key) or self.registry.get(key)
        if record is None:
            return None
        self.rests_on[key] = record  # also one that cannot be used: that it was met so is part of the answer
        return record.content


def age_on(date_of_birth: date | None, day: date) -> int | None:
    """Give whole years completed on `day`; who was born on 29 February completes a year on 1 March where there is no
    such day."""
    if date_of_birth is None or day < date_of_birth:
        return None
    before_birthday = (day.month, day.day) < (date_of_birth.month, date_of_birth.day)
    return day.year - date_of_birth.year - before_birthday


def card_status_on(document: IdentityCard | DriverLicense, day: date) -> CardStatus | None:
    """Give the card status of the document asked about; of a driver license only that it was surrendered."""
    if isinstance(document, DriverLicense):
        return "surrendered" if document.status == "surrendered" else None
    if document.status == "active" and document.expires_on is not None and document.expires_on < day:
        return "expired"
    return document.status


def _is_student(member: Member, day: date) -> bool | None:
    """A `student_until` that has passed is "not known"."""
    if member.full_time_student is True:
        return True if member.student_until is None or day <= member.student_until else None
    return member.full_time_student


def _in_force(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _organization(mission: Mission) -> Organization | None:
    if mission.organization is None:
        return None
    folded = mission.organization.casefold()
    if folded == "un":
        return "un"
    return "oas" if folded == "oas" else "other"
