"""When two names are equal, and when they are near."""

import unicodedata
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lookup.names import AskedPerson, fold_name, name_tokens, person_fits, person_nearness, phonetic_code
from lookup.records import Member

BORN = date(1980, 5, 17)
IOTA_BELOW = "\u0345"  # a mark, so it is dropped; folding its case first would make it a letter


def member(family_name: str, given_names: str | None = None, born: date | None = BORN) -> Member:
    return Member("TRN1", family_name, ("ZZ",), "none", given_names=given_names, date_of_birth=born)


def asked(family_name: str, given_names: str | None = None, born: date = BORN) -> AskedPerson:
    return AskedPerson(family_name, born, given_names)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("García Núñez", "garcianunez"),
        ("O'Brien-Smythe Jr.", "obriensmythejr"),
        ("GROẞ", "gross"),
        ("groß", "gross"),
        ("İnönü", "inonu"),
        ("Jose\u0301", "jose"),
        ("Nguyễn", "nguyen"),
        ("Øster", "øster"),
        ("Ярослав", "ярослав"),
        ("Йорданов", "иорданов"),
        ("ΆΛΦΑΣ", "αλφασ"),
        ("مُحَمَّد", "محمد"),
        ("王小明", "王小明"),
        ("陈〇", "陈〇"),
        ("ﬁｎ²", "fin2"),
        (" -.'_ ", ""),
    ],
)
def test_names_are_folded_in_their_own_script(written: str, folded: str) -> None:
    assert fold_name(written) == folded


@given(st.text())
def test_a_folded_name_folds_to_itself(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)


@given(st.text())
def test_case_and_composition_change_no_folded_name(text: str) -> None:
    assume(IOTA_BELOW not in unicodedata.normalize("NFKD", text))
    assert fold_name(text.casefold()) == fold_name(text)
    assert fold_name(unicodedata.normalize("NFC", text)) == fold_name(text)


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("Al-Rashid, O'Neil", ("al", "rashid", "oneil")),
        ("Яна Øster", ("yana", "oster")),
        ("محمد", ("mhmd",)),
        ("王 小明", ("wang", "xiaoming")),
        ("…", ()),
    ],
)
def test_names_are_searched_in_latin_letters(written: str, tokens: tuple[str, ...]) -> None:
    assert name_tokens(written) == tokens


def test_names_that_sound_alike_share_a_code() -> None:
    assert phonetic_code("smith") == phonetic_code("smyth")
    assert phonetic_code("mhmd") == phonetic_code("mohammed")
    assert phonetic_code("smith") != phonetic_code("jones")
    assert phonetic_code("1234") == ""


def test_a_person_fits_by_folded_names_and_date_of_birth() -> None:
    assert person_fits(member("García-Núñez", "José María"), asked("GARCIA NUNEZ", "Jose-Maria"))
    assert person_fits(member("García", "José"), asked("garcía"))
    assert person_fits(member("García", None), asked("garcía"))
    assert person_fits(member("García", None), asked("garcía", ""))


def test_a_person_with_another_part_does_not_fit() -> None:
    assert not person_fits(member("García", "José"), asked("García", "Josefa"))
    assert not person_fits(member("García", None), asked("García", "José"))
    assert not person_fits(member("García", "José"), asked("García", ""))
    assert not person_fits(member("García", "José"), asked("García", "José", date(1980, 5, 18)))
    assert not person_fits(member("García", "José", born=None), asked("García", "José"))
    assert not person_fits(member("Garcia", "José"), asked("Гарсиа", "José"))


def test_a_name_without_a_letter_fits_nobody() -> None:
    assert not person_fits(member("---"), asked("..."))


def test_another_given_name_is_near() -> None:
    assert person_nearness(member("García", "José"), asked("Garcia", "Juan")) == (0.9, "another given name")


def test_a_family_name_one_letter_off_is_near() -> None:
    reason = "family name one letter off"
    for family_name in ("Garcja", "Garca", "Garcina", "Gracia"):
        assert person_nearness(member(family_name, "José"), asked("García", "José")) == (0.9, reason)
    assert person_nearness(member("Garcja", "José"), asked("García", "Juan")) == (0.81, reason)
    assert person_nearness(member("Garcias"), asked("García")) == (0.9, reason)


def test_a_name_in_another_script_is_near() -> None:
    assert person_nearness(member("Ivanov", "Petr"), asked("Иванов", "Petr")) == (
        0.95,
        "family name in another spelling",
    )


def test_exchanged_names_are_near() -> None:
    exchanged = person_nearness(member("Nguyen", "Van"), asked("Van", "Nguyễn"))
    assert exchanged == (0.85, "family and given names exchanged")


def test_two_letters_off_or_another_birthday_is_not_near() -> None:
    assert person_nearness(member("Gorcja", "José"), asked("García", "José")) is None
    assert person_nearness(member("García", "Juan"), asked("García", "José", date(1980, 5, 16))) is None
    assert person_nearness(member("García", "Juan", born=None), asked("García", "José")) is None
    assert person_nearness(member("--"), asked("X")) is None
