"""Searches the copy of the audit trail of all nodes, and gives lines as they stand in the trail.

Decides what a search may ask for. It tells who asked what on every node of a store, a second or two late; the evidence
is each node's own trail. Where the store is embedded there is no copy: the node's trail is all there is. Both are put
together by `lookup.audit.reading.all_nodes`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lookup.audit.entry import moment_text
from lookup.audit.reading.filters import ANY_OF
from lookup.settings import Settings
from lookup.store.open import cluster_of

if TYPE_CHECKING:
    from lookup.store.elastic.audit_reading import AuditCopy, Cursor, Hit

MOST = 1000
"""Lines of one page at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: lines from `since` (included) to `until` (left out) whose fields have these values. Names are
    those of an entry, of its parts with a dot (`query.value`, `data.generation`); `records` is the key of a record
    that was told. A value that ends in `.*` stands for all that begin so (`query.*`). Lines of the segments `not_in`
    are left out."""

    since: datetime | None = None
    until: datetime | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    not_in: Collection[str] = ()


def copy_of(settings: Settings) -> "AuditCopy | None":
    """Open the copy of all nodes as who reads the store; None for an embedded store."""
    cluster = cluster_of(settings)
    if cluster is None:
        return None
    from lookup.store.elastic.audit_reading import AuditCopy  # noqa: PLC0415 - takes more than a second

    return AuditCopy(cluster)


def search_shipped(
    copy: "AuditCopy",
    wanted: Wanted,
    after: "Cursor | None" = None,
    limit: int = 100,
    *,
    oldest_first: bool = False,
) -> "list[Hit]":
    """Give the lines that fit, newest or oldest first, behind this cursor; `limit` at most, and at most `MOST`. The
    cursor of the last one begins the next page.

    Raises `ValueError` for a field that cannot be asked by, `CouldNotSearch` where the copy could not really be
    searched.
    """
    from lookup.store.elastic.audit_documents import SHIPPED_FIELDS  # noqa: PLC0415 - as above

    unknown = wanted.fields.keys() - SHIPPED_FIELDS
    if unknown:
        raise ValueError(f"the copy cannot be asked by {', '.join(sorted(unknown))}")
    return copy.find(_filters(wanted), after, min(limit, MOST), oldest_first=oldest_first)


def _filters(wanted: Wanted) -> list[dict[str, Any]]:
    filters = [_filter(name, value) for name, value in sorted(wanted.fields.items())]
    bounds = {"gte": wanted.since, "lt": wanted.until}
    moments = {bound: moment_text(moment) for bound, moment in bounds.items() if moment is not None}
    if moments:
        filters.append({"range": {"occurred_at": moments}})
    if wanted.not_in:
        filters.append({"bool": {"must_not": {"terms": {"segment": sorted(wanted.not_in)}}}})
    return filters


def _filter(name: str, value: str) -> dict[str, Any]:
    beginning = value.removesuffix("*")
    return {"prefix": {name: beginning}} if value.endswith(ANY_OF) else {"term": {name: value}}
