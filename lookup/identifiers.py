"""Plates, vehicle numbers, document numbers and member ids: the normal form under which they are compared, how a plate
of the Department reads, and how it is written for people.

Decides which characters count and refuses every other one. Never corrects a reading (that is `lookalikes`) and never
derives a status from one.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

RAW_LIMIT = 64
"""Characters of an input that are looked at: three times the longest identifier, room for any separators. What is
longer is refused by its length alone, so that no caller can buy work with a long text."""

PLATE_LENGTH = 10
"""The longest plate that a switch carries (field LIC)."""

NUMBER_LENGTH = 20
"""The longest license or card number that a switch carries (field OLN); member ids and vehicle numbers share it."""

_SEPARATORS = frozenset("-_.·•/\\'")
_USUAL_SEPARATORS = {ord(" "): None, ord("-"): None}
_VISIBLE_FORMAT_CHARACTERS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Unicode files these number and verse signs under "format" (Cf), but they are drawn: they are no invisible blank."""

_LETTERS_AND_DIGITS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

UnreadableCode = Literal["empty", "too_long", "unsupported_characters"]
Series = Literal["leading_status", "trailing_status"]


class UnreadableIdentifier(ValueError):
    """An identifier has no normal form. `code` says why; `detail` says what to do and never holds the value."""

    def __init__(self, code: UnreadableCode, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a plate of the grammar reads. `serial` keeps its leading zeros. No level follows from any of it."""

    series: Series
    status_letter: str
    mission_code: str
    serial: str


_LEADING = re.compile(r"(?P<status>[DCSA])(?P<code>[A-Z]{2})(?P<serial>[0-9]{3,4})")
_TRAILING = re.compile(r"(?P<serial>[0-9]{3,4})(?P<code>[A-Z]{2})(?P<status>[DSAC])")


def normalize_plate(text: str) -> str:
    """Give the normal form of a plate, 1 to 10 characters `A-Z0-9`. Raises `UnreadableIdentifier`.

    >>> normalize_plate(" dab-1234 ")
    'DAB1234'
    """
    return _normalize(text, "plate", PLATE_LENGTH)


def normalize_document_number(text: str) -> str:
    """Give the normal form of a card or license number, 1 to 20 characters `A-Z0-9*`. Raises `UnreadableIdentifier`."""
    return _normalize(text, "document number", NUMBER_LENGTH, extra="*")


def normalize_member_id(text: str) -> str:
    """Give the normal form of a member id (the PID), 1 to 20 characters `A-Z0-9`. Raises `UnreadableIdentifier`."""
    return _normalize(text, "member id", NUMBER_LENGTH)


def normalize_vin(text: str) -> str:
    """Give the normal form of a vehicle number, 1 to 20 characters `A-Z0-9`; its check digit is not computed. Raises
    `UnreadableIdentifier`."""
    return _normalize(text, "vehicle number", NUMBER_LENGTH)


def read_plate(normal: str) -> Reading | None:
    """Read a plate in normal form by the grammar of the two series; None for every other plate."""
    series: tuple[tuple[Series, re.Pattern[str]], ...] = (("leading_status", _LEADING), ("trailing_status", _TRAILING))
    for name, pattern in series:
        if found := pattern.fullmatch(normal):
            return Reading(name, found["status"], found["code"], found["serial"])
    return None


def display_plate(normal: str) -> str:
    """Write a plate in normal form in the groups in which it is stamped and spoken; others stay as they are.

    >>> display_plate("DAB1234"), display_plate("1234ABD"), display_plate("TRN7")
    ('D AB 1234', '1234 AB D', 'TRN7')
    """
    reading = read_plate(normal)
    if reading is None:
        return normal
    groups = (reading.status_letter, reading.mission_code, reading.serial)
    return " ".join(groups if reading.series == "leading_status" else reversed(groups))


def _normalize(text: str, noun: str, length: int, extra: str = "") -> str:
    """Bring an identifier into its normal form.

    Order matters. The raw length comes first. Then NFKC: it is what makes full-width characters ASCII, and every other
    compatibility form of a Latin letter or an ASCII digit with them (superscripts, circled letters, ligatures, the
    Kelvin sign); 64 characters grow to at most 1,152 by it. A fraction stays refused, for its bar is none of the
    separators. The alphabet is checked before upper-casing, which would turn a dotless i into I and a sharp s into SS.
    """
    if len(text) > RAW_LIMIT:
        raise _too_long(noun, length)
    plain = text.translate(_USUAL_SEPARATORS)
    if len(plain) <= length and plain.isascii() and plain.isalnum():
        return plain.upper()  # nearly every input: NFKC changes no ASCII, and nothing is left to drop or refuse
    kept = "".join(character for character in unicodedata.normalize("NFKC", text) if not _is_dropped(character))
    if not _LETTERS_AND_DIGITS.issuperset(kept.translate({ord(character): None for character in extra})):
        allowed = "the letters A to Z, the digits 0 to 9" + "".join(f" and {character}" for character in extra)
        detail = f"Use only {allowed} in a {noun}: type again what stands on it, not what resembles it."
        raise UnreadableIdentifier("unsupported_characters", detail)
    if not kept:
        raise UnreadableIdentifier("empty", f"Give a {noun}: nothing is left without blanks and separators.")
    if len(kept) > length:
        raise _too_long(noun, length)
    return kept.upper()


def _is_dropped(character: str) -> bool:
    """White space, control characters, invisible format characters and the separators that people write."""
    if character in _SEPARATORS or character.isspace():
        return True
    category = unicodedata.category(character)
    return category == "Cc" or (category == "Cf" and character not in _VISIBLE_FORMAT_CHARACTERS)


def _too_long(noun: str, length: int) -> UnreadableIdentifier:
    return UnreadableIdentifier("too_long", f"Give the {noun} alone: it has at most {length} characters.")
