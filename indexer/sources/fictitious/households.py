"""Households: a principal with their posts, and the family who stand on them.

Decides who lives together, and gives each member of a family one of the situations that the law treats differently:
ages around 16, 18, 21 and 23, students, exceptions, people who have left, US nationals, spouses who work.
"""

from collections.abc import Callable

from lookup.records import Mission

from .calendar import Calendar
from .dice import Deck, Dice
from .missions import Missions
from .names import Names
from .numbers import Numbers
from .people import Household, Person, WaiverRow
from .posts import SHORT_STAYS, Posts

RELATIONS = {"s": "spouse", "c": "child", "p": "parent", "o": "other"}
SHAPES = {
    "": 58,
    "s": 44,
    "sc": 24,
    "scc": 30,
    "sccc": 14,
    "scccc": 4,
    "c": 8,
    "cc": 4,
    "sp": 1,
    "o": 1,
    "sccp": 1,
}
"""Families, a letter for each of their members."""

SITUATIONS = {
    "spouse": {
        "ordinary": 80,
        "other_nationality": 8,
        "us_national": 5,
        "permanent_resident": 3,
        "working": 5,
        "left_on_an_edge": 2,
        "left_long_ago": 2,
        "not_recognized": 1,
    },
    "child": {
        "minor": 70,
        "grown_up_soon": 20,
        "us_national": 5,
        "birthday_16": 1,
        "birthday_18": 1,
        "birthday_21": 2,
        "birthday_23": 2,
        "student": 5,
        "student_until_an_edge": 2,
        "no_student": 2,
        "student_or_not": 1,
        "exception": 2,
        "no_exception": 1,
        "exception_or_not": 1,
        "left_on_an_edge": 1,
        "not_recognized": 1,
        "without_date_of_birth": 1,
    },
    "parent": {"ordinary": 8, "permanent_resident": 1, "left_on_an_edge": 1},
    "other": {"ordinary": 8, "us_national": 1, "left_long_ago": 1},
}

MOSTLY_US = {"national": 12, "none": 5, "permanent_resident": 3}
LOCAL = {"none": 34, "national": 3, "permanent_resident": 3}
SENT = {"none": 97, "national": 1, "permanent_resident": 2}
US_STATUSES = {
    "honorary_consular_officer": MOSTLY_US,
    "consular_employee": LOCAL,
    "consular_service_staff": LOCAL,
    "io_staff": LOCAL,
    "io_mission_support_staff": LOCAL,
    "service_staff": LOCAL,
}
"""US status of principals: honorary consuls are usually US persons, staff engaged on the spot now and then."""

WAIVER_IN = 150
SCOPES = {"criminal": 4, "civil": 3, "testimony": 3, "execution": 1}
WAIVER_TIMES = {"in_force": 5, "begins_on_an_edge": 1, "ends_on_an_edge": 2, "over": 2}


class Households:
    """Makes households."""

    def __init__(self, dice: Dice, calendar: Calendar, numbers: Numbers, missions: Missions, seed: str) -> None:
        self._dice, self._calendar, self._numbers, self._missions = dice, calendar, numbers, missions
        self._names = Names(dice, seed)
        self.posts = Posts(dice, calendar, numbers)
        self._shapes = Deck(dice, SHAPES)
        self._situations = {relation: Deck(dice, cards) for relation, cards in SITUATIONS.items()}
        self._us_statuses = {category: Deck(dice, cards) for category, cards in US_STATUSES.items()}
        self._us_status = Deck(dice, SENT)
        self._scopes = Deck(dice, SCOPES)
        self._waiver_times = Deck(dice, WAIVER_TIMES)

    def make(self, mission: Mission, number: int, room: int) -> Household:
        """Give a household of at most `room` people in a mission that is `number` of its kind."""
        category = self.posts.category(mission, number)
        household = self._principal(mission, category)
        alone = category in SHORT_STAYS and self._dice.chance(0.9)
        for letter in ("" if alone else self._shapes.deal())[: room - 1]:
            self._add(household, RELATIONS[letter])
        for person in household.people():
            if self._dice.chance(1 / WAIVER_IN):
                household.waivers.append(self._waiver(person.member_id))
        return household

    def _principal(self, mission: Mission, category: str) -> Household:
        state = mission.sending_state or self._missions.any_state()
        language = self._missions.language(state)
        person = self._person(language, self._sex(), state, (24, 67))
        awkward = self._names.awkward()
        if awkward:
            person.family_name, person.given_names, person.sex = awkward
        self._us(person, self._us_statuses.get(category, self._us_status).deal())
        return Household(mission, language, person, self.posts.make(person.member_id, mission, category))

    def _person(self, language: str, sex: str, nationality: str, ages: tuple[int, int]) -> Person:
        dice = self._dice
        return Person(
            member_id=self._numbers.member(),
            family_name=self._names.family(language, sex),
            given_names=self._names.given(language, sex),
            date_of_birth=None if dice.chance(0.004) else self._calendar.born(*ages),
            sex=None if dice.chance(0.01) else "X" if dice.chance(0.003) else sex,
            nationality=f"{nationality};{self._missions.any_state()}" if dice.chance(0.03) else nationality,
            recognized=True if dice.chance(0.3) else None,
        )

    def _add(self, household: Household, relation: str) -> None:
        principal = household.principal
        sex = self._sex() if relation != "spouse" else "F" if principal.sex == "M" else "M"
        ages = {"spouse": (22, 66), "child": (0, 15), "parent": (60, 92), "other": (18, 70)}[relation]
        person = self._person(household.language, sex, principal.nationality.partition(";")[0], ages)
        person.principal_id, person.relationship = principal.member_id, relation
        if self._dice.chance(0.8 if relation != "other" else 0.3):
            person.family_name = principal.family_name
        situation = self._situations[relation].deal()
        if situation == "working":
            post = self.posts.own_of_family(person.member_id)
            household.own_posts.extend([post] if post else [])
        elif situation in ("us_national", "permanent_resident"):
            self._us(person, situation.removeprefix("us_"))
        elif situation == "other_nationality":
            person.nationality = self._missions.any_state()
        else:
            self._settle(person, situation)
        household.family.append(person)

    def _settle(self, person: Person, situation: str) -> None:
        """Give a family member the dates and marks of their situation; `ordinary` and `minor` need none."""
        calendar = self._calendar
        changes: dict[str, Callable[[], dict[str, object]]] = {
            "left_on_an_edge": lambda: {"household_until": calendar.edge("household")},
            "left_long_ago": lambda: {"household_until": calendar.between(-900, -60)},
            "not_recognized": lambda: {"recognized": False},
            "grown_up_soon": lambda: {"date_of_birth": calendar.born(16, 20)},
            "student": lambda: self._student(True, calendar.between(60, 700)),
            "student_until_an_edge": lambda: self._student(True, calendar.edge("student")),
            "no_student": lambda: self._student(False, None),
            "student_or_not": lambda: self._student(None, None),
            "exception": lambda: self._grown(True),
            "no_exception": lambda: self._grown(False),
            "exception_or_not": lambda: self._grown(None),
            "without_date_of_birth": lambda: {"date_of_birth": None},
        }
        if situation.startswith("birthday_"):
            age = int(situation.removeprefix("birthday_"))
            person.date_of_birth = calendar.birthday(age, self._dice.between(-2, 2))
        elif situation in changes:
            for column, value in changes[situation]().items():
                setattr(person, column, value)

    def _student(self, studies: bool | None, until: object) -> dict[str, object]:
        return {
            "date_of_birth": self._calendar.born(21, 22),
            "full_time_student": studies,
            "student_until": until,
        }

    def _grown(self, exception: bool | None) -> dict[str, object]:
        return {"date_of_birth": self._calendar.born(23, 34), "household_exception": exception}

    def _us(self, person: Person, us_status: str) -> None:
        person.us_status = us_status
        if us_status == "national":
            person.nationality = "US" if self._dice.chance(0.4) else f"{person.nationality.partition(';')[0]};US"

    def _waiver(self, member_id: str) -> WaiverRow:
        case = f"{self._calendar.on.year}-TRN-{self._dice.between(1, 9999):04d}" if self._dice.chance(0.7) else None
        row = WaiverRow(
            self._numbers.key("W"), member_id, self._scopes.deal(), case, self._calendar.between(-400, -60), None
        )
        time = self._waiver_times.deal()
        if time == "begins_on_an_edge":
            row.effective_on = self._calendar.edge("waiver begins")
        elif time == "ends_on_an_edge":
            row.ends_on = self._calendar.edge("waiver ends")
        elif time == "over":
            row.ends_on = self._calendar.between(-50, -3)
        return row

    def _sex(self) -> str:
        return "F" if self._dice.chance(0.48) else "M"
