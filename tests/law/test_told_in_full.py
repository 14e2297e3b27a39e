"""Small answers told to the letter: a policy that is not there, an office that is not, a nationality that is on the
list; and the policy read anew, equal in every part to the one read at first."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from lookup.errors import FieldFault, InvalidRequest, PolicyError
from lookup.fields import one_of
from lookup.law.load import load_policies
from lookup.law.notification import must_notify, notification_duty
from lookup.law.offices import offices_for
from lookup.law.policy import Policy
from lookup.law.terms import Role

from .assessing import POLICY
from .law_data import add, change, change_under, copy_of_the_data


def test_the_policy_read_anew_is_the_same_to_the_letter() -> None:
    anew = load_policies().named("2026.1")
    for field in fields(Policy):
        assert repr(getattr(anew, field.name)) == repr(getattr(POLICY, field.name)), field.name


BASICS = 'source = "A source"\nchecked_on = 2026-11-21\n'


def test_a_policy_that_is_not_there_is_told_with_all_that_are(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "policies.toml", f'[["2027.1"]]\nsince = 2027-07-01\n{BASICS}')
    with pytest.raises(PolicyError) as caught:
        load_policies(data).named("1961.1")
    assert str(caught.value) == "There is no such policy; the policies are 2026.1, 2027.1"


def test_a_note_on_a_country_may_name_a_telephone(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "en/consular_notes.toml", f'[[FR]]\nsince = 2026-01-01\n{BASICS}text = "Call {{command_center}}."')
    notes = load_policies(data).named("2026.1").notification.notes
    assert notes["FR"] == "Call 571-345-3146 or 866-217-2089."


CENTER = "571-345-3146 or 866-217-2089"


@pytest.mark.parametrize(
    ("file", "heading", "key"),
    [
        ("en/conditions.toml", "verify_first", "text"),
        ("en/levels.toml", "full", "summary"),
        ("en/verification.toml", "state", "say"),
        ("en/categories.toml", "diplomatic_agent", "meaning"),
    ],
)
def test_every_text_may_name_a_telephone(file: str, heading: str, key: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, file, heading, f'{key} = "', f'{key} = "{{command_center}}: ')
    policy = load_policies(data).named("2026.1")
    part: Mapping[str, object] = getattr(policy, file.removeprefix("en/").removesuffix(".toml"))
    assert getattr(part[heading], key).startswith(f"{CENTER}: ")


def test_an_office_with_several_numbers_is_given_with_all_of_them(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "offices.toml", "washington", 'telephone = "', 'telephone = "command_center"  # "')
    (office,) = offices_for("VA", load_policies(data).named("2026.1")).offices
    assert (office.telephone, office.confirmed) == (CENTER, True)


def test_a_placeholder_that_nobody_knows_is_refused_with_its_place(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "en/sentences.toml", "premises_match", 'text = "', 'text = "{nobody} ')
    with pytest.raises(PolicyError, match=r"^en/sentences\.toml: premises_match\.text: the placeholder \{nobody\}"):
        load_policies(data)


@pytest.mark.parametrize("value", ["[]", "3", "{}", "[3]"])
def test_a_key_without_entries_is_refused(value: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change(data, "numbers.toml", "[[adult_child_age]]", f"extra = {value}\n[[adult_child_age]]")
    with pytest.raises(PolicyError, match=r"^numbers\.toml: extra: must be written as \[\[extra\]\]$"):
        load_policies(data)


def test_a_list_that_has_not_begun_is_missing(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "notification.toml", "list", "since = 2026-01-01", "since = 2026-01-02")
    with pytest.raises(PolicyError, match=r"^notification\.toml: list: is missing"):
        load_policies(data)


def test_the_smallest_number_is_1(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "numbers.toml", "policy_check_days", "value = 366", "value = 1")
    assert load_policies(data).named("2026.1").numbers.policy_check_days == 1


def test_a_place_that_is_no_state_is_refused_with_what_to_write() -> None:
    with pytest.raises(InvalidRequest) as caught:
        offices_for("ZZ", POLICY)
    assert caught.value.faults == [FieldFault("/state", "must be the two-letter USPS code of a State or territory")]


def test_a_state_is_answered_by_its_code_in_capitals() -> None:
    assert offices_for("va", POLICY).state == "VA"


@pytest.mark.parametrize(
    ("country", "resident", "mandatory"),
    [
        ("CN", False, True),
        ("CN", True, True),
        ("HK", False, True),
        ("PL", False, True),
        ("PL", True, False),
        ("FR", False, False),
        ("PR", False, False),
        ("BM", False, True),
    ],
)
def test_whom_the_consulate_is_told_of_whatever_they_wish(country: str, resident: bool, mandatory: bool) -> None:
    assert must_notify(country, POLICY, permanent_resident=resident) is mandatory
    assert (notification_duty(country, POLICY, permanent_resident=resident).duty == "mandatory") is mandatory


def test_residence_is_not_taken_for_granted() -> None:
    assert must_notify("PL", POLICY) is True


def test_one_word_of_a_list_is_taken_and_another_refused_with_the_list() -> None:
    for values in (("principal", "family"), Role):
        field = one_of(values)
        assert field.allow_none is True
        assert field.deserialize("family") == "family"
        assert field.deserialize(None) is None
        with pytest.raises(Exception, match=r"^\['Write one of: principal, family\.'\]$"):
            field.deserialize("cousin")
