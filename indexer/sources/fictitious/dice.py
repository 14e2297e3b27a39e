"""Chance that falls the same way on every machine: dice thrown from a seed, and decks whose cards keep proportions.

Decides how a random choice is made, not what is chosen. Only `random.Random.random` is used, because Python promises
its sequence for a seed in every version, which it does not for `choice` or `shuffle`.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice:
    """A sequence of choices that depends on its seed alone."""

    def __init__(self, seed: str) -> None:
        self.throw = random.Random(seed).random  # noqa: S311 - invented data, no secret

    def chance(self, share: float) -> bool:
        """Say yes in this share of the throws (0 to 1)."""
        return self.throw() < share

    def below(self, end: int) -> int:
        """Give a whole number from 0 to `end` - 1."""
        return int(self.throw() * end)

    def between(self, first: int, last: int) -> int:
        """Give a whole number from `first` to `last`, both included."""
        return first + int(self.throw() * (last - first + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Give one of the items."""
        return items[int(self.throw() * len(items))]


class Deck(Generic[T]):
    """Cards dealt in rounds, so that shares are kept exactly and a rare card cannot stay away.

    The first round begins with one of each card in the order given: a small registry has every kind of case too.
    """

    def __init__(self, dice: Dice, cards: Mapping[T, int]) -> None:
        self._dice = dice
        self._round = [card for card, count in cards.items() for _ in range(count)]
        first = [card for card, count in cards.items() for _ in range(count - 1)]
        self._waiting = [*self._shuffled(first), *reversed(list(cards))]

    def deal(self) -> T:
        """Give the next card."""
        if not self._waiting:
            self._waiting = self._shuffled(self._round)
        return self._waiting.pop()

    def _shuffled(self, cards: Sequence[T]) -> list[T]:
        order = sorted((self._dice.throw(), place) for place in range(len(cards)))
        return [cards[place] for _, place in order]
