"""A lookup of the last 24 hours as it was answered, and to whom it was passed on."""

import re

from marshmallow import Schema, fields, validate

from lookup.answers import PARTS
from lookup.fields import StrictBody, Text
from mobile_api.schemas.answers import AnswerBody

_TELEPHONE = re.compile(r"\+?(?=(?:[^0-9]*[0-9]){7})[0-9 ().x/-]{7,40}\Z")
"""What is dialed: at least seven digits, with what people put between them and an extension."""
_PARTS = f"Write a list of the parts that were passed on: {', '.join(PARTS)}."


_NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Write a text.")


def _text(most: int) -> Text:
    return Text(required=True, validate=[validate.Length(max=most), _NOT_BLANK])


class DisclosureBody(StrictBody):
    """To whom an answer was passed on: the agency, who took it there and the number to call them back at."""

    agency = _text(100)
    name = _text(100)
    phone = Text(required=True, validate=validate.Regexp(_TELEPHONE, error="Write the telephone number."))
    parts = fields.List(
        Text(validate=validate.OneOf(PARTS, error=_PARTS)),
        required=True,
        validate=validate.Length(1, len(PARTS), error=_PARTS),
        error_messages=dict.fromkeys(("required", "null", "invalid"), _PARTS),
    )


class PastLookupAnswer(Schema):
    """One lookup, derived again from the audit trail. `answer` is null where what is derived is not what was said."""

    lookup_id = fields.String(required=True)
    reference_number = fields.String(required=True)
    asked_at = fields.String(required=True)
    agency = fields.String(required=True, allow_none=True, metadata={"description": "The ORI of the agency that asked"})
    requestor = fields.String(required=True, allow_none=True)
    case_number = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True)
    entered_by = fields.String(required=True, metadata={"description": "person, system or camera"})
    verdict = fields.String(required=True, metadata={"description": "matches, differs or cannot be derived"})
    because = fields.String(required=True, allow_none=True, metadata={"description": "Why it does not match"})
    answer = fields.Nested(AnswerBody, required=True, allow_none=True)
    environment = fields.String(required=True)


class DisclosureAnswer(Schema):
    """A disclosure as it stands in the audit trail."""

    lookup_id = fields.String(required=True)
    reference_number = fields.String(required=True)
    disclosed_at = fields.String(required=True)
    secondary_recipient = fields.Nested(DisclosureBody, required=True)
    environment = fields.String(required=True)
