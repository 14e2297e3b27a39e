"""Facts as JSON: what may be written, and what is refused with its pointer.

Decides the reading of one object of facts (docs/interface.md, assessments). A null is a missing fact; an unknown key,
an unknown value and an impossible combination are refused. Facts that do not bear on the result are accepted.
"""

from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from lookup.errors import InvalidRequest
from lookup.fields import Day, Flag, StrictBody, Text, WholeNumber, faults_of, one_of
from lookup.law import terms as words
from lookup.law.facts import AccreditationFacts, AgreementFacts, Facts, VehicleFacts, WaiverFacts
from lookup.law.terms import CATEGORIES, MISSION_KINDS, REGISTRANTS, ROLES

SINGLE_ACCREDITATION = (
    "category",
    "effective_on",
    "terminated_on",
    "termination",
    "departed_on",
    "reasonable_period_ends_on",
)
"""What stands either outside, for one accreditation, or in each element of `accreditations`; never in both."""

FROM_OUTSIDE = ("mission_kind", "organization", "agreement", "national_of_sending_state", "state_confirmed")
"""What an element of `accreditations` takes from the outer facts where it does not say it."""


class AgreementBody(StrictBody):
    """A bilateral agreement in force."""

    treated_as = one_of(CATEGORIES)
    covers_family = Flag(allow_none=True)


class _AccreditationFields(StrictBody):
    category = one_of(CATEGORIES)
    effective_on = Day(allow_none=True)
    terminated_on = Day(allow_none=True)
    termination = one_of(words.Termination)
    departed_on = Day(allow_none=True)
    reasonable_period_ends_on = Day(allow_none=True)
    mission_kind = one_of(MISSION_KINDS)
    organization = one_of(words.Organization)
    agreement = fields.Nested(AgreementBody, allow_none=True)
    national_of_sending_state = Flag(allow_none=True)
    state_confirmed = Flag(allow_none=True)

    @validates_schema
    def _ends_after_it_begins(self, data: dict[str, Any], **kwargs: Any) -> None:
        begins, ends = data.get("effective_on"), data.get("terminated_on")
        if begins is not None and ends is not None and ends < begins:
            raise ValidationError("Functions cannot end before they begin.", "terminated_on")


class AccreditationBody(_AccreditationFields):
    """One of several accreditations."""


class WaiverBody(StrictBody):
    """A waiver, or a claim of one."""

    scope = one_of(words.WaiverScope)
    case_reference = Text(allow_none=True, validate=validate.Length(max=200))
    confirmed_by_state = Flag(allow_none=True)


class VehicleBody(StrictBody):
    """The vehicle asked about."""

    registrant = one_of(REGISTRANTS)
    status = one_of(words.VehicleStatus)
    obstructing = Flag(allow_none=True)


class FactsBody(_AccreditationFields):
    """The facts of one assessment; everything is optional."""

    record = one_of(words.RecordState)
    lookup = one_of(words.LookupKind)
    at = Day(allow_none=True)
    role = one_of(ROLES)
    relationship = one_of(words.Relationship)
    age = WholeNumber(allow_none=True, validate=validate.Range(min=0, error="An age is not below 0."))
    full_time_student = Flag(allow_none=True)
    household_exception = Flag(allow_none=True)
    household_until = Day(allow_none=True)
    recognized = Flag(allow_none=True)
    us_status = one_of(words.UsStatus)
    principal_us_status = one_of(words.UsStatus)
    mandatory_notification_country = Flag(allow_none=True)
    accreditations = fields.List(
        fields.Nested(AccreditationBody),
        allow_none=True,
        validate=validate.Length(1, 100, error="Give 1 to 100 accreditations, or leave the list out."),
        error_messages={"invalid": "Write a list."},
    )
    waivers = fields.List(
        fields.Nested(WaiverBody),
        allow_none=True,
        validate=validate.Length(max=100, error="Give at most 100 waivers."),
        error_messages={"invalid": "Write a list."},
    )
    card_status = one_of(words.CardStatus)
    vehicle = fields.Nested(VehicleBody, allow_none=True)
    premises = one_of(words.PremisesKind)
    bag = Flag(allow_none=True)
    offense = one_of(words.Offense)
    warrant = Flag(allow_none=True)
    arrest_contemplated = Flag(allow_none=True)
    situation = one_of(words.Situation)

    @validates_schema
    def _fits_together(self, data: dict[str, Any], **kwargs: Any) -> None:
        faults: dict[str, list[str]] = {}
        if data.get("relationship") is not None and data.get("role") != "family":
            faults["relationship"] = ["Only family has a relationship: say role family, or leave it out."]
        if data.get("accreditations") is not None:
            for name in SINGLE_ACCREDITATION:
                if data.get(name) is not None:
                    faults[name] = ["Say this in each element of accreditations, not beside it."]
        if faults:
            raise ValidationError(faults)


@dataclass(frozen=True, slots=True)
class Question:
    """Facts and the day asked about; None means today."""

    facts: Facts
    at: date | None


_SCHEMA = FactsBody()
_PLAIN_FACTS = frozenset(field.name for field in dataclass_fields(Facts)) - {"accreditations", "waivers", "vehicle"}


def read_facts(body: object) -> Question:
    """Read one JSON object of facts. Raises `InvalidRequest` with the pointer of every fault."""
    if not isinstance(body, dict):
        raise InvalidRequest(faults_of(["Write a JSON object with the facts."]))
    try:
        data = _SCHEMA.load(body)
    except ValidationError as error:
        raise InvalidRequest(faults_of(error.messages)) from None
    known = {name: value for name, value in data.items() if value is not None}
    vehicle = known.get("vehicle")
    facts = Facts(
        accreditations=_accreditations(known),
        waivers=tuple(WaiverFacts(**waiver) for waiver in known.get("waivers", ())),
        vehicle=None if vehicle is None else VehicleFacts(**vehicle),
        **{name: value for name, value in known.items() if name in _PLAIN_FACTS},
    )
    return Question(facts, known.get("at"))


def _accreditations(known: dict[str, Any]) -> tuple[AccreditationFacts, ...]:
    """Give the accreditations: the list, each element completed from outside, or the single one that stands outside."""
    outside = {name: known[name] for name in FROM_OUTSIDE if name in known}
    if "accreditations" in known:
        return tuple(_accreditation(outside, element) for element in known["accreditations"])
    if "category" not in known:
        return ()
    single = {name: known[name] for name in SINGLE_ACCREDITATION if name in known}
    return (_accreditation(outside, single),)


def _accreditation(outside: dict[str, Any], element: dict[str, Any]) -> AccreditationFacts:
    said = {name: value for name, value in element.items() if value is not None}
    merged = outside | said
    agreement = merged.pop("agreement", None)
    treated_as = None if agreement is None else agreement.get("treated_as")
    lifting = None if treated_as is None else AgreementFacts(treated_as, agreement.get("covers_family"))
    return AccreditationFacts(agreement=lifting, **merged)
