"""Days around the day for which a registry is invented.

Decides how far from that day things lie; on the edges that the law knows (the day itself, the 30 days) it puts
people on both sides.
"""

from datetime import date, timedelta
from typing import Literal

from .dice import Deck, Dice

EDGES = dict.fromkeys((0, -1, 1, -30, -31, -29, 30, 31, 29, -5, 5, -15, 15), 1)
"""Days from the day itself: the day, its neighbours, and the 30 days of VCDR 39(2) as State counts them, and theirs."""

Expiry = Literal["later", "past", "edge"]


class Calendar:
    """Gives days relative to `on`."""

    def __init__(self, dice: Dice, on: date) -> None:
        self.on = on
        self._dice = dice
        self._edges: dict[str, Deck[int]] = {}

    def day(self, offset: int) -> date:
        """Give the day `offset` days after `on` (before it, where negative)."""
        return self.on + timedelta(days=offset)

    def between(self, first: int, last: int) -> date:
        """Give a day from `first` to `last` days after `on`."""
        return self.day(self._dice.between(first, last))

    def edge(self, purpose: str) -> date:
        """Give a day on or near one of the edges; each purpose has them all in turn."""
        if purpose not in self._edges:
            self._edges[purpose] = Deck(self._dice, EDGES)
        return self.day(self._edges[purpose].deal())

    def expiry(self, purpose: str, expiry: Expiry, longest: int) -> date:
        """Give the last day of something that is valid for at most `longest` days from `on`."""
        if expiry == "edge":
            return self.edge(purpose)
        return self.between(-700, -40) if expiry == "past" else self.between(32, longest)

    def born(self, youngest: int, oldest: int) -> date:
        """Give the date of birth of somebody who has completed from `youngest` to `oldest` years on `on`."""
        return self.birthday(self._dice.between(youngest, oldest), -self._dice.below(365))

    def birthday(self, age: int, offset: int) -> date:
        """Give the date of birth of somebody who completes `age` years `offset` days after `on`."""
        day = self.day(offset)
        if (day.month, day.day) == (2, 29):
            day = day.replace(day=28)
        return day.replace(year=day.year - age)
