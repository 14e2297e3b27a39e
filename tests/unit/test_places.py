"""The codes of countries and of States and territories, against listings that others keep."""

from importlib.resources import files

from lookup.places import COUNTRIES, US_STATES


def test_the_countries_are_those_of_iso_3166() -> None:
    """The time zone database ships the list of alpha-2 codes."""
    lines = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8").splitlines()
    assert set(COUNTRIES) == {line.split("\t")[0] for line in lines if line and not line.startswith("#")}
    assert len(COUNTRIES) == 249


def test_the_states_are_the_fifty_the_district_five_territories_and_three_associated_states() -> None:
    territories, associated = {"AS", "GU", "MP", "PR", "VI"}, {"FM", "MH", "PW"}
    assert territories | associated | {"DC"} <= set(US_STATES)
    assert len(set(US_STATES) - territories - associated - {"DC"}) == 50
    assert {"AA", "AE", "AP", "US", "UM"}.isdisjoint(US_STATES)


def test_every_code_is_two_capital_letters_and_every_name_is_its_own() -> None:
    for places in (COUNTRIES, US_STATES):
        assert all(len(code) == 2 and code.isascii() and code.isalpha() and code.isupper() for code in places)
        assert len(set(places.values())) == len(places)


def test_a_place_has_its_english_name() -> None:
    assert (COUNTRIES["DE"], COUNTRIES["CI"], COUNTRIES["GB"]) == ("Germany", "Côte d'Ivoire", "United Kingdom")
    assert (US_STATES["DC"], US_STATES["PR"], US_STATES["WV"]) == (
        "District of Columbia",
        "Puerto Rico",
        "West Virginia",
    )


def test_the_lists_cannot_be_changed_by_whoever_reads_them() -> None:
    assert not hasattr(COUNTRIES, "__setitem__")
    assert not hasattr(US_STATES, "__setitem__")
