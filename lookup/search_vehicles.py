"""The vehicles that a search means: by a plate, a part of one, a plate with unknown characters, or a vehicle number.

Decides what of a text can be a plate and how a fit is scored. A near miss of a plate is always told as one.
"""

import re
import unicodedata
from collections.abc import Iterator

from lookup.identifiers import UnreadableIdentifier, normalize_plate, normalize_vin
from lookup.lookalikes import candidates, look_alikes
from lookup.records import Vehicle, record_key
from lookup.search_hits import Hit
from lookup.store.protocol import Registry
from lookup.terms import vin_term

PLATE_LIMIT = 500
"""Vehicles that are read for one pattern."""

LOOK_ALIKE_LIMIT = 200
"""Vehicles that are read for a pattern with one character less known; there are at most ten of these."""

_PATTERN, _PART, _PATTERN_LOOK_ALIKE, _NEAR = 0.9, 0.8, 0.7, 0.7
"""What a plate is worth that is not the one asked for: one that fits a pattern, holds the part, fits the pattern but for
a look-alike, or is a near miss (its own score weighs in)."""


def find_vehicles(registry: Registry, text: str) -> Iterator[Hit]:
    """Give the vehicles that `text` may mean. `?` stands for one unknown character, `*` for any number of them."""
    yield from _with_vin(registry, text)
    pattern = read_pattern(text)
    if pattern is None:
        return
    if set(pattern) & {"?", "*"}:
        yield from _with_pattern(registry, pattern)
    else:
        yield from _with_plate(registry, pattern)


def read_pattern(text: str) -> str | None:
    """Give the normal form of a plate in which `?` and `*` may stand; None where `text` is none, or nothing is known."""
    pieces = re.split(r"([?*])", unicodedata.normalize("NFKC", text))
    try:
        pattern = "".join(piece if piece in {"?", "*"} else _normal_piece(piece) for piece in pieces)
        normalize_plate(pattern.translate({ord("?"): None, ord("*"): None}))
    except UnreadableIdentifier:
        return None
    return re.sub(r"\*+", "*", pattern)


def _normal_piece(piece: str) -> str:
    try:
        return normalize_plate(piece)
    except UnreadableIdentifier as error:
        if error.code == "empty":
            return ""
        raise


def _with_vin(registry: Registry, text: str) -> Iterator[Hit]:
    try:
        vin = normalize_vin(text)
    except UnreadableIdentifier:
        return
    for record in registry.find(vin_term(vin), "vehicle"):
        yield Hit(record, 1.0, ("has this vehicle number",))


def _with_plate(registry: Registry, plate: str) -> Iterator[Hit]:
    """A text without a digit is a plate only where one like it is on record: it may as well be a name."""
    record = registry.get(record_key("vehicle", plate))
    if record and not record.deleted:
        yield Hit(record, 1.0, ("has this plate",))
    if plate.isalpha():
        return
    for candidate in candidates(plate, registry):
        score = round(_NEAR * candidate.near_miss.score, 4)
        yield Hit(candidate.record, score, (f"near miss: {candidate.near_miss.because}",))
    if len(plate) > 1:
        for found in registry.find_plates(f"*{plate}*", PLATE_LIMIT):
            part = len(plate) / len(found.key.removeprefix("vehicle:"))
            yield Hit(found, round(_PART * part, 4), (f"holds {plate}",))


def _with_pattern(registry: Registry, pattern: str) -> Iterator[Hit]:
    for record in registry.find_plates(pattern, PLATE_LIMIT):
        yield Hit(record, _PATTERN, (f"fits {pattern}",))
    for at, asked in enumerate(pattern):
        if asked in {"?", "*"} or len(pattern.replace("?", "").replace("*", "")) == 1:
            continue
        looser = re.compile(_expression(pattern, at))
        for record in registry.find_plates(f"{pattern[:at]}?{pattern[at + 1 :]}", LOOK_ALIKE_LIMIT):
            if isinstance(record.content, Vehicle) and looser.fullmatch(record.content.plate):
                yield Hit(record, _PATTERN_LOOK_ALIKE, (f"fits {pattern} but for a look-alike of {asked}",))


def _expression(pattern: str, at: int) -> str:
    """Write the pattern as a regular expression in which the character at `at` may be any of its look-alikes."""
    wild = {"?": ".", "*": ".*"}
    alike = f"[{''.join(sorted(look_alikes(pattern[at])))}]"
    return "".join(alike if place == at else wild.get(c, c) for place, c in enumerate(pattern))
