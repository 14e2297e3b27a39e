"""Names for invented people, out of many languages and romanized as a registry writes them.

Decides which name a person of a State gets: parts from the name library or the hand-made stocks, and every now and
then one of the awkward whole names. A combination may by chance be somebody's; none was taken from anybody.
"""

from dataclasses import dataclass

from anyascii import anyascii
from mimesis import Person as NameLibrary
from mimesis.enums import Gender
from mimesis.locales import Locale

from . import stock
from .dice import Deck, Dice

DRAWS = 300
"""Parts taken from each list of the library once, at the start: a call costs as much as a whole row."""
AWKWARD_IN = 40
"""One household in this many has an awkward name: often enough to meet in training, rare enough to stay special."""
RUN_TOGETHER = frozenset({"zh", "ko"})
"""Languages whose romanized syllables come with capitals inside a name."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """The parts of one language; family names by sex, because many languages bend them."""

    given: dict[str, tuple[str, ...]]
    family: dict[str, tuple[str, ...]]


class Names:
    """Gives names; the same seed takes the same parts from the library."""

    def __init__(self, dice: Dice, seed: str) -> None:
        self._dice = dice
        self._seed = seed
        self._parts: dict[str, NameParts] = {}
        awkward = stock.read("names")["awkward"]
        self._awkward = Deck(dice, {(name["family"], name.get("given"), name["sex"]): 1 for name in awkward})

    def awkward(self) -> tuple[str, str | None, str] | None:
        """Give a whole awkward name (family name, given names if any, sex) once in a while, else nothing."""
        return self._awkward.deal() if self._dice.chance(1 / AWKWARD_IN) else None

    def given(self, language: str, sex: str) -> str:
        """Give one or two given names."""
        choice = self._of(language).given["F" if sex == "F" else "M"]
        return self._joined(choice, " ", 0.2)

    def family(self, language: str, sex: str) -> str:
        """Give a family name, sometimes a double one."""
        choice = self._of(language).family["F" if sex == "F" else "M"]
        return self._joined(choice, "-", 0.03)

    def _joined(self, choice: tuple[str, ...], joint: str, share: float) -> str:
        name, second = self._dice.pick(choice), self._dice.pick(choice)
        return f"{name}{joint}{second}" if second != name and self._dice.chance(share) else name

    def _of(self, language: str) -> NameParts:
        if language not in self._parts:
            stocks = stock.read("names")["stocks"]
            made_by_hand = stocks.get(language)
            self._parts[language] = _by_hand(made_by_hand) if made_by_hand else _from_library(language, self._seed)
        return self._parts[language]


def _by_hand(parts: dict[str, list[str]]) -> NameParts:
    family = tuple(parts["family"])
    return NameParts({"F": tuple(parts["female"]), "M": tuple(parts["male"])}, {"F": family, "M": family})


def _from_library(language: str, seed: str) -> NameParts:
    library = NameLibrary(Locale(language), seed=f"{seed}/{language}")
    sexes = {"F": Gender.FEMALE, "M": Gender.MALE}
    return NameParts(
        {sex: _romanized(language, [library.name(gender) for _ in range(DRAWS)]) for sex, gender in sexes.items()},
        {sex: _romanized(language, [library.surname(gender) for _ in range(DRAWS)]) for sex, gender in sexes.items()},
    )


def _romanized(language: str, names: list[str]) -> tuple[str, ...]:
    plain = [anyascii(name) for name in names]
    return tuple(name.capitalize() for name in plain) if language in RUN_TOGETHER else tuple(plain)
