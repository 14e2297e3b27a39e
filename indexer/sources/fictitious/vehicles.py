"""Vehicles of invented missions and members.

Decides who has a vehicle and which letter its plate begins or ends with. The letter is usually that of the owner's
category, but not always: a diplomat drives a C car, a US-citizen spouse a D car. Nothing follows from it.
"""

from collections.abc import Iterator
from datetime import date

from lookup.records import Mission, RegistrationStatus, Vehicle

from . import stock
from .calendar import Calendar, Expiry
from .dice import Deck, Dice
from .numbers import Numbers
from .people import Household, Person
from .plates import Plates, Vins
from .posts import SHORT_STAYS

MISSION_LETTERS = {
    "embassy": "D",
    "permanent_mission_un": "D",
    "permanent_mission_oas": "D",
    "international_organization": "A",
    "consulate_general": "C",
    "consulate": "C",
    "representative_office": "D",
}
MEMBER_LETTERS = {
    "diplomatic_agent": "D",
    "io_mission_diplomat": "D",
    "io_senior_official": "D",
    "tecro_designated_employee": "D",
    "admin_technical_staff": "S",
    "service_staff": "S",
    "io_mission_support_staff": "S",
    "career_consular_officer": "C",
    "consular_employee": "C",
    "consular_service_staff": "C",
    "teco_head_or_deputy": "C",
    "teco_designated_employee": "C",
    "io_staff": "A",
    "io_expert_on_mission": "A",
}
OTHER_LETTERS = {"D": "CSA", "S": "DC", "C": "DS", "A": "DS"}
"""Letters that a member's car carries by exception. In the trailing order C is not expected, and is not made."""

MISSION_FLEETS = {"embassy": 6, "permanent_mission_un": 3, "international_organization": 3, "consulate_general": 3}
"""Vehicles registered to a mission at most; missions of other kinds have two at most."""

REGISTRATIONS: dict[tuple[RegistrationStatus, Expiry], int] = {
    ("active", "later"): 150,
    ("active", "edge"): 4,
    ("expired", "past"): 5,
    ("suspended", "later"): 2,
    ("revoked", "later"): 1,
    ("surrendered", "later"): 5,
    ("stolen", "later"): 2,
}
LEFT_REGISTRATIONS: dict[tuple[RegistrationStatus, Expiry], int] = {
    ("surrendered", "later"): 8,
    ("expired", "past"): 2,
    ("active", "later"): 1,
    ("revoked", "later"): 1,
}
"""Status and expiry; of those who have left most vehicles are surrendered."""


class Vehicles:
    """Makes vehicles, each with a plate that no other has."""

    def __init__(self, dice: Dice, calendar: Calendar, numbers: Numbers) -> None:
        self._dice, self._calendar, self._numbers = dice, calendar, numbers
        self._plates, self._vins = Plates(), Vins(dice)
        lists = stock.read("vehicles")
        self._colors: list[str] = lists["colors"]
        self._lessors: list[str] = lists["lessors"]
        self._models: Deck[tuple[str, str, str]] = Deck(
            dice,
            {tuple(model): 6 for model in lists["models"]}
            | {tuple(model): 1 for model in (*lists["motorcycles"], *lists["trailers"])},
        )
        self._numbers_of_cars = Deck(dice, {1: 9, 0: 10, 2: 1})
        self._registrations = Deck(dice, REGISTRATIONS)
        self._left_registrations = Deck(dice, LEFT_REGISTRATIONS)
        self._letters = Deck(dice, {"as usual": 58, "another": 2})

    def of_mission(self, mission: Mission) -> Iterator[Vehicle]:
        """Give the vehicles registered to a mission."""
        if mission.plate_code is None:
            return
        for _ in range(self._dice.between(1, MISSION_FLEETS.get(mission.kind, 2))):
            yield from self._vehicle(mission, MISSION_LETTERS[mission.kind], None, left=False)

    def of_household(self, household: Household) -> Iterator[Vehicle]:
        """Give the vehicles of a household: the principal's, and those of a spouse with a US passport."""
        letter = MEMBER_LETTERS.get(household.category)
        if letter is None or household.mission.plate_code is None or household.category in SHORT_STAYS:
            return
        post = household.posts[0]
        left = post.terminated_on is not None and post.departed_on is not None
        for _ in range(self._numbers_of_cars.deal()):
            owner = self._another_owner(household) or household.principal
            yield from self._vehicle(household.mission, self._letter(household.mission, letter), owner, left=left)
        for person in household.family:
            if person.relationship == "spouse" and person.us_status == "national":
                yield from self._vehicle(household.mission, letter, person, left=left)

    def _another_owner(self, household: Household) -> Person | None:
        """Now and then a vehicle is registered to a dependent."""
        adults = [person for person in household.family if person.relationship in ("spouse", "parent")]
        return self._dice.pick(adults) if adults and self._dice.chance(0.04) else None

    def _letter(self, mission: Mission, letter: str) -> str:
        if self._letters.deal() == "as usual":
            return letter
        others = OTHER_LETTERS[letter]
        return self._dice.pick(others.replace("C", "") if _is_un_community(mission) else others)

    def _vehicle(self, mission: Mission, letter: str, owner: Person | None, *, left: bool) -> Iterator[Vehicle]:
        plate = self._plates.give(mission.plate_code or "", letter, trailing=_is_un_community(mission))
        if plate is None:
            return
        make, model, body = self._models.deal()
        status, expiry = (self._left_registrations if left else self._registrations).deal()
        valid_until = self._calendar.expiry("registration", expiry, 364)
        year = self._calendar.on.year - self._dice.between(0, 12)
        chance = self._dice.chance
        yield Vehicle(
            plate=plate,
            vin=None if chance(0.02) else self._vins.give(year),
            make=make,
            model=None if chance(0.02) else model,
            body=None if chance(0.02) else body,
            color=None if chance(0.05) else self._dice.pick(self._colors),
            year=None if chance(0.02) else year,
            mission_id=mission.mission_id,
            member_id=owner.member_id if owner else None,
            registration_status=status,
            lessor=self._dice.pick(self._lessors) if chance(0.06) else None,
            valid_from=_year_before(valid_until),
            valid_until=None if chance(0.01) else valid_until,
            title_number=None if chance(0.05) else self._numbers.title(),
        )


def _is_un_community(mission: Mission) -> bool:
    """Their plates carry the letter last."""
    return mission.kind == "permanent_mission_un" or mission.organization == "un"


def _year_before(day: date) -> date:
    """Registrations last one year."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
