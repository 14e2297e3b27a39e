"""Invented addresses and telephone numbers.

Decides how they are written. No address comes twice, so that a lookup by address finds one place; telephone numbers
are 555-0100 to 555-0199, which are reserved for fiction.
"""

from dataclasses import dataclass

from . import stock
from .dice import Dice
from .stock import Place

SCATTER = 7_919
"""A prime that divides none of the counts of house numbers, streets and suffixes: no address comes twice."""
HOUSE_NUMBERS = 9_000


@dataclass(frozen=True, slots=True)
class Address:
    """A street address; latitude and longitude in degrees, five decimals."""

    street: str
    postal_code: str
    latitude: float
    longitude: float


class Addresses:
    """Gives addresses one after the other."""

    def __init__(self, dice: Dice) -> None:
        lists = stock.read("places")
        self._dice = dice
        self._streets: list[str] = lists["streets"]
        self._suffixes: list[str] = lists["suffixes"]
        self._quadrants: list[str] = lists["quadrants"]
        self._given = 0

    def next_in(self, place: Place) -> Address:
        """Give an address in `place` that was not given before."""
        self._given += 1
        rest = self._given * SCATTER % (HOUSE_NUMBERS * len(self._streets) * len(self._suffixes))
        rest, number = divmod(rest, HOUSE_NUMBERS)
        suffix, street = divmod(rest, len(self._streets))
        text = f"{1000 + number} {self._streets[street]} {self._suffixes[suffix]}"
        if place.state == "DC":
            text = f"{text} {self._dice.pick(self._quadrants)}"
        return Address(
            text, f"000{self._dice.between(1, 99):02d}", self._near(place.latitude), self._near(place.longitude)
        )

    def phone(self, place: Place) -> str:
        """Give a telephone number of the range that is reserved for fiction."""
        return f"{place.area_code}-555-01{self._dice.below(100):02d}"

    def _near(self, hundredths: int) -> float:
        return (hundredths * 1000 + self._dice.between(-3000, 3000)) / 100_000
