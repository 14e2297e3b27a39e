"""The answer to a lookup, as JSON."""

from marshmallow import Schema, fields, validate

from lookup.fields import StrictBody
from lookup.queries import QUERY_KINDS, LookupBody
from mobile_api.schemas.law import GuidanceBody, ImmunityBody

BATCH_QUERIES = 100
"""Queries in one batch: some seconds of work at most, so that one caller does not keep a thread."""
_QUERIES = f"Write a list of 1 to {BATCH_QUERIES} queries."

OUTCOMES = ("match", "possible_matches", "no_record")


class ReadingBody(Schema):
    """How a plate is read by its pattern, which says nothing about status."""

    series = fields.String(required=True)
    status_letter = fields.String(required=True, allow_none=True)
    mission_code = fields.String(required=True, allow_none=True)
    serial = fields.String(required=True, allow_none=True)


class QueryBody(Schema):
    """What was asked, as given and as compared."""

    kind = fields.String(required=True, validate=validate.OneOf(QUERY_KINDS))
    given = fields.Raw(required=True)
    normalized = fields.Raw(required=True)
    display = fields.Raw(required=True)
    reading = fields.Nested(ReadingBody, required=True, allow_none=True)


class AnswerMissionBody(Schema):
    """A mission, as far as an officer needs it."""

    mission_id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    sending_state = fields.String(required=True, allow_none=True)
    organization = fields.String(required=True, allow_none=True)


class AnswerVehicleBody(Schema):
    """The vehicle of an answer."""

    handle = fields.String(required=True)
    plate = fields.String(required=True)
    display = fields.String(required=True)
    make = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    color = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    vin = fields.String(required=True, allow_none=True)
    registration_status = fields.String(required=True, allow_none=True)
    valid_until = fields.String(required=True, allow_none=True)
    mission = fields.Nested(AnswerMissionBody, required=True, allow_none=True)


class AnswerPersonBody(Schema):
    """The person whose record it is; a camera is never told."""

    handle = fields.String(required=True)
    member_id = fields.String(required=True)
    name = fields.String(required=True)
    date_of_birth = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    mission = fields.Nested(AnswerMissionBody, required=True, allow_none=True)
    documents = fields.List(fields.Dict(), required=True)


class NoticeBody(Schema):
    """Something to know about this answer."""

    code = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(("info", "caution", "stop")))
    text = fields.String(required=True)


class FreshnessBody(Schema):
    """How old the data is and where it was read."""

    as_of = fields.String(required=True)
    age_seconds = fields.Float(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("fresh", "stale", "expired")))
    source = fields.String(required=True, validate=validate.OneOf(("replica", "elasticsearch", "embedded")))
    generation = fields.String(required=True)
    revision = fields.Integer(required=True)


class AnswerBody(Schema):
    """One answer."""

    lookup_id = fields.UUID(required=True)
    reference_number = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    query = fields.Nested(QueryBody, required=True)
    vehicle = fields.Nested(AnswerVehicleBody, required=True, allow_none=True)
    person = fields.Nested(AnswerPersonBody, required=True, allow_none=True)
    immunity = fields.Nested(ImmunityBody, required=True, allow_none=True)
    premises = fields.Dict(required=True, allow_none=True)
    guidance = fields.Nested(GuidanceBody, required=True)
    notices = fields.List(fields.Nested(NoticeBody), required=True)
    candidates = fields.List(fields.Dict(), required=True)
    freshness = fields.Nested(FreshnessBody, required=True)
    environment = fields.String(required=True, validate=validate.OneOf(("live", "training")))


class BatchBody(Schema):
    """Several queries at once."""

    queries = fields.List(fields.Nested(LookupBody), required=True, validate=validate.Length(1, BATCH_QUERIES))


class BatchFrame(StrictBody):
    """A batch as it is read: a list of so many things, each of which is a query or gets a problem of its own."""

    queries = fields.List(
        fields.Raw(allow_none=True),
        required=True,
        validate=validate.Length(1, BATCH_QUERIES, error=_QUERIES),
        error_messages=dict.fromkeys(("required", "null", "invalid"), _QUERIES),
    )


class BatchAnswer(Schema):
    """An answer or a problem for each query, in their order."""

    answers = fields.List(fields.Dict(), required=True)
