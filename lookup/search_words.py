"""How well the words of a search fit the words of a record, in any order and spelling.

Decides score and reasons from the two lists of words alone, so that every engine ranks alike. The words are romanized
or folded before they come here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from rapidfuzz.distance import OSA, JaroWinkler

from lookup.names import phonetic_code
from lookup.records import Record
from lookup.search_hits import PREFIX_LIMIT, WORD_LIMIT, Found, Hit, read_up_to
from lookup.store.protocol import Registry

TOKEN_LIMIT = 8
"""Words of a search that are compared, the first ones: a long name has six, an address with its state eight."""

_ENOUGH = 0.6
"""The mean fit from which a record is a hit: two of three words, or two words with a slip in each."""

_BEGINS, _ONE_OFF, _INITIAL = 0.92, 0.85, 0.75
"""What a word is worth that is not the same. A judgement that orders hits: a beginning is what people type, a letter
off is a slip; a single letter begins one word in twenty."""

_SOUND, _SOUND_AND_LOOK = 0.68, 0.22
"""What a word is worth that sounds alike, and what its look adds: the codes of sounds are coarse, so a word that only
sounds alike comes after a slip, and one that looks alike too before it."""

_ALIKE = 0.9
"""The Jaro-Winkler similarity from which longer words of about one length resemble each other; below it any two names
of one beginning do."""

_FULLNESS = 0.1
"""The part of a score that goes to a record with no further words: fuller fits come first."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a search by words begins: index words as a whole, and beginnings of index words for what was misspelled."""

    words: tuple[str, ...]
    beginnings: tuple[str, ...]


def find_by_words(
    registry: Registry, asked: Sequence[str], start: Start, known: Callable[[Record], Sequence[str]]
) -> Found:
    """Give the records that fit the words asked for. `known` gives the words of a record, none to leave it out.

    Beginnings are only tried where no record has every word as it was asked. Reads at most `WORD_LIMIT` records by
    words and `PREFIX_LIMIT` by beginnings; where there are more, what is found is not complete, however few of those
    that were read fit.
    """
    if not asked:
        return Found()
    records, complete = read_up_to(WORD_LIMIT, partial(registry.find_words, start.words))
    if not any(set(asked) <= set(known(record)) for record in records):
        share = PREFIX_LIMIT // max(len(start.beginnings), 1)
        for beginning in start.beginnings:
            more, are_all = read_up_to(share, partial(registry.find_word_prefix, beginning))
            records, complete = records + more, complete and are_all
    once = {record.key: record for record in records}
    return Found(tuple(hits_among(once.values(), asked, known)), complete)


def hits_among(
    records: Iterable[Record], asked: Sequence[str], known: Callable[[Record], Sequence[str]]
) -> Iterator[Hit]:
    """Give those of the records that fit the words asked for."""
    for record in records:
        if match := match_words(asked, known(record)):
            yield Hit(record, *match)


def match_words(asked: Sequence[str], known: Sequence[str]) -> tuple[float, tuple[str, ...]] | None:
    """Give the score, from 0 to 1, and the reasons where the words asked for fit the words of a record, else None.

    What is written as one word on one side may be two or three neighbors on the other. Each word of the record serves
    once.
    """
    if not asked:
        return None
    pairs = [(tuple(asked), tuple(known))]
    pairs += [(reading, tuple(known)) for reading in _with_joined(asked, known)]
    pairs += [(tuple(asked), reading) for reading in _with_joined(known, asked)]
    matches = [match for pair in pairs if (match := _match(*pair))]
    return max(matches, key=lambda match: match[0], default=None)


def _with_joined(words: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give `words` with two or three neighbors written as one, wherever that makes one of the others."""
    for length in (2, 3):
        for at in range(len(words) - length + 1):
            if (joined := "".join(words[at : at + length])) in others:
                yield (*words[:at], joined, *words[at + length :])


def _match(asked: tuple[str, ...], known: tuple[str, ...]) -> tuple[float, tuple[str, ...]] | None:
    free, total, reasons = list(known), 0.0, []
    for word in asked:
        score, place = max(((_similarity(word, other), -place) for place, other in enumerate(free)), default=(0.0, 0))
        if score:
            other = free.pop(-place)
            total += score
            reasons.append((score, _reason(word, other)))
    mean = total / len(asked)
    if mean < _ENOUGH:
        return None
    score = mean * (1 - _FULLNESS + _FULLNESS * len(reasons) / len(known))
    return round(score, 4), tuple(text for _, text in sorted(reasons, key=lambda reason: -reason[0]))


def _similarity(asked: str, known: str) -> float:
    """How well one word fits another, from 0 to 1. Words with digits in them fit as a whole or not at all."""
    if asked == known or not (asked.isalpha() and known.isalpha()):
        return float(asked == known)
    if known.startswith(asked):
        return _BEGINS if len(asked) > 1 else _INITIAL
    alike = JaroWinkler.similarity(asked, known)
    sound = _SOUND + _SOUND_AND_LOOK * alike if _sound_alike(asked, known) else 0.0
    return max(sound, _look_alike(asked, known, alike))


def _look_alike(asked: str, known: str, alike: float) -> float:
    if min(len(asked), len(known)) > 2 and OSA.distance(asked, known, score_cutoff=1) <= 1:
        return _ONE_OFF
    about_one_length = len(asked) > 3 and abs(len(asked) - len(known)) <= 2
    return _ONE_OFF * alike if alike >= _ALIKE and about_one_length else 0.0


def _sound_alike(asked: str, known: str) -> bool:
    code = phonetic_code(asked)
    return len(code) > 1 and code == phonetic_code(known)


def _reason(asked: str, known: str) -> str:
    if asked == known:
        return f"has {known}"
    if known.startswith(asked):
        return f"{known} begins with {asked}"
    return f"{known} sounds like {asked}" if _sound_alike(asked, known) else f"{known} is nearly {asked}"
