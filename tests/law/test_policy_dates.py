"""Which policy holds on a day, and which entry of each key a policy takes."""

from datetime import date
from pathlib import Path

import pytest

from lookup.errors import PolicyError
from lookup.law.load import load_policies
from lookup.law.policy import Numbers

from .law_data import add, change_under, copy_of_the_data

SECOND = '[["2027.1"]]\nsince = 2027-07-01\nsource = "A new edition"\nchecked_on = 2027-06-01'
LATER_AGE = '[[adult_child_age]]\nsince = {since}\nsource = "A new rule"\nchecked_on = 2027-06-01\nvalue = 25'


def test_the_first_policy_answers_for_the_days_before_it_too() -> None:
    policies = load_policies()
    assert [policy.name for policy in policies.all] == ["2026.1"]
    assert policies.on(date(1961, 4, 18)) is policies.all[0]
    assert policies.on(date.min) is policies.all[0]


def test_the_last_policy_goes_on_until_another_begins() -> None:
    policies = load_policies()
    assert policies.on(date.max) is policies.named("2026.1")


def test_a_policy_holds_from_its_own_first_day(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "policies.toml", SECOND)
    policies = load_policies(data)
    assert policies.on(date(2027, 6, 30)).name == "2026.1"
    assert policies.on(date(2027, 7, 1)).name == "2027.1"
    assert policies.on(date(2025, 12, 31)).name == "2026.1"


def test_policies_stand_by_their_days_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "policies.toml", SECOND)
    add(data, "policies.toml", SECOND.replace("2027.1", "2026.2").replace("2027-07-01", "2027-01-01"))
    assert [policy.name for policy in load_policies(data).all] == ["2026.1", "2026.2", "2027.1"]


def test_a_policy_that_was_never_made_cannot_be_named() -> None:
    with pytest.raises(PolicyError, match=r"^There is no such policy; the policies are 2026\.1$"):
        load_policies().named("2019.4")


def test_a_policy_takes_the_last_entry_that_has_begun_by_its_own_first_day(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "policies.toml", SECOND)
    add(data, "numbers.toml", LATER_AGE.format(since="2027-07-01"))
    policies = load_policies(data)
    assert policies.named("2026.1").numbers.adult_child_age == 21
    assert policies.named("2027.1").numbers.adult_child_age == 25
    assert policies.named("2027.1").numbers.oldest_student_age == 23


def test_an_entry_that_begins_a_day_after_the_last_policy_is_in_none_and_refused(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "policies.toml", SECOND)
    add(data, "numbers.toml", LATER_AGE.format(since="2027-07-02"))
    with pytest.raises(PolicyError) as caught:
        load_policies(data)
    assert str(caught.value) == (
        "numbers.toml: adult_child_age: the entry since 2027-07-02 is in no policy; "
        "add a policy that begins then, or remove the entry"
    )


def test_an_entry_that_another_replaced_before_any_policy_took_it_is_refused(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "numbers.toml", LATER_AGE.format(since="2025-01-01"))
    with pytest.raises(PolicyError, match=r"^numbers\.toml: adult_child_age: the entry since 2025-01-01 is in no"):
        load_policies(data)


def test_a_key_that_has_not_begun_by_the_first_policy_is_missing(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "numbers.toml", "adult_child_age", "since = 2026-01-01", "since = 2026-01-02")
    with pytest.raises(PolicyError) as caught:
        load_policies(data)
    assert str(caught.value) == (
        "numbers.toml: adult_child_age: is missing; add an entry with a since not after 2026-01-01"
    )


def test_two_policies_cannot_begin_on_one_day(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "policies.toml", SECOND.replace("2027-07-01", "2026-01-01"))
    with pytest.raises(
        PolicyError, match=r"^policies\.toml: 2026\.1: begins twice or together with another; give each"
    ):
        load_policies(data)


def test_a_policy_cannot_begin_twice(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "policies.toml", SECOND.replace("2027.1", "2026.1"))
    with pytest.raises(
        PolicyError, match=r"^policies\.toml: 2026\.1: begins twice or together with another; give each"
    ):
        load_policies(data)


def test_without_any_policy_nothing_loads(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    (data / "policies.toml").write_text("# none yet\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^policies\.toml: holds no policy; add one$"):
        load_policies(data)


def test_the_numbers_of_the_law_are_these() -> None:
    assert load_policies().named("2026.1").numbers == Numbers(
        adult_child_age=21,
        oldest_student_age=23,
        senior_official_child_age=18,
        reasonable_period_days=30,
        household_grace_days=30,
        future_accreditation_days=30,
        policy_check_days=366,
    )


@pytest.mark.parametrize("file", ["matrix.toml", "numbers.toml", "telephones.toml", "en/blocks.toml", "policies.toml"])
def test_the_oldest_check_of_any_entry_is_the_age_of_the_policy(file: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    text = (data / file).read_text(encoding="utf-8")
    (data / file).write_text(text.replace("checked_on = 2026-11-21", "checked_on = 2025-03-02", 1), encoding="utf-8")
    assert load_policies(data).all[0].checked_on_oldest == date(2025, 3, 2)


def test_an_entry_that_was_replaced_does_not_age_the_policy_that_replaced_it(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change_under(data, "numbers.toml", "adult_child_age", "checked_on = 2026-11-21", "checked_on = 2020-01-01")
    add(data, "policies.toml", SECOND)
    add(data, "numbers.toml", LATER_AGE.format(since="2027-07-01"))
    policies = load_policies(data)
    assert policies.named("2026.1").checked_on_oldest == date(2020, 1, 1)
    assert policies.named("2027.1").checked_on_oldest == date(2026, 11, 21)


def test_a_check_is_overdue_from_the_367th_day_on() -> None:
    policy = load_policies().named("2026.1")
    assert policy.checked_on_oldest == date(2026, 11, 21)
    assert not policy.check_overdue(date(2027, 11, 22))
    assert policy.check_overdue(date(2027, 11, 23))


def test_a_policy_can_be_part_of_a_cache_key_and_equals_itself_only() -> None:
    one, other = load_policies().all[0], load_policies().all[0]
    assert {one: 1}[one] == 1
    assert one != other


def test_a_new_language_is_a_new_folder(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    (data / "en").rename(data / "es")
    policy = load_policies(data, language="es").all[0]
    assert policy.language == "es"
    assert policy.blocks["no_arrest"].text == load_policies().all[0].blocks["no_arrest"].text
