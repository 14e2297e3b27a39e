"""A small trail as a node keeps it, with signed heads, for tests that read it or change it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lookup.audit.chain import Link
from lookup.audit.ends import end_of
from lookup.audit.entry import Actor, Event, Outcome, Scene, entry
from lookup.audit.signing.checkpoint import SegmentHead, SegmentState, signed_checkpoint
from lookup.audit.signing.signer import Signer, public_key_path, publish_key
from lookup.audit.signing.volumes import heads_path
from lookup.audit.trail import Trail
from lookup.audit.verifying.findings import Finding
from lookup.audit.verifying.verification import Evidence, Verification
from lookup.audit.verifying.verify import verify

BEGUN_AT = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
SEED = bytes(range(32))
OTHER_SEED = bytes(range(1, 33))


@dataclass
class KeptTrail:
    """A trail in a directory. Its clock goes on by a second with each entry."""

    directory: Path
    now: datetime = BEGUN_AT
    seed: bytes = SEED
    heads: Link = field(default_factory=Link)

    def __call__(self) -> datetime:
        return self.now

    @property
    def audit_dir(self) -> Path:
        return self.directory / "audit"

    @property
    def places(self) -> tuple[Path, Path]:
        return self.audit_dir / "segments", self.directory / "spool"

    @property
    def segments(self) -> list[Path]:
        return sorted((path for place in self.places for path in place.glob("*.jsonl")), key=lambda path: path.name)

    @property
    def heads_file(self) -> Path:
        return heads_path(self.audit_dir)

    @property
    def public_key(self) -> Ed25519PublicKey:
        return Signer(self.seed).public

    @property
    def key_file(self) -> Path:
        return public_key_path(self.audit_dir, Signer(self.seed).fingerprint)

    def trail(self, service: str = "lookup-api") -> Trail:
        """Open the trail for one more process."""
        return Trail(self.places, f"{service}/0.1.0@node-1", clock=self)

    def tell(self, trail: Trail, event: Event = "query.plate", outcome: Outcome = "no_record", **more: Any) -> str:
        """Record one entry, and give its id."""
        actor = more.pop("actor", Actor(user="key:patrol", agency_ori="ZZ0010000", source_address="192.0.2.44"))
        self.now += timedelta(seconds=1)
        told = entry(event, outcome, Scene(self.now, trail.component, actor), **more)
        trail.record(told)
        return str(told["id"])

    def sign(self, states: Sequence[SegmentState] | None = None) -> None:
        """Sign a head of every segment; they are open unless `states` says more."""
        self.now += timedelta(seconds=1)
        ends = [(path.name, end_of(path)) for path in self.segments]
        given = states or ["open"] * len(ends)
        heads = [
            SegmentHead(name, end.link.sequence, end.link.hash, state, end.torn)
            for (name, end), state in zip(ends, given, strict=True)
            if end is not None
        ]
        self.sign_heads(heads)

    def sign_heads(self, heads: Sequence[SegmentHead]) -> None:
        signer = Signer(self.seed)
        publish_key(self.audit_dir, signer.public)
        line, self.heads = signed_checkpoint("node-1", self.now, heads, self.heads, signer)
        with self.heads_file.open("ab") as file:
            file.write(line)

    def verify(self, published: Path | None = None, keys: Sequence[Ed25519PublicKey] = ()) -> Verification:
        return verify(Evidence(self.audit_dir, self.places, published, keys))

    def findings(self, published: Path | None = None, keys: Sequence[Ed25519PublicKey] = ()) -> list[Finding]:
        return self.verify(published, keys).findings


def small_trail(directory: Path, entries: int = 6) -> KeptTrail:
    """Keep a trail of two processes, each closed and signed twice: once while open, once at its end."""
    kept = KeptTrail(directory)
    first, second = kept.trail(), kept.trail("console")
    for number in range(entries):
        kept.tell(first, query={"kind": "plate", "value": f"DZA{1000 + number}"})
        kept.tell(second, "query.search", query={"kind": "search", "value": f"O'Quill {number}"})
        if number == entries // 2:
            kept.sign()
    first.close()
    second.close()
    kept.sign(["closed", "closed"])
    return kept


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def ids_of(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in lines_of(path)]
