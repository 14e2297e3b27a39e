"""What the registry knows, as JSON: the records of the console's pages, each addressed by its handle."""

from marshmallow import Schema, fields


class MissionBody(Schema):
    """A mission."""

    handle = fields.String(required=True)
    standing = fields.String(required=True)
    mission_id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    sending_state = fields.String(required=True, allow_none=True)
    organization = fields.String(required=True, allow_none=True)
    plate_code = fields.String(required=True, allow_none=True)
    city = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    duty_phone = fields.String(required=True, allow_none=True)
    established_on = fields.Date(required=True)
    terminated_on = fields.Date(required=True, allow_none=True)


class AccreditationBody(Schema):
    """A post that a member holds or held."""

    mission_id = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    effective_on = fields.Date(required=True)
    terminated_on = fields.Date(required=True, allow_none=True)
    termination = fields.String(required=True, allow_none=True)
    departed_on = fields.Date(required=True, allow_none=True)
    reasonable_period_ends_on = fields.Date(required=True, allow_none=True)
    state_confirmed = fields.Boolean(required=True, allow_none=True)


class WaiverBody(Schema):
    """An express waiver by the sending State."""

    waiver_id = fields.String(required=True)
    scope = fields.String(required=True)
    case_reference = fields.String(required=True, allow_none=True)
    effective_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class MemberBody(Schema):
    """A member, or family of one."""

    handle = fields.String(required=True)
    standing = fields.String(required=True, metadata={"description": "good, newer_row_refused or held"})
    member_id = fields.String(required=True)
    family_name = fields.String(required=True, allow_none=True)
    given_names = fields.String(required=True, allow_none=True)
    date_of_birth = fields.Date(required=True, allow_none=True)
    sex = fields.String(required=True, allow_none=True)
    nationality = fields.List(fields.String(), required=True)
    us_status = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, allow_none=True, metadata={"description": "principal or family"})
    principal = fields.String(required=True, allow_none=True, metadata={"description": "The principal's handle"})
    relationship = fields.String(required=True, allow_none=True)
    household_until = fields.Date(required=True, allow_none=True)
    recognized = fields.Boolean(required=True, allow_none=True)


class VehicleBody(Schema):
    """A vehicle. `registrant` is the member's handle; null where it is registered to the mission."""

    handle = fields.String(required=True)
    standing = fields.String(required=True)
    plate = fields.String(required=True)
    display = fields.String(required=True)
    vin = fields.String(required=True, allow_none=True)
    make = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    body = fields.String(required=True, allow_none=True)
    color = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    registration_status = fields.String(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    lessor = fields.String(required=True, allow_none=True)
    mission_id = fields.String(required=True, allow_none=True)
    registrant = fields.String(required=True, allow_none=True)


class PremisesBody(Schema):
    """Premises of a mission. `occupant_level` is always null: a search says nothing about immunity."""

    handle = fields.String(required=True)
    standing = fields.String(required=True)
    premises_id = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    city = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)
    mission = fields.Dict(required=True, allow_none=True)
    occupant_level = fields.String(required=True, allow_none=True)


class DocumentBody(Schema):
    """An identity card or a driver license."""

    kind = fields.String(required=True)
    number = fields.String(required=True)
    status = fields.String(required=True, allow_none=True)
    issued_on = fields.Date(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)


class MissionAnswer(Schema):
    """One mission."""

    mission = fields.Nested(MissionBody, required=True)
    environment = fields.String(required=True)


class MissionsAnswer(Schema):
    """A page of missions; `cursor` leads to the next one, null on the last."""

    missions = fields.List(fields.Nested(MissionBody), required=True)
    cursor = fields.String(required=True, allow_none=True)
    environment = fields.String(required=True)


class MembersAnswer(Schema):
    """A page of a mission's members."""

    members = fields.List(fields.Nested(MemberBody), required=True)
    cursor = fields.String(required=True, allow_none=True)
    environment = fields.String(required=True)


class VehiclesAnswer(Schema):
    """A page of a mission's vehicles."""

    vehicles = fields.List(fields.Nested(VehicleBody), required=True)
    cursor = fields.String(required=True, allow_none=True)
    environment = fields.String(required=True)


class MemberAnswer(Schema):
    """One member as on record now."""

    member = fields.Nested(MemberBody, required=True)
    environment = fields.String(required=True)


class VehicleAnswer(Schema):
    """One vehicle as on record now."""

    vehicle = fields.Nested(VehicleBody, required=True)
    environment = fields.String(required=True)


class HistoryAnswer(Schema):
    """Everything that is on record of a member, over time: each list begins with what began first."""

    member = fields.Nested(MemberBody, required=True)
    accreditations = fields.List(fields.Nested(AccreditationBody), required=True)
    waivers = fields.List(fields.Nested(WaiverBody), required=True)
    documents = fields.List(fields.Nested(DocumentBody), required=True)
    vehicles = fields.List(fields.Nested(VehicleBody), required=True)
    environment = fields.String(required=True)


class HitBody(Schema):
    """A record that fits a search, and why."""

    kind = fields.String(required=True)
    handle = fields.String(required=True)
    score = fields.Float(required=True, metadata={"description": "0 to 1"})
    because = fields.List(fields.String(), required=True)
    record = fields.Dict(required=True, allow_none=True, metadata={"description": "The record, as on its own page"})


class SearchAnswer(Schema):
    """A page of hits, best first. `complete` is false where a limit was reached and there may be more, also where
    there are no hits: then narrow the search."""

    hits = fields.List(fields.Nested(HitBody), required=True)
    cursor = fields.String(required=True, allow_none=True)
    complete = fields.Boolean(required=True)
    environment = fields.String(required=True)
