"""The parts of the generator: dice, decks, plates, vehicle numbers, and the plain count of who has immunity."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from indexer.sources.fictitious.dice import Deck, Dice
from indexer.sources.fictitious.numbers import Numbers
from indexer.sources.fictitious.people import Household, Person, Post
from indexer.sources.fictitious.plates import SERIALS, Plates, Vins, with_check_digit
from indexer.sources.fictitious.tally import count_with_immunity
from lookup.records import Mission

ON = date(2026, 11, 22)
MISSION = Mission("TRN-M-1", "Embassy", "embassy", date(1990, 1, 1), "FR")


def days(offset: int) -> date:
    return ON + timedelta(days=offset)


def principal(us_status: str = "none") -> Person:
    return Person("TRN1", "Muster", "Ada", date(1980, 1, 1), "F", "FR", us_status)


def post(category: str = "diplomatic_agent", **changes: Any) -> Post:
    return replace(Post("TRN-A-1", "TRN1", "TRN-M-1", category, None, days(-100), None), **changes)


def family(relationship: str = "spouse", **changes: Any) -> Person:
    made = Person("TRN2", "Muster", "Kim", date(1985, 1, 1), "M", "FR", "none", "TRN1", relationship)
    return replace(made, **changes)


def counted(person: Person, *posts: Post, relatives: tuple[Person, ...] = (), own: tuple[Post, ...] = ()) -> int:
    household = Household(MISSION, "fr", person, list(posts), list(relatives), list(own))
    return count_with_immunity(household, ON)


def test_dice_fall_the_same_way_for_ever() -> None:
    dice = Dice("a seed")
    assert [dice.between(1, 6) for _ in range(10)] == [3, 1, 5, 3, 6, 6, 5, 1, 2, 1]


def test_a_deck_deals_one_of_each_first_and_keeps_its_shares() -> None:
    deck = Deck(Dice("a seed"), {"rare": 1, "common": 7, "other": 2})
    first = [deck.deal() for _ in range(10)]
    assert first[:3] == ["rare", "common", "other"]
    assert Counter(first) == Counter(rare=1, common=7, other=2)
    assert Counter(deck.deal() for _ in range(50)) == Counter(rare=5, common=35, other=10)


def test_a_series_of_plates_has_11000_of_them_and_then_no_more() -> None:
    plates = Plates()
    given = [plates.give("EA", "D", trailing=False) for _ in range(SERIALS)]
    assert len(set(given)) == 11_000
    assert {"DEA 0000", "DEA 9999", "DEA 000", "DEA 999"} <= set(given)
    assert plates.give("EA", "D", trailing=False) is None
    assert plates.give("EA", "S", trailing=False) is not None


def test_the_letter_stands_last_where_asked() -> None:
    assert Plates().give("EA", "D", trailing=True) == "7919 EAD"


def test_the_check_digit_is_that_of_the_regulation() -> None:
    assert with_check_digit("1M8GDM9A0KP042788") == "1M8GDM9AXKP042788"
    assert with_check_digit("11111111011111111") == "11111111111111111"


def test_vehicle_numbers_have_17_signs_no_maker_and_a_right_check_digit() -> None:
    vins = Vins(Dice("a seed"))
    for year in (1980, 2009, 2010, 2026):
        vin = vins.give(year)
        assert len(vin) == 17
        assert vin.startswith("0TR")
        assert not set(vin) & set("IOQ")
        assert with_check_digit(vin) == vin


def test_the_model_year_is_written_as_the_regulation_says() -> None:
    vins = Vins(Dice("a seed"))
    assert [vins.give(year)[9] for year in (1980, 2001, 2010, 2026, 2030)] == ["A", "1", "A", "T", "Y"]


def test_numbers_of_one_series_are_all_different() -> None:
    numbers = Numbers()
    assert len({numbers.member() for _ in range(20_000)}) == 20_000


def test_each_kind_of_paper_has_numbers_of_its_own() -> None:
    numbers = Numbers()
    assert (numbers.card(), numbers.license(), numbers.title()) == ("TRNC00048271", "TRNL00048271", "TRNT00048271")
    assert (numbers.member(), numbers.key("W"), numbers.key("W")) == ("TRN000048271", "TRN-W-0000001", "TRN-W-0000002")


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("diplomatic_agent", 2),
        ("career_consular_officer", 1),
        ("io_staff", 1),
        ("private_servant", 0),
        ("special_mission_member", 0),
        ("tecro_designated_employee", 2),
    ],
)
def test_families_are_counted_where_their_category_covers_them(category: str, expected: int) -> None:
    assert counted(principal(), post(category), relatives=(family(),)) == expected


def test_a_confirmed_special_mission_counts() -> None:
    assert counted(principal(), post("special_mission_member", state_confirmed=True)) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"terminated_on": days(-30)}, 2),
        ({"terminated_on": days(-31)}, 0),
        ({"terminated_on": days(-10), "departed_on": days(0)}, 1),
        ({"terminated_on": days(-10), "departed_on": days(1)}, 2),
        ({"terminated_on": days(-90), "reasonable_period_ends_on": days(0)}, 2),
        ({"terminated_on": days(-90), "reasonable_period_ends_on": days(-1)}, 1),
        ({"departed_on": days(-3)}, 2),
        ({"effective_on": days(1)}, 0),
        ({"mission_ends_on": days(-1)}, 0),
        ({"mission_ends_on": days(0)}, 2),
    ],
    ids=str,
)
def test_dates_decide_who_is_counted(changes: dict[str, Any], expected: int) -> None:
    assert counted(principal(), post(**changes), relatives=(family(),)) == expected


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        (family(us_status="national"), 1),
        (family(us_status="permanent_resident"), 2),
        (family(household_until=days(-30)), 2),
        (family(household_until=days(-31)), 1),
        (family(recognized=False), 1),
        (family("child", date_of_birth=date(2005, 11, 23)), 2),
        (family("child", date_of_birth=date(2005, 11, 22)), 1),
        (family("child", date_of_birth=date(2005, 11, 22), full_time_student=True), 2),
        (family("child", date_of_birth=date(2005, 11, 22), full_time_student=True, student_until=days(-1)), 1),
        (family("child", date_of_birth=date(2003, 11, 22), full_time_student=True), 1),
        (family("child", date_of_birth=date(1990, 1, 1), household_exception=True), 2),
        (family("child", date_of_birth=None), 1),
    ],
)
def test_family_is_counted_by_household_age_and_us_status(relative: Person, expected: int) -> None:
    assert counted(principal(), post(), relatives=(relative,)) == expected


def test_us_persons_are_counted_where_the_law_leaves_them_something() -> None:
    assert counted(principal("national"), post(), relatives=(family(),)) == 1
    assert counted(principal("national"), post("admin_technical_staff")) == 0
    assert counted(principal("national"), post("io_staff")) == 1


def test_a_spouse_who_works_is_counted_once_and_for_their_own_post() -> None:
    working = Post("TRN-A-2", "TRN2", "TRN-M-1", "io_staff", None, days(-9), None)
    assert counted(principal(), post("career_consular_officer"), relatives=(family(),), own=(working,)) == 2
    assert counted(principal(), post(), relatives=(family(),), own=(working,)) == 2
