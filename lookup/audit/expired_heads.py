"""Removes the volumes of signed heads that nothing needs any longer.

Decides which may go: any but the newest whose last checkpoint is older than policy says. What was final when the next
one began is stated there again, so that no segment loses what vouches for it; the removal is recorded first, with the
hash from which the next volume goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lookup.audit.entry import Actor, Scene, entry, moment_text
from lookup.audit.places import system_actor
from lookup.audit.segment import last_line
from lookup.audit.signing.checkpoint import Checkpoint, read_checkpoint
from lookup.audit.signing.volumes import HEADS_NAME, volumes_of
from lookup.audit.trail import Trail
from lookup.clock import Clock, system_clock
from lookup.settings import Settings


@dataclass(frozen=True, slots=True)
class RemovedVolume:
    """A volume of heads that was removed, and its last checkpoint."""

    path: Path
    last: Checkpoint

    def document(self) -> dict[str, Any]:
        """Give it as the trail tells it."""
        told = {"name": self.path.name, "last": self.last.sequence, "hash": self.last.hash}
        return told | {"last_at": moment_text(self.last.at)}


def remove_expired_heads(
    settings: Settings, trail: Trail, clock: Clock = system_clock, actor: Actor | None = None
) -> list[RemovedVolume]:
    """Remove all volumes that are older than `audit_keep`, and give what was removed.

    Raises `AuditUnavailable` or `OSError` where that cannot be recorded: then they stay.
    """
    gone = list(_expired(settings, clock()))
    if not gone:
        return gone
    told = {"kept": f"{settings.audit_keep.days} d", "heads": [one.document() for one in gone]}
    trail.record(entry("audit.removed", "done", Scene(clock(), trail.component, actor or system_actor()), details=told))
    for one in gone:
        one.path.unlink(missing_ok=True)
    return gone


def _expired(settings: Settings, now: datetime) -> Iterator[RemovedVolume]:
    """Give the volumes that may go, oldest first: none behind one that stays, so that no gap arises."""
    for path in volumes_of(settings.audit_dir / HEADS_NAME)[:-1]:
        last = read_checkpoint(last_line(path)[0])
        if last is None or last.at >= now - settings.audit_keep:
            return
        yield RemovedVolume(path, last)
