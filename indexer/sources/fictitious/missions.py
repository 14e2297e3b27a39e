"""Invented missions: how many of each kind, how many people each has, where it stands, when it closes.

Decides the proportions of the registry (2,600 missions to 124,000 members and dependents; the shares of the kinds and
their sizes are estimates that add up to that). A State's missions share its plate code; as only 104 two-letter codes
are reserved for fictitious data, several States and organizations share one.
"""

from collections.abc import Iterator
from datetime import date
from string import ascii_uppercase

from lookup.law.terms import MissionKind
from lookup.records import Mission

from . import stock
from .addresses import Addresses
from .calendar import Calendar
from .dice import Deck, Dice
from .numbers import Numbers
from .stock import Place

MEMBERS, MISSIONS = 124_000, 2_600
"""Members with dependents, and missions, that the Office of Foreign Missions accredits."""

SHARES: dict[MissionKind, int] = {
    "embassy": 70,
    "permanent_mission_un": 74,
    "international_organization": 52,
    "consulate_general": 115,
    "consulate": 100,
    "honorary_consulate": 530,
    "permanent_mission_oas": 14,
    "special_mission": 40,
    "representative_office": 5,
}
"""Missions of each kind in a thousand. Honorary consulates are by far the most, and nearly empty."""

SIZES: dict[MissionKind, int] = {
    "embassy": 2250,
    "permanent_mission_un": 1050,
    "international_organization": 3050,
    "consulate_general": 420,
    "consulate": 160,
    "honorary_consulate": 20,
    "permanent_mission_oas": 220,
    "special_mission": 60,
    "representative_office": 400,
}
"""Tenths of people in a mission of ordinary size."""

SPREAD = (10, 4, 17, 7, 13, 2, 20, 7)
"""Tenths of the ordinary size, in turn for the missions of a kind; ten on average."""

FIRST: tuple[MissionKind, ...] = (*SHARES, "representative_office")
"""Every registry has one mission of each kind; of the offices of Taiwan, that in Washington and one elsewhere."""

WASHINGTON_OFFICE_IN = 13
"""The Taipei office in Washington (TECRO) has twelve others (TECO) around the country."""

PLATE_CODES = tuple(first + second for second in ascii_uppercase for first in "EIOZ")
"""The codes reserved for fictitious data: none of a real mission begins with these letters."""

WITHOUT_PLATES = frozenset({"honorary_consulate", "special_mission"})
"""Honorary consuls drive on state plates, special missions do not stay."""

OFFICES = {
    "consulate_general": "Consulate General",
    "consulate": "Consulate",
    "honorary_consulate": "Honorary Consulate",
}
SEATS = {"embassy": "Embassy", "special_mission": "Special Mission"}
ENDINGS = {"open": 180, "edge": 2, "closed": 1, "long_closed": 2, "closing": 2}


def plan(members: int) -> Iterator[tuple[MissionKind, int, int]]:
    """Give for each mission of a registry of so many `members`: its kind, its number among its kind, its people."""
    count = max(len(FIRST), round(members * MISSIONS / MEMBERS))
    total = sum(_weight(kind, number) for kind, number in _kinds(count))
    reached = placed = 0
    for kind, number in _kinds(count):
        reached += _weight(kind, number)
        people = members * reached // total - placed
        placed += people
        yield kind, number, people


def _weight(kind: MissionKind, number: int) -> int:
    return SIZES[kind] * SPREAD[number % len(SPREAD)]


def _kinds(count: int) -> Iterator[tuple[MissionKind, int]]:
    """Give the kind that is furthest behind its share, again and again."""
    so_far = dict.fromkeys(SHARES, 0)
    for place in range(count):
        if place < len(FIRST):
            kind = FIRST[place]
        else:
            kind = max(so_far, key=lambda kind: SHARES[kind] * (place + 1) - 1000 * so_far[kind])
        yield kind, so_far[kind]
        so_far[kind] += 1


def is_office_in_washington(kind: str, number: int) -> bool:
    """Tell whether a representative office is the one in Washington."""
    return kind == "representative_office" and number % WASHINGTON_OFFICE_IN == 0


class Missions:
    """Makes missions. Each sending State has a turn in every kind, in an order that the seed decides."""

    def __init__(self, dice: Dice, calendar: Calendar, numbers: Numbers, addresses: Addresses) -> None:
        self._dice, self._calendar, self._numbers, self._addresses = dice, calendar, numbers, addresses
        self._states: dict[str, list[str]] = stock.read("states")
        self._order = sorted(self._states, key=lambda code: (dice.throw(), code))
        self._codes = sorted(PLATE_CODES, key=lambda code: (dice.throw(), code))
        self._endings = Deck(dice, ENDINGS)
        self._cities = Deck(dice, dict.fromkeys(stock.places("consular"), 1))

    def make(self, kind: MissionKind, number: int) -> tuple[Mission, Place]:
        """Give the mission that is `number` of its kind, and where it stands."""
        place = self._place(kind, number)
        state = self._sending_state(kind, number)
        organization = _organization(kind, number)
        mission = Mission(
            mission_id=self._numbers.key("M"),
            name=self._name(kind, number, state, organization, place),
            kind=kind,
            sending_state=state,
            organization=organization,
            plate_code=None if kind in WITHOUT_PLATES else self._plate_code(kind, number),
            city=place.city,
            state=place.state,
            address=None if self._dice.chance(0.05) else self._addresses.next_in(place).street,
            phone=None if self._dice.chance(0.1) else self._addresses.phone(place),
            duty_phone=self._addresses.phone(place) if self._dice.chance(0.5) else None,
            established_on=self._calendar.between(-28_000, -8_000),
            terminated_on=self._ends_on(number),
        )
        return mission, place

    def language(self, state: str | None) -> str:
        """Give the stock of names of a State; people of an organization come from anywhere."""
        if state == "TW":
            return "zh"
        return self._states[state or self._dice.pick(self._order)][1]

    def any_state(self) -> str:
        """Give any sending State."""
        return self._dice.pick(self._order)

    def _sending_state(self, kind: str, number: int) -> str | None:
        if kind == "international_organization":
            return None
        return "TW" if kind == "representative_office" else self._order[number % len(self._order)]

    def _place(self, kind: str, number: int) -> Place:
        if kind == "permanent_mission_un" or _organization(kind, number) == "un":
            return stock.places("new_york")[0]
        away = kind in OFFICES or (kind == "representative_office" and not is_office_in_washington(kind, number))
        return self._cities.deal() if away else stock.places("washington")[0]

    def _plate_code(self, kind: str, number: int) -> str:
        if kind == "international_organization":
            return self._codes[-1 - number % len(self._codes)]
        turn = 0 if kind == "representative_office" else number % len(self._order)
        return self._codes[turn % len(self._codes)]

    def _ends_on(self, number: int) -> date | None:
        """The first mission of each kind stays open: in a small registry it is the only one."""
        days = {"closed": (-400, -32), "long_closed": (-3000, -800), "closing": (2, 300)}
        ending = self._endings.deal() if number else "open"
        if ending == "edge":
            return self._calendar.edge("mission ends")
        return None if ending == "open" else self._calendar.between(*days[ending])

    def _name(self, kind: str, number: int, state: str | None, organization: str | None, place: Place) -> str:
        if kind == "representative_office":
            washington = is_office_in_washington(kind, number)
            return (
                "Representative Office in Washington (TECRO)" if washington else f"Taipei Office in {place.city} (TECO)"
            )
        if state is None:
            return {"un": "United Nations Office", "oas": "Organization Headquarters"}.get(
                organization or ""
            ) or f"{organization}"
        name = self._states[state][0]
        again = f" {number // len(self._order) + 1}" if number >= len(self._order) else ""
        if kind in OFFICES:
            return f"{OFFICES[kind]} of {name} in {place.city}{again}"
        if kind in SEATS:
            return f"{SEATS[kind]} of {name}{again}"
        return f"Permanent Mission of {name} to the {'UN' if kind.endswith('un') else 'OAS'}{again}"


def _organization(kind: str, number: int) -> str | None:
    if kind.startswith("permanent_mission"):
        return kind.rpartition("_")[2]
    if kind != "international_organization":
        return None
    fields: list[str] = stock.read("organizations")["fields"]
    forms: list[str] = stock.read("organizations")["forms"]
    if number % 10 == 0:
        return "un"
    if number % 40 == 1:
        return "oas"
    form, field = divmod(number * 7, len(fields))
    return f"{forms[form % len(forms)]} {fields[field]}"
