"""The audit trail of all nodes over HTTP, for who has the scope `audit`; reading is itself recorded.

Decides how much of it one request may read: a thread is never held for minutes. Who reads the trail cannot query, and
who queries cannot read it (CJIS AU-9, AC-5): such keys are not made.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from lookup.audit.entry import moment_text
from lookup.audit.reading.all_nodes import AllNodes, all_nodes
from lookup.audit.reading.filters import Wanted, entry_of, filters_document
from lookup.audit.reading.lookup_entries import entries_about
from lookup.audit.reading.pages import Place, page_of
from lookup.audit.reading.stream import Line
from lookup.errors import FieldFault, ImmunityError, InvalidRequest
from lookup.lookup_ids import reference_number
from mobile_api.access.guard import token
from mobile_api.audit_cursor import read_cursor, write_cursor
from mobile_api.audited import told
from mobile_api.interface import Blueprint
from mobile_api.runtime import runtime
from mobile_api.schemas.audit_trail import AuditLookupAnswer, AuditSearchAnswer, AuditSearchBody

SEARCHED_BY_DEFAULT = timedelta(days=7)
"""How far back a search looks that names no time: what a weekly review covers."""
SEARCH_BYTES = 128 * 1024 * 1024
"""What one search reads at most: half a second of work, some 90,000 entries."""
LOOKUP_BYTES = 2 * 1024 * 1024 * 1024
"""What the search for one lookup reads at most: it looks for one number, and takes a second for so much."""

blueprint = Blueprint("Audit", __name__, description="Who asked what, when, from where, why, and what they were told")


@blueprint.post("/v1/audit/search")
@blueprint.takes_body(AuditSearchBody)
@blueprint.gives(AuditSearchAnswer)
@token("audit", event="audit.searched")
def search_audit(body: dict[str, Any]) -> dict[str, Any]:
    """Search the trail of all nodes by time and by every field of an entry, page by page, oldest first."""
    now = runtime()
    since, until, cursor, limit = (body.pop(name, None) for name in ("since", "until", "cursor", "limit"))
    given = {name: text for name, text in body.items() if text is not None}
    asked = filters_document(since, until, given)
    with _recorded(asked):
        wanted = Wanted(given)
        if cursor is None:
            end = until or now.clock()
            place = Place(since or end - SEARCHED_BY_DEFAULT, end)
        else:
            place = read_cursor(asked, cursor)
        if place.since >= place.until:
            raise InvalidRequest([FieldFault("/since", "Give a moment before `until`.")])
        with all_nodes(now.settings, now.clock) as nodes:
            page = _page(nodes, wanted, asked, place, limit)
    return page | {"environment": now.settings.environment}


@blueprint.get("/v1/audit/<lookup>")
@blueprint.gives(AuditLookupAnswer)
@token("audit", event="audit.viewed")
def audited_lookup(lookup: str) -> dict[str, Any]:
    """Give everything in the trail of all nodes about one lookup, by its lookup_id or reference number."""
    now = runtime()
    with _recorded({"lookup_id": lookup}), all_nodes(now.settings, now.clock) as nodes:
        found = entries_about(nodes, lookup, LOOKUP_BYTES)
    return found.seen.document(found.not_seen) | {
        "lookup_id": found.lookup_id,
        "reference_number": reference_number(UUID(found.lookup_id)),
        "entries": _objects(found.lines),
        "complete": found.not_seen is None,
        "environment": now.settings.environment,
    }


@contextmanager
def _recorded(asked: dict[str, str]) -> Iterator[None]:
    """Record what was asked of the trail, and whether it was answered; never what was found."""
    telling, details = told(), {"filters": asked}
    try:
        yield
    except ImmunityError as error:
        telling.failed(error.status, details=details)
        raise
    telling.happened(telling.event, "done", details=details)


def _page(nodes: AllNodes, wanted: Wanted, asked: dict[str, str], place: Place, limit: int) -> dict[str, Any]:
    """Read one page. A line more than it shows would have to be read again: so its cursor may lead to an empty one."""
    page = page_of(nodes, wanted, place, limit, SEARCH_BYTES)
    not_seen = page.seen.not_seen(min(place.until, nodes.up_to_date()))
    return page.seen.document(not_seen) | {
        "since": moment_text(place.since),
        "until": moment_text(place.until),
        "entries": _objects(page.lines),
        "cursor": write_cursor(asked, page.following),
        "complete": page.complete and not_seen is None,
        "unreadable": page.unreadable,
    }


def _objects(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [{"segment": line.segment.name, "entry": entry_of(line)} for line in lines]
