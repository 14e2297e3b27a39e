"""The name of one answer: a UUIDv7, and the short reference number that people read out.

Decides both forms, and how they are read back. Time-ordered, so that the audit lies in the order of asking (RFC 9562,
section 5.7).
"""

import uuid
from datetime import UTC, datetime, timedelta

from lookup.random_bytes import random_bytes

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which are misread and misheard."""

_REFERENCE_BITS = 40
_REFERENCE_DIGITS = 8
REFERENCE_HEX = _REFERENCE_BITS // 4
"""Digits at the end of an id, in hexadecimal, that its reference number tells."""

_HEARD = str.maketrans("OIL", "011", "- ")
"""What people write for a digit that they heard or read, and what they put between."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FIXED = 0xF << 76 | 0b11 << 62
"""The bits of a UUID that hold its version and its variant."""

_PAIRS = [high + low for high in _CROCKFORD for low in _CROCKFORD]
"""Two digits for each ten bits."""


def new_lookup_id(moment: datetime) -> uuid.UUID:
    """Make the id of an answer given at `moment`."""
    milliseconds = int(moment.timestamp() * 1000) & (1 << 48) - 1
    random = int.from_bytes(random_bytes(10))
    return uuid.UUID(int=(milliseconds << 80 | random) & ~_FIXED | 0x7 << 76 | 0b10 << 62)


def reference_number(lookup_id: uuid.UUID) -> str:
    """Give the last 40 bits of an id in Crockford base 32, in two groups of four.

    >>> reference_number(uuid.UUID("0192f3c4-0000-7000-8000-000000000001"))
    '0000-0001'
    """
    bits = lookup_id.int & (1 << _REFERENCE_BITS) - 1
    pairs = [_PAIRS[bits >> shift & 1023] for shift in range(_REFERENCE_BITS - 10, -1, -10)]
    return f"{pairs[0]}{pairs[1]}-{pairs[2]}{pairs[3]}"


def moment_of(lookup_id: uuid.UUID) -> datetime:
    """Give the moment that an id was made for, to the millisecond below."""
    return _EPOCH + timedelta(milliseconds=lookup_id.int >> 80)


def id_ending(text: str) -> str:
    """Give how the id that is meant ends, in hexadecimal: all of it where an id is given, its last ten digits where a
    reference number is. Raises `ValueError` where it is neither.

    >>> id_ending("7k4m 2qxp")
    '3cc9415fb6'
    """
    digits = text.upper().translate(_HEARD)
    if len(digits) != _REFERENCE_DIGITS:
        return str(uuid.UUID(text))
    value = 0
    for digit in digits:
        value = value << 5 | _CROCKFORD.index(digit)
    return f"{value:0{REFERENCE_HEX}x}"
