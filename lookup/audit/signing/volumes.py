"""The files in which signed heads lie: `heads.jsonl` first, and then a new volume each month.

Decides how volumes are named and found, when one is full, and what the next one must state again: everything that is
final, so that an old volume can be archived or removed and no segment loses what vouches for it. The chain of the
checkpoints goes on through all volumes; the first checkpoint of each says, under its signature, that it begins one.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from lookup.audit.segment import last_line
from lookup.audit.signing.checkpoint import Checkpoint, SegmentHead, read_checkpoint

HEADS_NAME = "heads.jsonl"
"""The first volume, in the directory of the audit trail, beside the segments' own."""
VOLUME_BYTES = 128 * 1024 * 1024
"""A month with four busy workers is 70 MB; a volume beyond this is ended before its month is over."""

_COUNTED = re.compile(r"\d{6,12}")
"""What stands behind the dash in the name of a later volume: the number of its first checkpoint, or a month."""


def heads_path(audit_dir: Path) -> Path:
    """Give the newest volume of a node: the one that checkpoints are added to."""
    first = audit_dir / HEADS_NAME
    return next(reversed(volumes_of(first)), first)


def volumes_of(first: Path) -> list[Path]:
    """Give the volumes that belong to `first` and are there, oldest first. Only a volume has such a name."""
    later = sorted(path for path in first.parent.glob(f"*{first.suffix}") if _is_later(path, first))
    return [first, *later] if first.exists() else later


def volume_from(first: Path, sequence: int) -> Path:
    """Name the volume of a node that begins with this checkpoint."""
    return first.with_name(f"{first.stem}-{sequence:012d}{first.suffix}")


def volume_of_month(first: Path, at: datetime) -> Path:
    """Name the volume of a month (UTC), for a place where nothing can be read again or renamed."""
    return first.with_name(f"{first.stem}-{_month(at)}{first.suffix}")


def is_full(volume: Path, now: datetime) -> bool:
    """Tell whether the next checkpoint begins a new volume: none is of two months, whichever way the clock was set.
    Raises `OSError`."""
    begun = first_checkpoint(volume)
    return begun is not None and (_month(begun.at) != _month(now) or volume.stat().st_size >= VOLUME_BYTES)


def first_checkpoint(volume: Path) -> Checkpoint | None:
    """Read the checkpoint that a volume begins with; None where its first line is none. Raises `OSError`."""
    with volume.open("rb") as file:
        return read_checkpoint(file.readline().rstrip(b"\n"))


def last_signed(audit_dir: Path) -> datetime | None:
    """Give when a head of this node's trail was last signed; None where none ever was. Raises `OSError`."""
    newest = heads_path(audit_dir)
    last = read_checkpoint(last_line(newest)[0]) if newest.exists() else None
    return None if last is None else last.at


def final_heads(volume: Path) -> dict[str, SegmentHead]:
    """Give, by name, the last final head of each segment that a volume states as final or removed. Raises `OSError`."""
    found: dict[str, SegmentHead] = {}
    with volume.open("rb") as file:
        for line in file:
            if any(b'"state":"%b"' % state in line for state in (b"closed", b"ended", b"removed")):
                checkpoint = read_checkpoint(line.rstrip(b"\n"))
                stated = () if checkpoint is None else checkpoint.segments
                found |= {head.name: head for head in stated if head.is_final}
    return found


def _is_later(path: Path, first: Path) -> bool:
    stem, _, count = path.stem.rpartition("-")
    return stem == first.stem and _COUNTED.fullmatch(count) is not None


def _month(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m}"
