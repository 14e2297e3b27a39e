"""The signed heads of a node's audit trail: one line of a volume of heads for each moment at which they were taken.

Decides the form of a checkpoint and the bytes that are signed. A line is an entry chained as any other (`chain`), with
its signature behind the hash:

    {"sequence":7,"format":1,"node":…,"at":…,"key":…,"segments":[…],"previous_hash":…,"hash":…,"signature":…}

- `segments` names all segments of the node, in both places, that were not final in an earlier checkpoint, in the order
  of their names: `{"name":…,"sequence":…,"hash":…,"state":…,"torn":…}` with the end of its chain and the bytes of a
  torn line behind it.
- `state` is `open` (it may still grow: this head is then a prefix of it), `closed` (its last line says so), `ended`
  (without such a line; nobody will ever go on with it) or `removed` (its time to be kept is over). All but `open` are
  final: any later change of the segment is tampering, and only a removed one may be missing. A segment appears once
  as closed or ended, once more at the beginning of each volume after it, and once more when it is removed.
- `key` is the fingerprint of the public key, which lies beside the file. The signature is Ed25519 in base64, over the
  bytes of the line before `,"signature":`.
- `"begins":true`, behind `key`, stands in the first line of a volume before which there was another one.

When checkpoints are made is decided in `heads`; what a checkpoint proves is said by `verify`.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lookup.audit.chain import Link, chained, digest_of, split_line, written_entry
from lookup.audit.entry import moment_text
from lookup.audit.signing.signer import Signer, is_signature

FORMAT = 1
BATCH = 50
"""Segments that one checkpoint states again or as removed: a log collector must take it in one message."""

SegmentState = Literal["open", "closed", "ended", "removed"]

_SIGNATURE = b',"signature":"'
_END = b'"}'
_SIGNATURE_LENGTH = 88
"""64 bytes in base64."""
_TAIL = len(_SIGNATURE) + _SIGNATURE_LENGTH + len(_END)


@dataclass(frozen=True, slots=True)
class SegmentHead:
    """Where a segment ended when a checkpoint was made: the sequence number and hash of its last whole line, and the
    bytes behind it, which a crash cut off."""

    name: str
    sequence: int
    hash: str
    state: SegmentState
    torn: int = 0

    @property
    def is_final(self) -> bool:
        """Whether the segment must never change again."""
        return self.state != "open"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One line of the heads. `key` is the fingerprint of the key that it says it is signed with; `begins` whether it
    says that it begins a volume after another one."""

    sequence: int
    node: str
    at: datetime
    key: str
    segments: tuple[SegmentHead, ...]
    previous_hash: str
    hash: str
    begins: bool = False

    @property
    def link(self) -> Link:
        """The end of the chain of checkpoints here."""
        return Link(self.sequence, self.hash)


def signed_checkpoint(
    node: str, at: datetime, segments: Sequence[SegmentHead], before: Link, signer: Signer, *, begins: bool = False
) -> tuple[bytes, Link]:
    """Write the checkpoint that follows `before`, with its line break; and give the end of the chain then."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "node": node,
        "at": moment_text(at),
        "key": signer.fingerprint,
        **({"begins": True} if begins else {}),
        "segments": [asdict(head) for head in segments],
    }
    line, link = chained(written_entry(told), before)
    signed = line.removesuffix(b"}\n")
    return b"%b%b%b%b\n" % (signed, _SIGNATURE, base64.b64encode(signer.sign(signed)), _END), link


def read_checkpoint(line: bytes) -> Checkpoint | None:
    """Read a line of the heads, without its break; None where it is not whole or its hash does not fit its bytes.

    Whether it was signed is another question: `is_signed`.
    """
    parts = _split(line)
    body = None if parts is None else split_line(parts[0] + b"}")
    if body is None or digest_of(body[0]) != body[1]:
        return None
    try:
        return _checkpoint(json.loads(line))
    except (ValueError, KeyError, TypeError):
        return None


def is_signed(line: bytes, public: Ed25519PublicKey) -> bool:
    """Tell whether a line of the heads, without its break, bears the signature of this key."""
    parts = _split(line)
    return parts is not None and is_signature(parts[1], parts[0], public)


def _split(line: bytes) -> tuple[bytes, bytes] | None:
    """Give what the signature of a line is over, and the signature."""
    tail = line[-_TAIL:]
    if len(line) <= _TAIL or not (tail.startswith(_SIGNATURE) and tail.endswith(_END)):
        return None
    try:
        return line[:-_TAIL], base64.b64decode(tail[len(_SIGNATURE) : -len(_END)], validate=True)
    except binascii.Error:
        return None


def _checkpoint(told: Any) -> Checkpoint:
    if told["format"] != FORMAT:
        raise ValueError("another format")
    return Checkpoint(
        sequence=told["sequence"],
        node=told["node"],
        at=datetime.fromisoformat(told["at"]),
        key=told["key"],
        segments=tuple(SegmentHead(**head) for head in told["segments"]),
        previous_hash=told["previous_hash"],
        hash=told["hash"],
        begins=told.get("begins") is True,
    )
