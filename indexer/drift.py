"""Which records differ between extract and store, as a reconcile names them.

Decides how many are named. Keys identify people: they are a result for whoever asked, and never stand in a log.
"""

from dataclasses import dataclass, field

from indexer.compare import Change
from lookup.records import Kind

KEYS_NAMED = 20
"""Keys per kind: enough to see what the records have in common."""


@dataclass(slots=True)
class Drift:
    """The first keys of each kind that differ, in their order; a kind without a difference is left out."""

    keys: dict[Kind, list[str]] = field(default_factory=dict)

    def note(self, change: Change) -> None:
        """Name one record, if it differs and there is room."""
        if change.action == "unchanged":
            return
        named = self.keys.setdefault(change.draft.kind, [])
        if len(named) < KEYS_NAMED:
            named.append(change.draft.key)
