"""Premises of invented missions: offices, and the homes of some of their members.

Decides which missions have which premises and who lives where. Each address is one premises only.
"""

from collections.abc import Iterator

from lookup.law.terms import MissionKind, PremisesKind
from lookup.records import Mission, Premises

from . import stock
from .addresses import Addresses
from .calendar import Calendar
from .dice import Deck, Dice
from .numbers import Numbers
from .people import Household
from .stock import Place

SEATS: dict[MissionKind, tuple[PremisesKind, ...]] = {
    "embassy": ("chancery", "ambassador_residence", "annex"),
    "permanent_mission_un": ("chancery", "ambassador_residence"),
    "permanent_mission_oas": ("chancery",),
    "consulate_general": ("consular", "annex"),
    "consulate": ("consular",),
    "honorary_consulate": ("consular",),
    "international_organization": ("organization_headquarters", "annex"),
    "representative_office": ("chancery",),
    "special_mission": (),
}
"""The premises of a mission of each kind; the first is always there, the others mostly."""

HOMES_IN = 7
"""One principal in this many has a private residence on record."""


class PremisesMaker:
    """Makes premises."""

    def __init__(self, dice: Dice, calendar: Calendar, numbers: Numbers, addresses: Addresses) -> None:
        self._dice, self._calendar, self._numbers, self._addresses = dice, calendar, numbers, addresses
        self._times = Deck(dice, {"in_use": 60, "released": 2, "released_on_an_edge": 2, "recognized_on_an_edge": 2})

    def of_mission(self, mission: Mission, place: Place) -> Iterator[Premises]:
        """Give the offices of a mission and the residence of its head."""
        for position, kind in enumerate(SEATS[mission.kind]):
            if position == 0 or self._dice.chance(0.7):
                yield self._premises(mission, kind, place, "in_use" if position == 0 else self._times.deal())

    def of_household(self, household: Household, place: Place) -> Iterator[Premises]:
        """Give the private residence of a household, where there is one on record."""
        if self._dice.chance(1 / HOMES_IN):
            group = {"DC": "around_washington", "NY": "around_new_york"}.get(place.state)
            home = self._dice.pick(stock.places(group)) if group else place
            occupant = household.principal.member_id
            yield self._premises(household.mission, "residence", home, self._times.deal(), occupant)

    def _premises(
        self, mission: Mission, kind: PremisesKind, place: Place, time: str, member_id: str | None = None
    ) -> Premises:
        address = self._addresses.next_in(place)
        located = self._dice.chance(0.6)
        recognized_on = self._calendar.between(-7000, -1000)
        released_on = None
        if time == "released":
            released_on = self._calendar.between(-900, -40)
        elif time == "released_on_an_edge":
            released_on = self._calendar.edge("premises released")
        elif time == "recognized_on_an_edge":
            recognized_on = self._calendar.edge("premises recognized")
        return Premises(
            premises_id=self._numbers.key("P"),
            mission_id=mission.mission_id,
            kind=kind,
            member_id=member_id,
            address=address.street,
            city=place.city,
            state=place.state,
            postal_code=None if self._dice.chance(0.03) else address.postal_code,
            latitude=address.latitude if located else None,
            longitude=address.longitude if located else None,
            recognized_on=None if self._dice.chance(0.1) else recognized_on,
            released_on=released_on,
        )
