"""The normal form of plates and numbers, their reading and their display."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookup.identifiers import (
    RAW_LIMIT,
    Reading,
    UnreadableIdentifier,
    display_plate,
    normalize_document_number,
    normalize_member_id,
    normalize_plate,
    normalize_vin,
    read_plate,
)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
SEPARATORS = "-_.·•/\\' \t\n\r\u00a0\u2003\u3000\u200b\u200d\u2060\ufeff\u00ad\x00\x7f"

plates = st.text(LETTERS + DIGITS, min_size=1, max_size=10)
leading = st.from_regex(r"[DCSA][A-Z]{2}[0-9]{3,4}", fullmatch=True, alphabet=LETTERS + DIGITS)
trailing = st.from_regex(r"[0-9]{3,4}[A-Z]{2}[DSAC]", fullmatch=True, alphabet=LETTERS + DIGITS)
issued = leading | trailing


def code_of(text: str) -> str:
    with pytest.raises(UnreadableIdentifier) as caught:
        normalize_plate(text)
    return caught.value.code


@given(st.text(max_size=RAW_LIMIT))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    try:
        normal = normalize_plate(text)
    except UnreadableIdentifier:
        return
    assert normalize_plate(normal) == normal
    assert set(normal) <= set(LETTERS + DIGITS)
    assert 1 <= len(normal) <= 10


@given(plates, st.data())
def test_separators_and_case_change_nothing(plate: str, data: st.DataObject) -> None:
    gaps = st.text(SEPARATORS, max_size=3)
    written = "".join(data.draw(gaps) + data.draw(st.sampled_from([c, c.lower()])) for c in plate) + data.draw(gaps)
    assert normalize_plate(written) == plate


@given(plates)
def test_full_width_characters_are_read_as_the_plain_ones(plate: str) -> None:
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in plate)
    assert normalize_plate(full_width) == plate
    assert normalize_plate(full_width.lower()) == plate


@given(issued, issued)
def test_no_two_issued_plates_collide(one: str, other: str) -> None:
    assert normalize_plate(display_plate(one)) == one
    assert (display_plate(one) == display_plate(other)) == (one == other)


@given(plates, st.integers(min_value=0, max_value=10), st.characters(exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"]))
def test_a_character_outside_the_alphabet_is_refused_wherever_it_stands(plate: str, at: int, stranger: str) -> None:
    folded = unicodedata.normalize("NFKC", stranger)
    if all(character in LETTERS + LETTERS.lower() + DIGITS + SEPARATORS for character in folded):
        return
    assert code_of(plate[:at] + stranger + plate[at:]) == "unsupported_characters"


@pytest.mark.parametrize(
    "text",
    [
        "D\u0410B1234",  # Cyrillic A
        "\u0394AB1234",  # Greek Delta
        "DAB\u0661\u0662\u0663\u0664",  # Arabic digits
        "DAB\u06f1\u06f2\u06f3\u06f4",  # Persian digits
        "DAB\u0967234",  # Devanagari digit
        "D\u0131B1234",  # dotless i, which would be upper-cased to I
        "D\u00dfB1234",  # sharp s, which would be upper-cased to SS
        "D\u017f\u0307B1",  # long s with a dot
        "D\u00c4B1234",
        "A\u030aB123",  # A and a combining ring
        "DAB=1234",
        "DAB+1234",
        "DAB*1234",
        "DAB?234",
        "DAB#1",
        "DAB\u20131234",  # en dash: not among the separators
        "DAB\u2019123",  # typographic apostrophe: not among the separators
        "\u00bd",  # a half: its bar is no separator
        "DAB\u06dd1",  # Cf, yet drawn
        "\U0001f697",
        "\ud800",
    ],
)
def test_nothing_is_mapped_silently(text: str) -> None:
    assert code_of(text) == "unsupported_characters"


def test_compatibility_forms_of_latin_letters_are_what_nfkc_makes_of_them() -> None:
    assert normalize_plate("\u24b9\u2090B\u00b2\u2460\u212a") == "DAB21K"
    assert normalize_plate("\ufb01\u2121") == "FITEL"


@pytest.mark.parametrize("text", ["", " ", "---", " \u200b·•/\\'_.\n"])
def test_what_holds_no_character_is_empty(text: str) -> None:
    assert code_of(text) == "empty"


def test_a_plate_has_at_most_ten_characters() -> None:
    assert normalize_plate("A" * 10) == "A" * 10
    assert code_of("A" * 11) == "too_long"
    assert code_of("\u2121" * 4) == "too_long"


def test_an_input_longer_than_the_raw_limit_is_refused_whatever_it_holds() -> None:
    assert normalize_plate("D" + " " * (RAW_LIMIT - 1)) == "D"
    assert code_of("D" + " " * RAW_LIMIT) == "too_long"


def test_an_endless_input_is_refused_by_its_length_before_any_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def normalize(form: str, text: str) -> str:
        lengths.append(len(text))
        return text

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    assert code_of("\ufdfa" * 10**6) == "too_long"
    assert lengths == []


def test_numbers_have_at_most_twenty_characters() -> None:
    for normalize in (normalize_document_number, normalize_member_id, normalize_vin):
        assert normalize("trn-" + "0" * 17) == "TRN" + "0" * 17
        with pytest.raises(UnreadableIdentifier) as caught:
            normalize("trn-" + "0" * 18)
        assert caught.value.code == "too_long"


def test_only_document_numbers_hold_an_asterisk() -> None:
    assert normalize_document_number("trn*12\uff0a") == "TRN*12*"
    for normalize in (normalize_member_id, normalize_vin, normalize_plate):
        with pytest.raises(UnreadableIdentifier) as caught:
            normalize("TRN*12")
        assert caught.value.code == "unsupported_characters"


@pytest.mark.parametrize("text", ["", "ZZ\u0416SECRET", "ZSECRETSECRETSECRET", "Z" * 100])
def test_no_error_text_repeats_the_value(text: str) -> None:
    with pytest.raises(UnreadableIdentifier) as caught:
        normalize_plate(text)
    assert "SECRET" not in caught.value.detail
    assert "ZZ" not in str(caught.value)
    assert str(caught.value) == caught.value.detail


def test_a_plate_that_begins_with_the_status_letter_is_read() -> None:
    assert read_plate("DZB0042") == Reading("leading_status", "D", "ZB", "0042")
    assert read_plate("SIO123") == Reading("leading_status", "S", "IO", "123")
    assert display_plate("SIO123") == "S IO 123"


def test_a_plate_that_ends_with_the_status_letter_is_read() -> None:
    assert read_plate("1234ZBD") == Reading("trailing_status", "D", "ZB", "1234")
    assert read_plate("007EAC") == Reading("trailing_status", "C", "EA", "007")
    assert display_plate("007EAC") == "007 EA C"


@pytest.mark.parametrize("plate", ["DZB12", "DZB12345", "BZB1234", "DZ1234", "1234ZBB", "12ZBD", "ZB1234", "DZB1234\n"])
def test_every_other_plate_is_not_read_and_shown_as_it_is(plate: str) -> None:
    assert read_plate(plate) is None
    assert display_plate(plate) == plate
