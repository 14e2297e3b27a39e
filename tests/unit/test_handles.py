"""The handle of a record: what stands in an address instead of anything that identifies a person."""

import base64
import hmac
import re

from hypothesis import given
from hypothesis import strategies as st

from lookup.store.rows import handle_of


@given(st.text(max_size=40), st.binary(min_size=1, max_size=64))
def test_a_handle_is_128_bits_of_a_keyed_hash_in_base32(key: str, handle_key: bytes) -> None:
    handle = handle_of(key, handle_key)
    assert re.fullmatch("[a-z2-7]{26}", handle)
    expected = hmac.new(handle_key, key.encode(), "sha256").digest()[:16]
    assert base64.b32decode(handle.upper() + "======") == expected


def test_a_handle_says_nothing_without_the_key() -> None:
    assert handle_of("member:TRN1", b"one key") != handle_of("member:TRN1", b"another key")
