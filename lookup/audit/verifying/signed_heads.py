"""What the signed heads of a node say about its segments, and whether they themselves are what was signed.

Decides which heads of a segment count: all that were ever stated, because one that contradicts an earlier one is made
by somebody who changed the segment between. The chain of the heads is judged as that of any other file.
"""

import base64
import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lookup.audit.chain import START
from lookup.audit.signing.checkpoint import Checkpoint, SegmentHead, is_signed, read_checkpoint
from lookup.audit.signing.signer import fingerprint_of, public_key_path, read_public_key
from lookup.audit.signing.volumes import first_checkpoint, volume_from, volumes_of
from lookup.audit.verifying.findings import Finding
from lookup.audit.verifying.pieces import Placed, Tick, Walk, walk_all
from lookup.audit.verifying.tampering import judge

_MARK = struct.Struct(">Q32s")
_MOST = 10**15
"""No segment has so many lines."""
_PREFIX = "sha256:"
_SIGNATURE = (b',"signature":"', b'"}')


class Marks:
    """Which line of a segment bore which hash, by everybody who told so. Kept in 40 bytes each: a busy node signs some
    million heads a year."""

    def __init__(self) -> None:
        self._told = bytearray()

    def add(self, sequence: int, stated: str) -> None:
        """Take one more; what was told last is not kept twice."""
        if not 0 <= sequence < _MOST or not stated.startswith(_PREFIX) or len(stated) != len(START):
            return
        mark = _MARK.pack(sequence, bytes.fromhex(stated.removeprefix(_PREFIX)))
        if self._told[-_MARK.size :] != mark:
            self._told += mark

    def by_sequence(self) -> dict[int, set[str]]:
        """Give the hashes of each line of which any was told."""
        found: dict[int, set[str]] = {}
        for sequence, digest in _MARK.iter_unpack(self._told):
            found.setdefault(sequence, set()).add(_PREFIX + digest.hex())
        return found


@dataclass(slots=True)
class SignedHeads:
    """What the heads say. `oldest` is the first checkpoint that is there, `begun` the one with which the volumes of the
    node go on from another one that is not there, `before_begun` the hash of that other one where it was found in a
    copy. `final` holds the head of each segment that must not change any more, as it was stated first: what a later
    checkpoint says of it differently was made by somebody who changed it. `removed` are the segments whose time to be
    kept was over, `keys` says how many checkpoints each key signed."""

    marks: dict[str, Marks] = field(default_factory=dict)
    final: dict[str, SegmentHead] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    keys: dict[str, int] = field(default_factory=dict)
    checkpoints: int = 0
    begun: Checkpoint | None = None
    oldest: Checkpoint | None = None
    last_at: datetime | None = None
    before_begun: str | None = None
    _stated_in: dict[str, int] = field(default_factory=dict)

    def mark(self, segment: str, sequence: int, stated: str) -> None:
        """Note that a line of a segment bore a hash; that the segment was there, where it had no line yet."""
        self.marks.setdefault(segment, Marks()).add(sequence, stated)

    def take(self, checkpoint: Checkpoint) -> None:
        """Take what one checkpoint says."""
        self.checkpoints += 1
        if self.oldest is None or checkpoint.sequence < self.oldest.sequence:
            self.oldest = checkpoint
        self.keys[checkpoint.key] = self.keys.get(checkpoint.key, 0) + 1
        self.last_at = checkpoint.at if self.last_at is None else max(self.last_at, checkpoint.at)
        for head in checkpoint.segments:
            self.mark(head.name, head.sequence, head.hash)
            if head.state == "removed":
                self.removed.add(head.name)
            elif head.is_final and checkpoint.sequence < self._stated_in.get(head.name, _MOST):
                self.final[head.name], self._stated_in[head.name] = head, checkpoint.sequence
        if self.begun is not None and checkpoint.sequence == self.begun.sequence - 1:
            self.before_begun = checkpoint.hash


@dataclass(frozen=True, slots=True)
class Published:
    """A copy of the heads from outside of the node: the digest of each checkpoint as it was published first, the lines
    that nobody can read, and the checkpoints of which another one was published later."""

    path: Path
    digests: Mapping[int, bytes]
    unreadable: Sequence[int] = ()
    contradicted: Sequence[int] = ()


def read_published(path: Path) -> Published:
    """Read a published copy and the volumes beside it: the same lines, perhaps not all, perhaps with what a log service
    writes before each.

    Raises `OSError`.
    """
    digests: dict[int, bytes] = {}
    unreadable, contradicted = [], set()
    for number, (text, checkpoint) in enumerate(_published_lines(path), 1):
        if checkpoint is not None:
            digest = hashlib.sha256(text).digest()
            if digests.setdefault(checkpoint.sequence, digest) != digest:
                contradicted.add(checkpoint.sequence)
        elif text:
            unreadable.append(number)
    return Published(path, digests, unreadable, sorted(contradicted))


def _published_lines(path: Path) -> Iterator[tuple[bytes, Checkpoint | None]]:
    for volume in volumes_of(path):
        with volume.open("rb") as file:
            for raw in file:
                text = raw[max(raw.find(b'{"sequence":'), 0) :].strip()
                yield text, read_checkpoint(text)


class HeadsReader:
    """Reads all volumes of heads: their chain, their signatures, and whether they are those that were published.

    `path` is the first volume, which need not be there any more: an older one may be archived. `known` are public
    keys that the operator noted elsewhere; without any, those that lie beside the heads are taken.
    """

    def __init__(self, path: Path, known: Iterable[Ed25519PublicKey] = (), published: Published | None = None) -> None:
        self.heads = SignedHeads()
        self.findings: list[Finding] = []
        self._path = path
        self._volumes = [volume for volume in volumes_of(path) if volume.stat().st_size]
        self._firsts = [(first_checkpoint(volume), volume) for volume in self._volumes]
        self._known = {fingerprint_of(key): key for key in known}
        self._keys: dict[str, Ed25519PublicKey | None] = dict(self._known)
        self._published = published
        self._digests: Mapping[int, bytes] = {} if published is None else published.digests
        self._met: set[int] = set()

    def read(self, tick: Tick | None = None) -> Walk:
        """Read all volumes. Raises `OSError`."""
        found = walk_all(self._volumes, self._take, tick=tick)
        found.start = self._start()
        last = max(self._digests, default=-1)
        if not found.is_whole:
            self.findings += [self._placed(one) for one in judge(self._path.name, found, {}, last)]
        elif found.last < last:
            told = "checkpoints that were published are not there"
            self._tell("truncated", told, sequence=found.last + 1, through=last)
        self._take_unmet(found.start[0])
        return found

    def _start(self) -> tuple[int, str]:
        """Give what the chain begins with: what the first volume says, where it was one after another."""
        begun = self._firsts[0][0] if self._firsts else None
        self.heads.begun = begun if begun is not None and begun.begins else None
        return (0, START) if self.heads.begun is None else (self.heads.begun.sequence, self.heads.begun.previous_hash)

    def _placed(self, finding: Finding) -> Finding:
        """Name the volume in which a finding is, and its line there. A volume that is gone bears the name that it had:
        it is named by its first line."""
        if finding.line is not None:
            before = 0
            for volume in self._volumes:
                with volume.open("rb") as file:
                    lines = sum(1 for _ in file)
                if finding.line <= before + lines:
                    return replace(finding, file=volume.name, line=finding.line - before)
                before += lines
        if finding.sequence is None:
            return finding
        follows = any(first is not None and first.sequence - 1 == finding.through for first, _ in self._firsts[1:])
        if finding.kind == "removed" and follows:
            return replace(finding, file=volume_from(self._path, finding.sequence).name)
        return replace(finding, file=self._volume(finding.sequence))

    def _volume(self, sequence: int) -> str:
        """Name the volume that holds a checkpoint, or held it."""
        begun = (volume for first, volume in self._firsts if first is not None and first.sequence <= sequence)
        return max(begun, key=self._volumes.index, default=self._path).name

    def _take(self, text: bytes) -> Placed | None:
        """Check one line, and give where it stands in the chain."""
        checkpoint = read_checkpoint(text)
        if checkpoint is None:
            return None
        try:
            if self._is_genuine(text, checkpoint):
                self.heads.take(checkpoint)
        except (ValueError, TypeError):  # it has a hash that fits, and is none of ours
            return None
        return checkpoint.sequence, checkpoint.previous_hash, checkpoint.hash

    def _is_genuine(self, text: bytes, checkpoint: Checkpoint) -> bool:
        """Tell whether a checkpoint is the one that was signed and published; the finding says why it is not."""
        published = self._digests.get(checkpoint.sequence)
        if published == hashlib.sha256(text).digest():
            self._met.add(checkpoint.sequence)
        key = self._key(checkpoint.key)
        if key is None:
            if self._known:
                self._tell("resigned", "it is signed with a key that is not known", sequence=checkpoint.sequence)
        elif not (_is_canonical(text) and is_signed(text, key)):
            self._tell("altered", "its signature does not fit", sequence=checkpoint.sequence)
        elif published is not None and checkpoint.sequence not in self._met:
            self._tell("resigned", "another checkpoint was published", sequence=checkpoint.sequence)
        else:
            return True
        return False

    def _take_unmet(self, start: int) -> None:
        """Take from the published copy what the heads of the node do not say, or say no more. What stood in volumes
        before the first one that is there counts as if it stood there."""
        if self._published is None:
            return
        for number in self._published.unreadable:
            self.findings.append(Finding("altered", "published heads", "this line is no checkpoint", line=number))
        for number in self._published.contradicted:
            self._tell("resigned", "two different checkpoints were published", sequence=number)
        if len(self._met) == len(self._digests) and not self._published.contradicted:
            return
        for text, checkpoint in _published_lines(self._published.path):
            if checkpoint is None or self._is_met(text, checkpoint):
                continue
            key = self._key(checkpoint.key)
            if checkpoint.sequence < start and key is not None and is_signed(text, key):
                self.heads.take(checkpoint)
            elif key is None or is_signed(text, key):
                for head in checkpoint.segments:
                    self.heads.mark(head.name, head.sequence, head.hash)

        before, begun = self.heads.before_begun, self.heads.begun
        if begun is not None and before not in (None, begun.previous_hash):
            self._tell("resigned", "it goes on from another checkpoint than the published one", sequence=begun.sequence)

    def _is_met(self, text: bytes, checkpoint: Checkpoint) -> bool:
        """Tell whether a published line stands in the heads of the node too, as it is."""
        is_first = self._digests[checkpoint.sequence] == hashlib.sha256(text).digest()
        return is_first and checkpoint.sequence in self._met

    def _key(self, fingerprint: str) -> Ed25519PublicKey | None:
        """Give the key of this name; None where it is not one of the known, or is not there."""
        if fingerprint not in self._keys:
            self._keys[fingerprint] = None if self._known else self._beside(fingerprint)
        return self._keys[fingerprint]

    def _beside(self, fingerprint: str) -> Ed25519PublicKey | None:
        """Read a key that lies beside the heads, and find it altered or missing, once."""
        path, key = public_key_path(self._path.parent, fingerprint), None
        with suppress(OSError):
            key = read_public_key(path)
            if key is not None and fingerprint_of(key) == fingerprint:
                return key
        told = "what was signed with this key cannot be checked"
        self.findings.append(Finding("altered" if path.exists() else "missing", path.name, told))
        return None

    def _tell(self, kind: str, told: str, **more: int) -> None:
        """Note a finding; neighbours of the same kind become one."""
        last = self.findings[-1] if self.findings else None
        sequence, through = more["sequence"], more.get("through", more["sequence"])
        file = self._volume(sequence)
        if (
            last is not None
            and (last.kind, last.told, last.file) == (kind, told, file)
            and last.through == sequence - 1
        ):
            self.findings.pop()
            sequence = last.sequence if last.sequence is not None else sequence
        self.findings.append(
            Finding(kind, file, told, sequence=sequence, through=through)  # type: ignore[arg-type]
        )


def _is_canonical(text: bytes) -> bool:
    """Tell whether the signature is written as it is made: base64 has spare bits in which it could be changed."""
    given = text.rpartition(_SIGNATURE[0])[2].removesuffix(_SIGNATURE[1])
    return base64.b64encode(base64.b64decode(given)) == given
