"""The vehicles that a search means: by a plate, a part of one, a plate with unknown characters, or a vehicle number.

Decides what of a text can be a plate and how a fit is scored. A near miss of a plate is always told as one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from lookup.identifiers import PLATE_LENGTH, UnreadableIdentifier, normalize_plate, normalize_vin
from lookup.lookalikes import candidates, look_alikes
from lookup.records import Record, Vehicle, record_key
from lookup.search_hits import PLATE_LIMIT, Hit
from lookup.store.protocol import Registry
from lookup.terms import vin_term

LOOK_ALIKE_LIMIT = 200
"""Vehicles that are read for a pattern with one character less known; there are at most ten of these."""

_PATTERN, _PART, _PATTERN_LOOK_ALIKE, _NEAR = 0.9, 0.8, 0.7, 0.7
"""What a plate is worth that is not the one asked for: one that fits a pattern, one that holds a part (by how much of
it the part is), one that fits a pattern but for a look-alike, and a near miss (by its own score)."""

_WILD = frozenset("?*")


def find_vehicles(registry: Registry, text: str) -> Iterator[Hit]:
    """Give the vehicles that `text` may mean. `?` stands for one unknown character, `*` for any number of them."""
    yield from _with_vin(registry, text)
    pattern = read_pattern(text)
    if pattern is None:
        return
    if not _WILD & set(pattern):
        yield from _with_plate(registry, pattern)
    elif len(_known(pattern)) > 1:
        yield from _with_look_alikes(registry, pattern)
    if _is_part(pattern):
        yield from vehicles_among(registry.find_plates(_around(pattern), PLATE_LIMIT), text)


def vehicles_among(records: Iterable[Record], text: str) -> Iterator[Hit]:
    """Give those of the records whose plate fits the pattern, or holds the part of a plate, that `text` may mean."""
    pattern = read_pattern(text)
    if pattern is None or not _is_part(pattern):
        return
    fits = re.compile(_expression(_around(pattern)))
    for record in records:
        if isinstance(record.content, Vehicle) and fits.fullmatch(record.content.plate):
            yield _fitting(record, record.content.plate, pattern)


def read_pattern(text: str) -> str | None:
    """Give the normal form of a plate in which `?` and `*` may stand; None where `text` is none.

    Unknown characters in a row are written `?` first and then one `*`: the same plates fit, and the store tries no way
    twice.
    """
    pieces = re.split(r"([?*])", unicodedata.normalize("NFKC", text))
    try:
        pattern = "".join(piece if piece in _WILD else _normal_piece(piece) for piece in pieces)
    except UnreadableIdentifier:
        return None
    pattern = re.sub(r"[?*]+", lambda run: "?" * run[0].count("?") + "*" * ("*" in run[0]), pattern)
    return pattern if _known(pattern) and len(pattern.replace("*", "")) <= PLATE_LENGTH else None


def _normal_piece(piece: str) -> str:
    try:
        return normalize_plate(piece)
    except UnreadableIdentifier as error:
        if error.code == "empty":
            return ""
        raise


def _known(pattern: str) -> str:
    return "".join(character for character in pattern if character not in _WILD)


def _is_part(pattern: str) -> bool:
    """Letters alone may as well be a name, and one character is in nearly every plate: these are no part of a plate."""
    return bool(_WILD & set(pattern)) or (len(pattern) > 1 and not pattern.isalpha())


def _around(pattern: str) -> str:
    """What has no unknown character in it is looked for anywhere in a plate."""
    return pattern if _WILD & set(pattern) else f"*{pattern}*"


def _fitting(record: Record, plate: str, pattern: str) -> Hit:
    if _WILD & set(pattern):
        return Hit(record, _PATTERN, (f"fits {pattern}",))
    return Hit(record, round(_PART * len(pattern) / len(plate), 4), (f"holds {pattern}",))


def _with_vin(registry: Registry, text: str) -> Iterator[Hit]:
    try:
        vin = normalize_vin(text)
    except UnreadableIdentifier:
        return
    for record in registry.find(vin_term(vin), "vehicle"):
        yield Hit(record, 1.0, ("has this vehicle number",))


def _with_plate(registry: Registry, plate: str) -> Iterator[Hit]:
    record = registry.get(record_key("vehicle", plate))
    if record and not record.deleted:
        yield Hit(record, 1.0, ("has this plate",))
    if _is_part(plate):
        for near in candidates(plate, registry):
            score = round(_NEAR * near.near_miss.score, 4)
            yield Hit(near.record, score, (f"near miss: {near.near_miss.because}",))


def _with_look_alikes(registry: Registry, pattern: str) -> Iterator[Hit]:
    """Vehicles that fit where one of the known characters is taken for one of its look-alikes."""
    for at, asked in enumerate(pattern):
        if asked in _WILD:
            continue
        fits = re.compile(_expression(pattern, at))
        for record in registry.find_plates(f"{pattern[:at]}?{pattern[at + 1 :]}", LOOK_ALIKE_LIMIT):
            if isinstance(record.content, Vehicle) and fits.fullmatch(record.content.plate):
                yield Hit(record, _PATTERN_LOOK_ALIKE, (f"fits {pattern} but for a look-alike of {asked}",))


def _expression(pattern: str, doubtful: int | None = None) -> str:
    """Write a pattern as a regular expression; the character at `doubtful` is one of its look-alikes instead."""
    wild = {"?": ".", "*": ".*"}
    parts = [wild.get(character, character) for character in pattern]
    if doubtful is not None:
        parts[doubtful] = f"[{''.join(sorted(look_alikes(pattern[doubtful])))}]"
    return "".join(parts)
