"""The weekly review of the trail (CJIS AU-6): who asked how much, with what success, and what needs a second look.

Decides what is counted and listed, from the entries of a span of time. Holds no value that was asked: whoever reviews
sees patterns, and looks up single entries by their id.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lookup.audit.entry import Entry, moment_text

ANSWERED = ("match", "possible_matches", "no_record")
"""Outcomes of a question that was answered."""
LISTED = 1000
"""Entries of one kind that a report lists; more are counted."""

_CHANGES = ("key.", "account.", "password.", "device.", "registry.", "backup.")
_READ_BY = ("audit.",)


@dataclass(slots=True)
class Activity:
    """What one user of one agency did."""

    queries: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    purpose_defaults: int = 0
    views: int = 0
    refusals: int = 0
    failed_sign_ins: int = 0

    @property
    def miss_share(self) -> float | None:
        """The share of answered questions that found no record; None where none was answered."""
        answered = sum(self.outcomes[outcome] for outcome in ANSWERED)
        return round(self.outcomes["no_record"] / answered, 3) if answered else None

    def document(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "queries": self.queries,
            "outcomes": dict(sorted(self.outcomes.items())),
            "miss_share": self.miss_share,
            "purpose_defaults": self.purpose_defaults,
            "views": self.views,
            "refusals": self.refusals,
            "failed_sign_ins": self.failed_sign_ins,
        }


@dataclass(slots=True)
class Listing:
    """Entries of one kind: how many, and the first of them."""

    count: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)

    def add(self, entry: Entry, **more: Any) -> None:
        """List one more."""
        self.count += 1
        if len(self.entries) < LISTED:
            names = ("occurred_at", "event", "outcome", "user", "agency_ori", "source_address", "id")
            self.entries.append({name: entry.get(name) for name in names} | more)

    def document(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {"count": self.count, "entries": self.entries}


@dataclass(slots=True)
class Review:
    """A report on the entries from `since` (included) to `until` (left out)."""

    since: datetime
    until: datetime
    entries: int = 0
    activities: dict[tuple[str, str], Activity] = field(default_factory=dict)
    changes: Listing = field(default_factory=Listing)
    alarms: Listing = field(default_factory=Listing)
    locked: Listing = field(default_factory=Listing)
    readings: Listing = field(default_factory=Listing)
    gaps: Listing = field(default_factory=Listing)

    def take(self, entry: Entry) -> None:
        """Take one entry into the report."""
        self.entries += 1
        event = str(entry.get("event"))
        if event.startswith(_CHANGES):
            self.changes.add(entry, details=entry.get("details"))
        elif event.startswith("alarm."):
            self.alarms.add(entry, details=entry.get("details"))
        elif event == "sign_in.locked":
            self.locked.add(entry)
        elif event.startswith(_READ_BY):
            self.readings.add(entry)
        elif event == "segment.opened":
            self._take_gap(entry)
        if event not in ("segment.opened", "segment.closed"):
            self._count(event, entry)

    def document(self) -> dict[str, Any]:
        """Give the report as JSON: the agencies and their users by name, the most active first in each."""
        return {
            "since": moment_text(self.since),
            "until": moment_text(self.until),
            "entries": self.entries,
            "agencies": _by_agency(self.activities),
            "changes": self.changes.document(),
            "alarms": self.alarms.document(),
            "locked": self.locked.document(),
            "readings": self.readings.document(),
            "gaps": self.gaps.document(),
        }

    def _take_gap(self, entry: Entry) -> None:
        details = entry.get("details")
        gap = details.get("gap") if isinstance(details, dict) else None
        if gap is not None:
            self.gaps.add(entry, component=entry.get("component"), gap=gap)

    def _count(self, event: str, entry: Entry) -> None:
        who = (str(entry.get("agency_ori") or ""), str(entry.get("user") or ""))
        activity = self.activities.setdefault(who, Activity())
        outcome = str(entry.get("outcome"))
        if event.startswith("query."):
            activity.queries += 1
            activity.outcomes[outcome] += 1
            activity.purpose_defaults += entry.get("purpose_defaulted") is True
        elif event.startswith("view."):
            activity.views += 1
        activity.refusals += outcome == "refused"
        activity.failed_sign_ins += event == "sign_in.failed"


def review(entries: Iterable[Entry], since: datetime, until: datetime) -> Review:
    """Make the report on these entries."""
    made = Review(since, until)
    for entry in entries:
        made.take(entry)
    return made


def _by_agency(activities: dict[tuple[str, str], Activity]) -> list[dict[str, Any]]:
    agencies: dict[str, list[tuple[str, Activity]]] = {}
    for (agency, user), activity in activities.items():
        agencies.setdefault(agency, []).append((user, activity))
    return [
        {
            "agency": agency or None,
            "users": [
                {"user": user or None} | activity.document()
                for user, activity in sorted(users, key=lambda one: (-one[1].queries, one[0]))
            ],
        }
        for agency, users in sorted(agencies.items())
    ]
