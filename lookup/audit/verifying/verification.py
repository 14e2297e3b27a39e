"""What a verification is made of, and how it ended: the evidence that is given, and what was found in it.

Decides what counts as intact and as vouched for, and its form as JSON. How things are found is decided in `verify`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lookup.audit.entry import moment_text
from lookup.audit.reading.stream import all_segments
from lookup.audit.signing.volumes import HEADS_NAME, volumes_of
from lookup.audit.verifying.findings import Finding


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is verified: the directory of the trail, where its segments lie, and what was kept outside of the node."""

    audit_dir: Path
    places: Sequence[Path]
    published: Path | None = None
    known_keys: Sequence[Ed25519PublicKey] = ()

    def size(self) -> int:
        """Give how many bytes there are to read. Raises `OSError`."""
        size = 0
        for path in (*volumes_of(self.audit_dir / HEADS_NAME), *all_segments(self.places)):
            with suppress(FileNotFoundError):  # retention removed it meanwhile
                size += path.stat().st_size
        return size


@dataclass(slots=True)
class Verification:
    """How a verification ended. `unsigned` counts the lines younger than the last checkpoint."""

    findings: list[Finding] = field(default_factory=list)
    segments: int = 0
    records: int = 0
    unsigned: int = 0
    removed: int = 0
    checkpoints: int = 0
    first_checkpoint_at: datetime | None = None
    last_checkpoint_at: datetime | None = None
    keys: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_intact(self) -> bool:
        """Whether nothing was tampered with, as far as it can be told."""
        return not any(finding.is_tampering for finding in self.findings)

    @property
    def is_vouched_for(self) -> bool:
        """Whether signed heads go back to the beginning, or to where older ones were removed because of their age."""
        return not any(finding.kind == "unvouched" for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """Give the verification as JSON."""
        return {
            "intact": self.is_intact,
            "vouched_for": self.is_vouched_for,
            "segments": self.segments,
            "records": self.records,
            "unsigned": self.unsigned,
            "removed_segments": self.removed,
            "checkpoints": self.checkpoints,
            "first_checkpoint_at": self.first_checkpoint_at and moment_text(self.first_checkpoint_at),
            "last_checkpoint_at": self.last_checkpoint_at and moment_text(self.last_checkpoint_at),
            "keys": dict(self.keys),
            "findings": [finding.document() for finding in self.findings],
        }
