"""Near misses of a plate: which other plates could have been meant, how they differ, and which of them are on record.

Decides an order for suggestions and says why each is one. Never answers for a plate that was not asked: a near miss
carries no level, and a person picks one by a new query.
"""

import heapq
import math
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations, pairwise, permutations, product
from string import ascii_uppercase, digits

from lookup.identifiers import PLATE_LENGTH
from lookup.records import Record, record_key
from lookup.store.protocol import Registry

LOOK_ALIKE_LIMIT = 1200
"""Look-alikes that are tried. The best of them: a plate of ten rhyming letters has thousands, and with the at most 750
neighbors by one edit a question stays below 2,000 keys (about 15 ms)."""

_LOOK_ALIKE, _ONE_EDIT, _OTHER_SERIES = 0.6, 0.3, 0.0
"""Where the scores of each class begin: look-alikes come before edits and edits before the other series, whatever their
weights are."""

_SPAN = 0.29
"""How far a score can rise within its class: just below the beginning of the next."""

_DIGITS_EXCHANGED, _NEIGHBORS_EXCHANGED, _SUBSTITUTED, _SAID_TWICE, _MORE_OR_LESS = 0.95, 0.85, 0.75, 0.7, 0.6
"""How likely each edit is. A judgement that orders suggestions: exchanged neighbors are the usual slip of writers."""

_MISFIT = 0.7
"""What each character outside its position class (a digit where the grammar has a letter) leaves of a weight."""

_CHARACTERS = ascii_uppercase + digits
_SLOTS = {"S": frozenset("DCSA"), "L": frozenset(ascii_uppercase), "9": frozenset(digits)}
_SHAPES = ("SLL9999", "SLL999", "9999LLS", "999LLS")
"""The position classes of the two series: status letter, letter, digit."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A plate that could have been meant, in normal form.

    `differs_at` are the positions, from 0, of its characters that differ from what was asked: none where it has a
    character less. `because` says how it was misread. `score` goes from 0 to 1, four decimals; a higher one comes
    first.
    """

    plate: str
    differs_at: tuple[int, ...]
    because: str
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A near miss that is on record. `record` is the live record of the vehicle."""

    near_miss: NearMiss
    record: Record


@dataclass(frozen=True, slots=True)
class _Confusion:
    weight: float
    sense: str

    def because(self, asked: str, meant: str) -> str:
        return f"{meant} read as {asked}" if self.sense == "sight" else f"sounds alike: {asked} and {meant}"


def _read_confusions() -> dict[str, dict[str, _Confusion]]:
    """Give for each character those it is taken for, with the strongest reason."""
    table = tomllib.loads(files("lookup").joinpath("lookalikes.toml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, _Confusion]] = {character: {} for character in _CHARACTERS}
    for row in sorted(table["confusion"], key=lambda row: -row["weight"]):
        for group in row["groups"]:
            for asked, meant in permutations(group, 2):
                found[asked].setdefault(meant, _Confusion(row["weight"], row["sense"]))
    return found


_CONFUSIONS = _read_confusions()


def look_alikes(character: str) -> frozenset[str]:
    """Give the characters that `character`, one of `A-Z0-9`, is taken for by eye or by ear."""
    return frozenset(_CONFUSIONS[character])


def candidates(plate: str, registry: Registry, limit: int = 10) -> list[Candidate]:
    """Give the near misses of a plate in normal form that are on record, best first, equal ones by key.

    Held records are left out (they are found by their key alone), and so are tombstones and the plate itself. Raises
    `CouldNotSearch` where the registry cannot really look.
    """
    near = near_plates(plate)
    records = registry.get_many([record_key("vehicle", miss.plate) for miss in near])
    found = ((miss, records.get(record_key("vehicle", miss.plate))) for miss in near)
    on_record = [Candidate(miss, record) for miss, record in found if record and record.content and not record.deleted]
    return on_record[:limit]


def near_plates(plate: str) -> list[NearMiss]:
    """Give the plates, in normal form, that could have been meant by `plate`, best first, equal ones by plate.

    Look-alikes of one or two characters come first, then one edit, then the other series; each plate once, by its best
    reason, and never `plate` itself.
    """
    best: dict[str, NearMiss] = {plate: NearMiss(plate, (), "", 1.0)}
    alike = heapq.nsmallest(LOOK_ALIKE_LIMIT, _misread(plate), key=_order)
    for miss in (*alike, *sorted((*_edited(plate), *_reordered(plate)), key=_order)):
        best.setdefault(miss.plate, miss)
    return list(best.values())[1:]


def _order(miss: NearMiss) -> tuple[float, str]:
    return (-miss.score, miss.plate)


def _misread(plate: str) -> Iterator[NearMiss]:
    """One or two characters taken for another."""
    for count in (1, 2):
        for places in combinations(range(len(plate)), count):
            for meant in product(*(_CONFUSIONS[plate[place]].items() for place in places)):
                yield _misread_at(plate, places, meant)


def _misread_at(plate: str, places: tuple[int, ...], meant: Sequence[tuple[str, _Confusion]]) -> NearMiss:
    characters, weight, reasons = list(plate), 1.0, []
    for place, (character, confusion) in zip(places, meant, strict=True):
        characters[place] = character
        weight *= confusion.weight
        reasons.append(confusion.because(plate[place], character))
    return _scored("".join(characters), places, ", ".join(reasons), _LOOK_ALIKE, weight)


def _edited(plate: str) -> Iterator[NearMiss]:
    """One edit: two neighbors exchanged, another character, one less, one more."""
    for at, (left, right) in enumerate(pairwise(plate)):
        both_digits = (left + right).isdigit()
        because = f"{'digits' if both_digits else 'neighbors'} exchanged"
        weight = _DIGITS_EXCHANGED if both_digits else _NEIGHBORS_EXCHANGED
        yield _scored(plate[:at] + right + left + plate[at + 2 :], (at, at + 1), because, _ONE_EDIT, weight)
    for at, asked in enumerate(plate):
        head, tail = plate[:at], plate[at + 1 :]
        if head or tail:
            yield _scored(head + tail, (), "one character less", _ONE_EDIT, _MORE_OR_LESS)
        for meant in _CHARACTERS:
            yield _scored(head + meant + tail, (at,), f"{meant} instead of {asked}", _ONE_EDIT, _SUBSTITUTED)
    yield from _lengthened(plate)


def _lengthened(plate: str) -> Iterator[NearMiss]:
    """One character more; a doubled one is the likeliest to be lost."""
    if len(plate) == PLATE_LENGTH:
        return
    for at, more in product(range(len(plate) + 1), _CHARACTERS):
        weight = _SAID_TWICE if more in plate[max(at - 1, 0) : at + 1] else _MORE_OR_LESS
        yield _scored(plate[:at] + more + plate[at:], (at,), "one character more", _ONE_EDIT, weight)


def _reordered(plate: str) -> Iterator[NearMiss]:
    """The same letters and digits in the other series, or with the status letter said at the other end."""
    letters, serial = plate.strip(digits), plate.strip(ascii_uppercase)
    digits_first = plate == serial + letters
    if len(letters) != 3 or len(serial) not in (3, 4) or not (digits_first or plate == letters + serial):
        return
    for status, code in ((letters[0], letters[1:]), (letters[2], letters[:2])):
        if status not in _SLOTS["S"]:
            continue
        for other, starts_with_digits in ((status + code + serial, False), (serial + code + status, True)):
            same_series = starts_with_digits == digits_first
            because = "status letter at the other end" if same_series else "other series"
            places = tuple(at for at, character in enumerate(other) if character != plate[at])
            yield _scored(other, places, because, _OTHER_SERIES, 0.8 if same_series else 1.0)


def _scored(plate: str, places: tuple[int, ...], because: str, floor: float, weight: float) -> NearMiss:
    return NearMiss(plate, places, because, round(floor + _SPAN * weight * _fit(plate), 4))


def _fit(plate: str) -> float:
    """How well the characters stand in the position classes of the series that is nearest, from 0 to 1."""
    shapes = [shape for shape in _SHAPES if len(shape) == len(plate)]
    misfits = (sum(c not in _SLOTS[slot] for c, slot in zip(plate, shape, strict=True)) for shape in shapes)
    return math.pow(_MISFIT, min(misfits, default=1))
