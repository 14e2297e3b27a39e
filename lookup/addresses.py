"""Addresses: the normal form in which two of them are equal, and how near two different ones are.

Decides which words are written by their postal abbreviation (addresses.toml) and folds the rest as names are. Knows
nothing of whether a place exists.
"""

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from rapidfuzz.distance import OSA

from lookup.names import fold_name, without_marks
from lookup.places import US_STATES

_CLOSED_UP = re.compile("[.'\u2019]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def _read_abbreviations() -> dict[str, str]:
    table = tomllib.loads(files("lookup").joinpath("addresses.toml").read_text(encoding="utf-8"))
    return {word: short for section in table.values() for short, words in section.items() for word in words}


_ABBREVIATIONS = _read_abbreviations()
_SHORT_FORMS = frozenset(_ABBREVIATIONS.values())
_STATES_BY_NAME = {fold_name(name): code for code, name in US_STATES.items()}


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is compared: the folded words of its street, its folded city, its state (USPS code, or folded
    where it is none)."""

    words: tuple[str, ...]
    city: str
    state: str

    @property
    def normal(self) -> str:
        """The form in which addresses are equal: street, city and state with a bar between them."""
        return "|".join(("".join(self.words), self.city, self.state.lower()))


def address_words(text: str) -> tuple[str, ...]:
    """Give the folded words of a piece of address, in order, each by its postal abbreviation where it has one.

    A full stop or an apostrophe closes up (`N.W.` is one word); the unit sign `#`, which is its own abbreviation, falls
    away with all that is neither letter nor digit.

    >>> address_words("1234 Example Avenue, N.W., Apartment #5")
    ('1234', 'example', 'ave', 'nw', 'apt', '5')
    """
    words = (fold_name(word) for word in _BETWEEN_WORDS.split(_CLOSED_UP.sub("", without_marks(text))))
    return tuple(_ABBREVIATIONS.get(word, word) for word in words if word)


def state_code(text: str) -> str | None:
    """Give the USPS code of a state or territory that is named by its code or in words; None for anything else."""
    folded = fold_name(text)
    code = _STATES_BY_NAME.get(folded, folded.upper())
    return code if code in US_STATES else None


def read_address(street: str, city: str, state: str) -> Address:
    """Fold an address for comparing."""
    return Address(address_words(street), fold_name(city), state_code(state) or fold_name(state))


def normalize_address(street: str, city: str, state: str) -> str:
    """Give the form in which addresses are equal.

    >>> normalize_address("1234 Example Avenue N.W.", "Washington", "District of Columbia")
    '1234exampleavenw|washington|dc'
    """
    return read_address(street, city, state).normal


def address_nearness(one: Address, other: Address) -> tuple[float, str] | None:
    """Say how near two different addresses of one state are: a score from 0 to 1 and why; None where they are not."""
    if one.state != other.state:
        return None
    if OSA.distance(one.normal, other.normal, score_cutoff=1) <= 1:
        return (0.95, "one letter or digit off")
    short, long = sorted((_number_and_name(one), _number_and_name(other)), key=len)
    if one.city == other.city and len(short) > 1 and long[: len(short)] == short:
        return (0.9, "another suffix, direction or unit")
    return None


def _number_and_name(address: Address) -> tuple[str, ...]:
    """The words that people do not leave out or mistake: all but suffixes, directions and unit words."""
    return tuple(word for word in address.words if word not in _SHORT_FORMS)
