"""Questions to the audit trail, and what it holds, as JSON."""

from typing import Any

from marshmallow import Schema, fields, validate

from lookup.audit.reading.filters import FILTERS
from lookup.fields import Moment, StrictBody, Text, WholeNumber

ENTRIES_LIMIT = 500
"""Entries on one page: about a megabyte."""
DEFAULT_ENTRIES = 50
_TEXT = 200
"""Characters of a filter: the longest value that is asked for is an address."""
_CURSOR = 16_384
"""Characters of a cursor: it names the place in each segment that is being read, some hundred at most."""


class AuditFilters(StrictBody):
    """What fits all filters that are given, from `since` (by default seven days back) to before `until` (now)."""

    since = Moment(allow_none=True)
    until = Moment(allow_none=True)
    cursor = Text(allow_none=True, validate=validate.Length(max=_CURSOR))
    limit = WholeNumber(
        load_default=DEFAULT_ENTRIES,
        validate=validate.Range(1, ENTRIES_LIMIT, error=f"Ask for 1 to {ENTRIES_LIMIT} entries."),
    )


_FIELDS: dict[str, fields.Field[Any]] = {
    name: Text(allow_none=True, validate=validate.Length(1, _TEXT), metadata={"description": meaning})
    for name, (_, meaning) in FILTERS.items()
}
AuditSearchBody = AuditFilters.from_dict(_FIELDS, name="AuditSearchBody")


class AuditEntryBody(Schema):
    """One line of the trail as it lies there, and the file that it lies in."""

    segment = fields.String(required=True)
    entry = fields.Dict(required=True, metadata={"description": "All fields of the line, those of the chain too"})


class AuditSearchAnswer(Schema):
    """A page of the trail, oldest first. `cursor` leads on; null where nothing is left. `complete` is false where a
    bound of time was reached before the page was full: there may be more, so go on with the cursor."""

    since = fields.String(required=True)
    until = fields.String(required=True)
    entries = fields.List(fields.Nested(AuditEntryBody), required=True)
    cursor = fields.String(required=True, allow_none=True)
    complete = fields.Boolean(required=True)
    unreadable = fields.Integer(required=True, metadata={"description": "Lines passed over: verify the trail"})
    environment = fields.String(required=True)


class AuditLookupAnswer(Schema):
    """Everything in the trail of this node about one lookup, oldest first. `complete` is false where older segments
    were not searched."""

    lookup_id = fields.String(required=True)
    reference_number = fields.String(required=True)
    entries = fields.List(fields.Nested(AuditEntryBody), required=True)
    complete = fields.Boolean(required=True)
    environment = fields.String(required=True)
