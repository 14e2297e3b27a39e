"""A record as a store writes it down: its columns, and how they are checked when they are read back.

Decides versions, handles, checksums and the exact terms of a row. Knows no engine. The version proves the body, the
checksum everything else in the row, the key included: a row that was damaged, or that another key led to, is never
taken for a record.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Any, NamedTuple

from lookup.errors import StoreDamaged
from lookup.records import KINDS, Content, Kind, Record, body_version, decode_body
from lookup.store.protocol import TOMBSTONE_VERSION, Draft
from lookup.terms import Terms, terms_of

HANDLE_TERM = "handle:"
"""Beginning of the exact term under which a record is found by its handle."""

RECORDS_REMEMBERED = 4096
"""Decoded records that one process keeps: missions and agreements come up in every answer. At about 3 kB each this
is 12 MB, whatever the size of the registry."""

_KINDS = frozenset(KINDS)
_HANDLE_BYTES = 16
_PADDING = 2
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_BASE32_PAIRS = [high + low for high in _BASE32 for low in _BASE32]
"""Two digits for each ten bits (RFC 4648, section 6): a third of the price of the standard library's, for each record
that is published."""
_CHECKSUM_DIGITS = 16


class Row(NamedTuple):
    """The columns of a record, in the order in which they are stored."""

    key: str
    kind: Kind
    revision: int
    version: str
    handle: str
    deleted: int
    body: str | None
    checksum: str


def handle_of(key: str, handle_key: bytes) -> str:
    """Give the handle of a record: 128 bits of HMAC-SHA256 over its key, in base32, lower case, without padding."""
    digest = hmac.digest(handle_key, key.encode(), "sha256")[:_HANDLE_BYTES]
    bits = int.from_bytes(digest) << _PADDING  # to a whole number of digits
    return "".join([_BASE32_PAIRS[bits >> shift & 1023] for shift in range(8 * _HANDLE_BYTES + _PADDING - 10, -1, -10)])


def kind_of(key: str) -> Kind | None:
    """Give the kind that a key begins with; None where it is no key of ours."""
    prefix = key.partition(":")[0]
    return prefix if prefix in _KINDS else None


def row_of(draft: Draft, revision: int, handle_key: bytes) -> Row:
    """Write a draft down as a row of this revision. Raises `ValueError` where its key is not one of its kind."""
    if kind_of(draft.key) != draft.kind:
        raise ValueError("the key of a draft must begin with its kind")
    handle = handle_of(draft.key, handle_key)
    checksum = _checksum(draft.key, revision, draft.version, handle, int(draft.deleted))
    return Row(draft.key, draft.kind, revision, draft.version, handle, int(draft.deleted), draft.body, checksum)


def row_terms(handle: str, content: Content | None) -> Terms:
    """Give what a live record is found by, each term once; a held record has its handle only."""
    terms = Terms() if content is None else terms_of(content)
    return Terms(tuple(dict.fromkeys((*terms.exact, HANDLE_TERM + handle))), tuple(dict.fromkeys(terms.words)))


@lru_cache(maxsize=RECORDS_REMEMBERED)
def record_of(*row: Any) -> Record:
    """Read a row back, in the order of `Row`, with the key that was asked for. Raises `StoreDamaged` where it is not
    what was written."""
    key, kind, revision, version, handle, deleted, body, checksum = row
    try:
        if checksum != _checksum(key, revision, version, handle, deleted) or kind != kind_of(key):
            raise ValueError("checksum")
        if deleted and body is None and version == TOMBSTONE_VERSION:
            return Record(key, kind, version, revision, handle, deleted=True)
        if deleted or version != body_version(body):
            raise ValueError("version")
        standing, content = decode_body(kind, body)
    except (AttributeError, KeyError, TypeError, ValueError):
        # Without the cause: its text may quote the body.
        raise StoreDamaged("A record in the store is not what was written: build the store again.") from None
    return Record(key, kind, version, revision, handle, standing, content)


def _checksum(key: str, revision: int, version: str, handle: str, deleted: int) -> str:
    text = "\n".join((key, str(revision), version, handle, str(deleted)))
    return hashlib.sha256(text.encode()).hexdigest()[:_CHECKSUM_DIGITS]
