"""Consular notification and offices, as JSON."""

from marshmallow import Schema, fields, validate


class NotificationAnswer(Schema):
    """What to do on arresting a national of a country."""

    country = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "The State responsible, such as GB for BM"})
    duty = fields.String(required=True, validate=validate.OneOf(("mandatory", "on_request", "none")))
    text = fields.String(required=True)
    notes = fields.List(fields.String(), required=True)
    citations = fields.List(fields.String(), required=True)
    policy = fields.String(required=True)
    environment = fields.String(required=True)


class TelephoneBody(Schema):
    """A telephone that is answered day and night."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    numbers = fields.List(fields.String(), required=True)
    hours = fields.String(required=True)


class OfficeBody(Schema):
    """An office. `telephone` is null while nobody has confirmed it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    telephone = fields.String(required=True, allow_none=True)
    states = fields.List(fields.String(), required=True)
    partly = fields.List(fields.String(), required=True, attribute="partial", data_key="partial")
    note = fields.String(required=True)


class OfficesAnswer(Schema):
    """The offices of a place."""

    state = fields.String(required=True)
    offices = fields.List(fields.Nested(OfficeBody), required=True)
    always_open = fields.List(fields.Nested(TelephoneBody), required=True)
    note = fields.String(required=True)
    policy = fields.String(required=True)
    environment = fields.String(required=True)
