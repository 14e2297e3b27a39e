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


class SeenNodeBody(Schema):
    """A node, and up to when its trail was seen: this one's up to now, another one's as far as it is copied."""

    node = fields.String(required=True)
    until = fields.String(required=True)


_NOT_SEEN = "What could not be looked at, as a sentence; null where all was"


class AuditSearchAnswer(Schema):
    """A page of the trail of all nodes, oldest first. `cursor` leads on; null where nothing is left. `complete` is
    false where there may be more: a limit was reached before the page was full, so go on with the cursor; or `not_seen`
    says what could not be looked at, so ask the same again later."""

    since = fields.String(required=True)
    until = fields.String(required=True)
    entries = fields.List(fields.Nested(AuditEntryBody), required=True)
    cursor = fields.String(required=True, allow_none=True)
    complete = fields.Boolean(required=True)
    nodes = fields.List(fields.Nested(SeenNodeBody), required=True)
    not_seen = fields.String(required=True, allow_none=True, metadata={"description": _NOT_SEEN})
    unreadable = fields.Integer(required=True, metadata={"description": "Lines passed over: verify the trail"})
    environment = fields.String(required=True)


class AuditLookupAnswer(Schema):
    """Everything in the trail of all nodes about one lookup, oldest first. `complete` is false where `not_seen` says
    what could not be looked at."""

    lookup_id = fields.String(required=True)
    reference_number = fields.String(required=True)
    entries = fields.List(fields.Nested(AuditEntryBody), required=True)
    complete = fields.Boolean(required=True)
    nodes = fields.List(fields.Nested(SeenNodeBody), required=True)
    not_seen = fields.String(required=True, allow_none=True, metadata={"description": _NOT_SEEN})
    environment = fields.String(required=True)
