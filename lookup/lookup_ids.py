"""The name of one answer: a UUIDv7, and the short reference number that people read out.

Decides both forms. Time-ordered, so that the audit lies in the order of asking (RFC 9562, section 5.7).
"""

import os
import uuid
from datetime import datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which are misread and misheard."""

_REFERENCE_BITS = 40

_FIXED = 0xF << 76 | 0b11 << 62
"""The bits of a UUID that hold its version and its variant."""

_PAIRS = [high + low for high in _CROCKFORD for low in _CROCKFORD]
"""Two digits for each ten bits."""


def new_lookup_id(moment: datetime) -> uuid.UUID:
    """Make the id of an answer given at `moment`."""
    milliseconds = int(moment.timestamp() * 1000) & (1 << 48) - 1
    random = int.from_bytes(os.urandom(10))
    return uuid.UUID(int=(milliseconds << 80 | random) & ~_FIXED | 0x7 << 76 | 0b10 << 62)


def reference_number(lookup_id: uuid.UUID) -> str:
    """Give the last 40 bits of an id in Crockford base 32, in two groups of four.

    >>> reference_number(uuid.UUID("0192f3c4-0000-7000-8000-000000000001"))
    '0000-0001'
    """
    bits = lookup_id.int & (1 << _REFERENCE_BITS) - 1
    pairs = [_PAIRS[bits >> shift & 1023] for shift in range(_REFERENCE_BITS - 10, -1, -10)]
    return f"{pairs[0]}{pairs[1]}-{pairs[2]}{pairs[3]}"
