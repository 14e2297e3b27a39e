"""The parts of the generator: dice, decks, plates and the numbers of vehicles and papers."""

from collections import Counter

from indexer.sources.fictitious.dice import Deck, Dice
from indexer.sources.fictitious.numbers import Numbers
from indexer.sources.fictitious.plates import SERIALS, Plates, Vins, with_check_digit


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
