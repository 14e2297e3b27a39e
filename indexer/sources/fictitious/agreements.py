"""Invented bilateral agreements, which lift a category of one State's staff.

Decides which State has which; their citations say that they are training data. No State has any of them.
"""

from collections.abc import Iterator

from lookup.law.terms import Category
from lookup.records import Agreement

from .calendar import Calendar
from .dice import Deck, Dice
from .numbers import Numbers

TERMS: dict[tuple[Category, Category, bool], int] = {
    ("consular_employee", "diplomatic_agent", True): 3,
    ("career_consular_officer", "diplomatic_agent", True): 3,
    ("service_staff", "admin_technical_staff", False): 2,
    ("consular_employee", "career_consular_officer", False): 2,
    ("admin_technical_staff", "diplomatic_agent", True): 2,
    ("private_servant", "service_staff", False): 1,
    ("consular_service_staff", "consular_employee", False): 1,
}
"""Category, the category whose treatment it gives, and whether families are covered."""

PER_STATE = {2: 1, 1: 2, 0: 7}
TIMES = {"in_force": 12, "ends_on_an_edge": 2, "begins_on_an_edge": 1, "over": 1}


class Agreements:
    """Makes the agreements of one sending State after the other."""

    def __init__(self, dice: Dice, calendar: Calendar, numbers: Numbers) -> None:
        self._calendar, self._numbers = calendar, numbers
        self._terms = Deck(dice, TERMS)
        self._per_state = Deck(dice, PER_STATE)
        self._times = Deck(dice, TIMES)
        self._heard: set[str] = set()

    def of_state(self, state: str | None) -> Iterator[Agreement]:
        """Give a State's agreements, the first time that the State comes up."""
        if state is None or state in self._heard:
            return
        self._heard.add(state)
        for _ in range(self._per_state.deal()):
            yield self._agreement(state)

    def _agreement(self, state: str) -> Agreement:
        category, treated_as, covers_family = self._terms.deal()
        key = self._numbers.key("G")
        time = self._times.deal()
        calendar = self._calendar
        begins = calendar.edge("agreement begins") if time == "begins_on_an_edge" else calendar.between(-12_000, -2000)
        ends = calendar.edge("agreement ends") if time == "ends_on_an_edge" else None
        if time == "over":
            ends = calendar.between(-900, -50)
        return Agreement(
            agreement_id=key,
            sending_state=state,
            category=category,
            treated_as=treated_as,
            covers_family=covers_family,
            effective_on=begins,
            ends_on=ends,
            citation=f"Invented agreement {key} (training data)",
        )
