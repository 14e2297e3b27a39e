"""How much of the trail of all nodes somebody saw: up to when that of each node, and what they could not see.

Decides from when on a node counts as behind. Nothing that was not seen is ever taken for "nothing there": a search says
what it could not look at, and who asks for one lookup gets an error then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lookup.audit.entry import moment_text

LATE = timedelta(minutes=1)
"""A node whose trail is copied up to so long ago is not behind. An entry is copied within a second or two, but a node
says how far it came only every 15 s, and 25 s after it (`lookup.audit.reach`)."""
GONE_AFTER = timedelta(days=7)
"""A node that copied nothing for so long counts as taken out of service, and is not waited for any more."""

NOT_ASKED = "The copy of the other nodes' trails could not be asked: only what this node wrote was searched. Ask again."


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to when the trail of each node was seen. `not_asked` where the copy of the other nodes could not be asked."""

    nodes: Mapping[str, datetime] = field(default_factory=dict)
    not_asked: bool = False

    def not_seen(self, needed: datetime) -> str | None:
        """Say what was not seen of what was written before `needed`; None where all was."""
        if self.not_asked:
            return NOT_ASKED
        behind = [f"{node} wrote after {moment_text(at)}" for node, at in sorted(self.nodes.items()) if at < needed]
        return f"Not copied yet, so not searched, is what {' and what '.join(behind)}. Ask again." if behind else None

    def document(self, not_seen: str | None) -> dict[str, Any]:
        """Give it as JSON, with what was not seen."""
        nodes = [{"node": node, "until": moment_text(at)} for node, at in sorted(self.nodes.items())]
        return {"nodes": nodes, "not_seen": not_seen}
