"""The trail of all nodes: the files of this one, as they lie there, and the copy of the others in the store.

Decides what is read from which: a segment that lies here is read here, everything else is asked of the copy. A copy
that cannot be asked is told, and stops nobody from reading what lies here. An embedded store has no copy and no other
nodes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lookup.audit.places import places_of
from lookup.audit.reading.seen import GONE_AFTER, LATE, Seen
from lookup.audit.reading.stream import Line, line_of
from lookup.audit.shipped import MOST, Wanted, copy_of, search_shipped
from lookup.clock import Clock
from lookup.errors import CouldNotSearch
from lookup.settings import Settings

if TYPE_CHECKING:
    from lookup.store.elastic.audit_reading import AuditCopy, Cursor, Hit

COPY_FIELDS: Mapping[str, str] = {
    "agency": "agency_ori",
    "plate": "query.value",
    "value": "query.value",
    "kind": "query.kind",
    "issuer": "query.issuer",
    "entered_by": "query.entered_by",
    "reference_number": "lookup_id",
    "record": "records",
    "recipient": "secondary_recipient",
    "source": "data.source",
    "generation": "data.generation",
} | {
    name: name
    for name in (
        "user", "requestor", "event", "outcome", "level", "lookup_id", "id", "disclosed", "purpose", "reason",
        "case_number", "source_address", "destination_address", "device", "session", "component", "policy",
        "answer_digest",
    )
}  # fmt: skip
"""What the copy calls the filters of a search. It cannot be asked by the others: their lines are told apart here."""


class AllNodes:
    """The trail of this node, whose segments lie in `places`, and of all others. Made after the process forked."""

    def __init__(self, places: Sequence[Path], node: str, clock: Clock, copy: "AuditCopy | None" = None) -> None:
        self.places = places
        self._node = node
        self._clock = clock
        self._copy = copy

    def up_to_date(self) -> datetime:
        """Give the moment up to which every node should be copied by now."""
        return self._clock() - LATE

    def needed_for(self, moment: datetime | None) -> datetime:
        """Give up to when every node must be seen, so that a lookup of this moment which is not found is not there:
        that moment. Where it is not known, or no moment that was yet, as far as nodes should be copied by now."""
        return self.up_to_date() if moment is None or moment > self._clock() else moment

    def seen(self) -> Seen:
        """Ask how far the trail of each node can be seen. Ask this before the lines: what is copied meanwhile is a
        gift."""
        now = self._clock()
        own = {self._node: now}
        if self._copy is None:
            return Seen(own)
        try:
            return Seen(self._copy.reaches(now - GONE_AFTER) | own)
        except CouldNotSearch:
            return Seen(own, not_asked=True)

    def others(
        self,
        fields: Mapping[str, str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        here: Iterable[Path] = (),
        after: "Cursor | None" = None,
        at_once: int = MOST,
    ) -> "Iterator[Hit]":
        """Give what the copy has of other nodes, oldest first, behind this cursor: lines whose fields have these
        values, in no segment that is read `here`; `at_once` are asked for together. Raises `CouldNotSearch`."""
        if self._copy is None:
            return
        wanted = Wanted(since, until, fields, frozenset(path.name for path in here))
        while hits := search_shipped(self._copy, wanted, after, at_once, oldest_first=True):
            yield from hits
            if len(hits) < at_once:
                return
            after = hits[-1].cursor


@contextmanager
def all_nodes(settings: Settings, clock: Clock) -> Iterator[AllNodes]:
    """Open the trail of all nodes."""
    copy = copy_of(settings)
    try:
        yield AllNodes(places_of(settings), settings.node, clock, copy)
    finally:
        if copy is not None:
            copy.close()


def line_of_hit(hit: "Hit") -> Line | None:
    """Give a line of the copy as one of a segment; None where it cannot be read."""
    return line_of(Path(hit.segment), 0, hit.text)
