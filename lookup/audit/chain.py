"""How entries become lines that hang together: each holds the hash of the one before.

Decides the bytes of a line and of its hash. A line is one JSON object: `sequence`, the fields of the entry,
`previous_hash`, `hash`. The hash is SHA-256 over the bytes of the line without its own `hash`, so it is checked on the
bytes as they lie there, without any canonical form. What a broken chain means is said by `verify`.
"""

import hashlib
from dataclasses import dataclass

from lookup.audit.entry import Entry, WrittenEntry
from lookup.json_text import written

START = "sha256:" + "0" * 64
"""The hash before the first line of a segment."""

_HASH = b',"hash":"'
_END = b'"}'
_HASH_LENGTH = len(START)
_UNSHARED = 2047
"""Bytes for which hashlib keeps the interpreter: longer ones cost two microseconds, and much more where every other
thread of a busy service takes it meanwhile."""
_TAIL = len(_HASH) + _HASH_LENGTH + len(_END)


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a chain: the sequence number of its last line (-1 before the first) and that line's hash."""

    sequence: int = -1
    hash: str = START


def written_entry(entry: Entry) -> bytes:
    """Write the fields of an entry, without the braces: what every line of it begins with."""
    return entry.text if isinstance(entry, WrittenEntry) else written(entry).encode()[1:-1]


def chained(text: bytes, before: Link) -> tuple[bytes, Link]:
    """Give the line of an entry, as `written_entry` wrote it, that follows `before`, with its line break; and the end
    of the chain then."""
    sequence = before.sequence + 1
    body = b'{"sequence":%d,%b,"previous_hash":"%b"' % (sequence, text, before.hash.encode())
    digest = digest_of(body)
    return b"%b%b%b%b\n" % (body, _HASH, digest.encode(), _END), Link(sequence, digest)


def split_line(line: bytes) -> tuple[bytes, str] | None:
    """Give what the hash of a line is over, and the hash that it states; None where it does not end as a line does."""
    tail = line[-_TAIL:]
    if len(line) <= _TAIL or not (tail.startswith(_HASH) and tail.endswith(_END)):
        return None
    return line[:-_TAIL], tail[len(_HASH) : -len(_END)].decode("ascii", "replace")


def digest_of(data: bytes) -> str:
    """Give the SHA-256 of bytes as the trail writes it."""
    digest = hashlib.sha256()
    for start in range(0, len(data), _UNSHARED):
        digest.update(data[start : start + _UNSHARED])
    return f"sha256:{digest.hexdigest()}"
