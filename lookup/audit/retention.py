"""Removes what the trail need not keep any longer: whole segments, by age alone.

Decides what may go: a segment whose last entry is older than policy says, that is final in a signed head, and that
still ends as that head says; any other stays, as evidence. Heads stay for ever. A removal is recorded and signed before
a file is deleted (CJIS AU-11, AU-9).
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from lookup.audit.chain import Link
from lookup.audit.ends import end_of
from lookup.audit.entry import Actor, Scene, entry, moment_text
from lookup.audit.places import places_of, system_actor
from lookup.audit.segment import begun_at, is_segment_name, last_line, segments_in
from lookup.audit.signing.checkpoint import BATCH, SegmentHead
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.publishing import Publishing
from lookup.audit.signing.volumes import final_heads, heads_path
from lookup.audit.trail import Trail
from lookup.clock import Clock, system_clock
from lookup.settings import Settings


@dataclass(frozen=True, slots=True)
class Removed:
    """A segment that was removed: its file, its final head, and the moment of its last entry."""

    path: Path
    head: SegmentHead
    last_at: datetime

    def document(self) -> dict[str, Any]:
        """Give it as the trail tells it."""
        first_at = moment_text(begun_at(self.path))
        return asdict(self.head) | {"first_at": first_at, "last_at": moment_text(self.last_at)}


def remove_expired(
    settings: Settings, trail: Trail, clock: Clock = system_clock, actor: Actor | None = None
) -> list[Removed]:
    """Remove all segments that are older than `audit_keep`, in the name of `actor` (by default who runs the command),
    and give what was removed.

    Raises `AuditUnavailable` or `OSError` where a removal cannot be recorded or signed: then those files stay.
    """
    heads, publishing = Heads(settings, clock), Publishing(settings, clock)
    expired = dict(_expired(settings, clock()))
    final = _final_heads(settings) if expired else {}
    gone = [
        Removed(path, final[path.name], last_at)
        for path, last_at in expired.items()
        if path.name in final and _ends_as(path, final[path.name])
    ]
    scene_actor = actor or system_actor()
    for start in range(0, len(gone), BATCH):
        batch = gone[start : start + BATCH]
        told = {"kept": f"{settings.audit_keep.days} d", "segments": [one.document() for one in batch]}
        trail.record(entry("audit.removed", "done", Scene(clock(), trail.component, scene_actor), details=told))
        line = heads.make(removed=[replace(one.head, state="removed") for one in batch])
        if line is not None:
            publishing.publish(line)
        for one in batch:
            one.path.unlink(missing_ok=True)
    return gone


def _expired(settings: Settings, now: datetime) -> Iterator[tuple[Path, datetime]]:
    """Give the segments whose last entry is older than policy says, and its moment."""
    before = now - settings.audit_keep
    for path in (path for place in places_of(settings) for path in segments_in(place)):
        if is_segment_name(path.name) and begun_at(path) < before:
            last_at = _last_at(path)
            if last_at is not None and last_at < before:
                yield path, last_at


def _last_at(path: Path) -> datetime | None:
    """Give the moment of the last entry of a segment; None where it has none that can be read."""
    try:
        return datetime.fromisoformat(json.loads(last_line(path)[0])["occurred_at"])
    except (ValueError, KeyError, TypeError):
        return None


def _final_heads(settings: Settings) -> dict[str, SegmentHead]:
    """Give the final heads of all segments, which the newest volume states or states again."""
    newest = heads_path(settings.audit_dir)
    return final_heads(newest) if newest.exists() else {}


def _ends_as(path: Path, head: SegmentHead) -> bool:
    """Tell whether a segment still ends as its final head says."""
    end = end_of(path)
    return end is not None and (end.link, end.torn) == (Link(head.sequence, head.hash), head.torn)
