"""The invented registry as a whole: mission after mission, household after household, written as they are made.

Decides the order of the work, and that nothing is kept once it is written: a registry of ten times the size needs no
more memory. What the parts look like is decided in the modules beside this one.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from lookup.clock import WASHINGTON
from lookup.law.terms import CATEGORIES
from lookup.records import Mission

from .addresses import Addresses
from .agreements import Agreements
from .calendar import Calendar
from .dice import Dice
from .households import Households
from .missions import Missions, plan
from .numbers import Numbers
from .papers import Papers
from .people import Household
from .premises import PremisesMaker
from .stock import Place
from .vehicles import Vehicles
from .write import ExtractWriter

Progress = Callable[[str, int, int], None]
"""Told the table, the rows done and the rows in all, after each mission."""


@dataclass(frozen=True, slots=True)
class GenerationReport:
    """What was written: rows of each table, and accreditations of each category."""

    tables: dict[str, int]
    categories: dict[str, int]


def generate(
    directory: Path,
    *,
    members: int,
    seed: int,
    on: date,
    progress: Progress | None = None,
    extracted_at: datetime | None = None,
) -> GenerationReport:
    """Write a fictitious registry extract of `members` people, whose dates lie around `on`, into `directory`.

    The same bytes come out for the same `members`, `seed`, `on` and `extracted_at` on every machine. Without
    `extracted_at` it is the first moment of `on` in Washington: for today it has always passed, and the data are not
    yet stale (26 hours). From 300 members on every category is there. An earlier fictitious extract is replaced.

    Raises `ConfigurationError` where the directory holds anything else, `ValueError` where `members` is not positive
    or `extracted_at` has no zone.
    """
    if members < 1:
        raise ValueError("A registry has at least one member: ask for one or more.")
    if extracted_at is not None and extracted_at.tzinfo is None:
        raise ValueError("The moment of the extract needs a zone: without one it means another time on each machine.")
    moment = extracted_at or datetime.combine(on, time.min, WASHINGTON)
    with ExtractWriter(directory, moment) as extract:
        return _Registry(extract, seed, on).write(members, progress)


class _Registry:
    def __init__(self, extract: ExtractWriter, seed: int, on: date) -> None:
        name = f"fictitious registry, version 1, seed {seed}"
        dice, numbers = Dice(name), Numbers()
        calendar, addresses = Calendar(dice, on), Addresses(dice)
        self._extract = extract
        self._missions = Missions(dice, calendar, numbers, addresses)
        self._households = Households(dice, calendar, numbers, self._missions, name)
        self._agreements = Agreements(dice, calendar, numbers)
        self._vehicles = Vehicles(dice, calendar, numbers)
        self._papers = Papers(dice, calendar, numbers)
        self._premises = PremisesMaker(dice, calendar, numbers, addresses)
        self._categories: Counter[str] = Counter(dict.fromkeys(CATEGORIES, 0))

    def write(self, members: int, progress: Progress | None) -> GenerationReport:
        done = 0
        for kind, number, people in plan(members):
            mission, place = self._missions.make(kind, number)
            self._households.posts.open_mission(mission)
            self._write_mission(mission, place)
            goal = done + people
            while done < goal:
                household = self._households.make(mission, number, goal - done)
                self._write_household(household, place)
                done += len(household.people())
            if progress is not None:
                progress("members", done, members)
        return GenerationReport(self._extract.counts(), dict(self._categories))

    def _write_mission(self, mission: Mission, place: Place) -> None:
        self._extract.write("missions", mission)
        for agreement in self._agreements.of_state(mission.sending_state):
            self._extract.write("agreements", agreement)
        for vehicle in self._vehicles.of_mission(mission):
            self._extract.write("vehicles", vehicle)
        for premises in self._premises.of_mission(mission, place):
            self._extract.write("premises", premises)

    def _write_household(self, household: Household, place: Place) -> None:
        rows: dict[str, Iterable[object]] = {
            "members": household.people(),
            "accreditations": [*household.posts, *household.own_posts],
            "waivers": household.waivers,
            "vehicles": self._vehicles.of_household(household),
            "identity_cards": self._papers.cards(household),
            "driver_licenses": self._papers.licenses(household),
            "premises": self._premises.of_household(household, place),
        }
        for table, made in rows.items():
            for row in made:
                self._extract.write(table, row)
        self._categories.update(post.category for post in (*household.posts, *household.own_posts))
