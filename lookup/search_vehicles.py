"""The vehicles that a search means: by a plate, a part of one, a plate with unknown characters, or a vehicle number.

Decides what of a text can be a plate and how a fit is scored. A near miss of a plate is always told as one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from lookup.identifiers import PLATE_LENGTH, UnreadableIdentifier, normalize_plate, normalize_vin
from lookup.lookalikes import candidates, look_alikes
from lookup.records import Record, Vehicle, record_key
from lookup.search_hits import PLATE_LIMIT, Found, Hit, read_up_to
from lookup.store.paging import find_all
from lookup.store.protocol import Registry
from lookup.terms import vin_term

LOOK_ALIKE_LIMIT = 200
"""Vehicles that are read for a pattern with one character less known; there are at most ten of these."""

_PATTERN, _PART, _PATTERN_LOOK_ALIKE, _NEAR = 0.9, 0.8, 0.7, 0.7
"""What a plate is worth that is not the one asked for: one that fits a pattern, one that holds a part (by how much of
it the part is), one that fits a pattern but for a look-alike, and a near miss (by its own score)."""

_WILD = frozenset("?*")


def find_vehicles(registry: Registry, text: str) -> Found:
    """Give the vehicles that `text` may mean. `?` stands for one unknown character, `*` for any number of them.

    Near misses of a whole plate are the ten best; that there are more of them makes nothing incomplete.
    """
    exactly = Found(tuple(_with_vin(registry, text)))
    pattern = read_pattern(text)
    if pattern is None:
        return exactly
    if not _WILD & set(pattern):
        exactly += Found(tuple(_with_plate(registry, pattern)))
    return exactly + _with_pattern(registry, pattern)


def vehicles_among(records: Iterable[Record], text: str) -> Iterator[Hit]:
    """Give those of the records whose plate fits the pattern, but for a look-alike too, or holds the part of a plate,
    that `text` may mean."""
    pattern = read_pattern(text)
    records = list(records)
    for way in _ways(pattern) if pattern else ():
        yield from way.hits_among(records)


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


def _with_vin(registry: Registry, text: str) -> Iterator[Hit]:
    try:
        vin = normalize_vin(text)
    except UnreadableIdentifier:
        return
    for record in find_all(registry, vin_term(vin), "vehicle"):
        yield Hit(record, 1.0, ("has this vehicle number",))


def _with_plate(registry: Registry, plate: str) -> Iterator[Hit]:
    record = registry.get(record_key("vehicle", plate))
    if record and not record.deleted:
        yield Hit(record, 1.0, ("has this plate",))
    if _is_part(plate):
        for near in candidates(plate, registry):
            score = round(_NEAR * near.near_miss.score, 4)
            yield Hit(near.record, score, (f"near miss: {near.near_miss.because}",))


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a plate can fit: vehicles are read by the pattern `read`, at most `limit`, and those that `fits`
    are hits of this score. A `part` of a plate scores the less the less of the plate it is."""

    read: str
    limit: int
    fits: re.Pattern[str]
    score: float
    because: str
    part: str = ""

    def hits_among(self, records: Iterable[Record]) -> Iterator[Hit]:
        for record in records:
            if isinstance(record.content, Vehicle) and self.fits.fullmatch(record.content.plate):
                share = len(self.part) / len(record.content.plate) if self.part else 1.0
                yield Hit(record, round(self.score * share, 4), (self.because,))


def _ways(pattern: str) -> Iterator[_Way]:
    """Give the ways in which plates fit a part of a plate, or a pattern: as it is, and where one of its known
    characters is taken for a look-alike."""
    if not _is_part(pattern):
        return
    if not _WILD & set(pattern):
        around = f"*{pattern}*"
        yield _Way(around, PLATE_LIMIT, _expression(around), _PART, f"holds {pattern}", part=pattern)
        return
    yield _Way(pattern, PLATE_LIMIT, _expression(pattern), _PATTERN, f"fits {pattern}")
    doubtful = [at for at, asked in enumerate(pattern) if asked not in _WILD]
    for at in doubtful if len(doubtful) > 1 else ():
        read = f"{pattern[:at]}?{pattern[at + 1 :]}"
        because = f"fits {pattern} but for a look-alike of {pattern[at]}"
        yield _Way(read, LOOK_ALIKE_LIMIT, _expression(pattern, at), _PATTERN_LOOK_ALIKE, because)


def _with_pattern(registry: Registry, pattern: str) -> Found:
    found = Found()
    for way in _ways(pattern):
        records, complete = read_up_to(way.limit, partial(registry.find_plates, way.read))
        found += Found(tuple(way.hits_among(records)), complete)
    return found


def _expression(pattern: str, doubtful: int | None = None) -> re.Pattern[str]:
    """Compile a pattern; the character at `doubtful` is one of its look-alikes instead."""
    wild = {"?": ".", "*": ".*"}
    parts = [wild.get(character, character) for character in pattern]
    if doubtful is not None:
        parts[doubtful] = f"[{''.join(sorted(look_alikes(pattern[doubtful])))}]"
    return re.compile("".join(parts))
