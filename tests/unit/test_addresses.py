"""When two addresses are equal, and when they are near."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookup.addresses import Address, address_nearness, address_words, normalize_address, read_address, state_code

names = st.text(st.characters(exclude_categories=["M"], max_codepoint=0x17F))
HOME = read_address("1234 Example Ave NW", "Washington", "DC")


@pytest.mark.parametrize(
    ("street", "city", "state"),
    [
        ("1234 Example Avenue Northwest", "Washington", "District of Columbia"),
        ("1234 EXAMPLE AVE. N.W.", "WASHINGTON", "dc"),
        ("1234  Example Av, North West", "Washington ", "D.C."),
        ("1234 Éxample Ave NW", "Wáshington", "DC"),
        ("\uff11\uff12\uff13\uff14 Example Ave NW", "Washington", "DC"),
    ],
)
def test_one_address_written_in_many_ways_has_one_form(street: str, city: str, state: str) -> None:
    assert read_address(street, city, state).normal == HOME.normal


@pytest.mark.parametrize(
    ("street", "city", "state"),
    [
        ("1235 Example Ave NW", "Washington", "DC"),
        ("1234 Example Ave NE", "Washington", "DC"),
        ("1234 Example St NW", "Washington", "DC"),
        ("1234 Example Ave NW Apt 5", "Washington", "DC"),
        ("1234 Example Ave NW", "Arlington", "DC"),
        ("1234 Example Ave NW", "Washington", "VA"),
    ],
)
def test_another_address_has_another_form(street: str, city: str, state: str) -> None:
    assert read_address(street, city, state).normal != HOME.normal


def test_the_normal_form_is_street_city_and_state() -> None:
    assert (
        normalize_address("1234 Example Ave NW", "Washington", "DC") == "1234exampleavenw|washington|dc" == HOME.normal
    )


def test_unit_words_are_written_by_their_postal_abbreviation() -> None:
    assert address_words("9 Sample Boulevard Suite 300") == ("9", "sample", "blvd", "ste", "300")
    assert address_words("9 Sample Blvd, Apartment #5") == address_words("9 Sample Blvd Apt 5")
    assert address_words("Étage 2, Rue d'Été") == ("etage", "2", "rue", "dete")


def test_words_in_other_scripts_stay() -> None:
    assert address_words("1 улица Примерная") == ("1", "улица", "примерная")


@pytest.mark.parametrize(("text", "code"), [("va", "VA"), ("New York", "NY"), ("N.Y.", "NY"), ("Puerto Rico", "PR")])
def test_states_are_read_by_code_or_name(text: str, code: str) -> None:
    assert state_code(text) == code


@pytest.mark.parametrize("text", ["", "XX", "Ontario", "V"])
def test_what_is_no_state_has_no_code(text: str) -> None:
    assert state_code(text) is None


def test_an_unknown_state_is_compared_as_it_is_written() -> None:
    assert normalize_address("1 A St", "B", "Ontario") == "1ast|b|ontario"


@given(names, names, names)
def test_case_changes_no_address(street: str, city: str, state: str) -> None:
    assert read_address(street.casefold(), city.casefold(), state.casefold()) == read_address(street, city, state)


def in_washington(street: str) -> Address:
    return read_address(street, "Washington", "DC")


@pytest.mark.parametrize(
    "other",
    [
        in_washington("1234 Exemple Ave NW"),
        in_washington("1235 Example Ave NW"),
        in_washington("1243 Example Ave NW"),
        in_washington("1234 Exampl Ave NW"),
        read_address("1234 Example Ave NW", "Washingtin", "DC"),
    ],
)
def test_an_address_one_letter_or_digit_off_is_near(other: Address) -> None:
    assert address_nearness(HOME, other) == address_nearness(other, HOME) == (0.95, "one letter or digit off")


@pytest.mark.parametrize(
    "street", ["1234 Example", "1234 Example St SE", "1234 Example Ave NW Apt 5", "1234 Example #5"]
)
def test_an_address_with_another_suffix_direction_or_unit_is_near(street: str) -> None:
    nearness = (0.9, "another suffix, direction or unit")
    assert address_nearness(HOME, in_washington(street)) == address_nearness(in_washington(street), HOME) == nearness


@pytest.mark.parametrize(
    "other",
    [
        in_washington("1299 Example Ave NW"),
        in_washington("1234 Sample Ave NW"),
        in_washington("1234 NW"),
        in_washington(""),
        read_address("1234 Example Ave NW", "Washington", "VA"),
        read_address("1234 Example St NW", "Arlington", "DC"),
    ],
)
def test_any_other_address_is_not_near(other: Address) -> None:
    assert address_nearness(HOME, other) is None
    assert address_nearness(other, HOME) is None
