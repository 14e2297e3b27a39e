"""The matrix of the law as loaded, row by row against a listing that was typed in separately."""

import pytest

from lookup.law.load import load_policies
from lookup.law.policy import Permission, Row
from lookup.law.terms import CATEGORIES, CONDITION_CODES, ROLES, Category, Role
from tests.oracle import matrix as listing

ROWS = load_policies().named("2026.1").rows


def written(row: Row) -> listing.Row:
    """Write a row of ours in the words of the listing."""
    answers = {
        str(action): (str(given.answer), frozenset[str](given.codes)) for action, given in row.permissions.items()
    }
    return listing.Row(row.level, answers)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("category", CATEGORIES)
def test_a_row_says_what_the_independent_listing_says(category: Category, role: Role) -> None:
    assert written(ROWS[category, role]) == listing.MATRIX[category][ROLES.index(role)]


def test_the_rows_of_the_outcomes_say_what_the_independent_listing_says() -> None:
    assert written(ROWS["former_member", "principal"]) == listing.FORMER_PRINCIPAL
    assert written(ROWS["former_member", "family"]) == listing.NOTHING
    assert written(ROWS["us_person_in_office", "principal"]) == listing.US_PERSON_IN_OFFICE
    assert written(ROWS["unverified", "principal"]) == listing.UNVERIFIED
    assert written(ROWS["unverified", "family"]) == listing.UNVERIFIED


def test_the_matrix_has_these_51_rows_and_no_other() -> None:
    outcomes = {("former_member", "principal"), ("former_member", "family"), ("us_person_in_office", "principal")}
    outcomes |= {("unverified", "principal"), ("unverified", "family")}
    assert set(ROWS) == {(category, role) for category in CATEGORIES for role in ROLES} | outcomes
    assert len(ROWS) == 51


def test_the_actions_of_every_row_stand_in_the_order_of_an_answer() -> None:
    assert {tuple(row.permissions) for row in ROWS.values()} == {listing.ACTIONS}


def test_several_conditions_of_an_answer_stand_in_the_order_of_the_table() -> None:
    permissions = [permission for row in ROWS.values() for permission in row.permissions.values()]
    assert all(list(given.codes) == sorted(given.codes, key=CONDITION_CODES.index) for given in permissions)
    assert Permission("conditional", ("not_official_acts", "no_compulsion")) in permissions


def test_codes_stand_with_conditional_answers_only() -> None:
    permissions = [permission for row in ROWS.values() for permission in row.permissions.values()]
    assert all(bool(given.codes) == (given.answer == "conditional") for given in permissions)


def test_an_answer_cites_its_own_article_where_the_row_names_one() -> None:
    row = ROWS["diplomatic_agent", "principal"]
    assert row.permissions["arrest_or_detain"].citations == ("VCDR 29",)
    assert row.permissions["enter_residence"].citations == ("VCDR 30(1)",)
    assert row.permissions["search_vehicle"].citations == ("VCDR 30(2)",)


def test_an_answer_cites_its_row_where_the_row_names_no_article_for_it() -> None:
    row = ROWS["service_staff", "principal"]
    assert row.permissions["prosecute"].citations == row.citations == ("VCDR 37(3)",)


def test_two_permissions_that_differ_in_their_citations_only_are_equal() -> None:
    assert Permission("no", (), ("VCDR 29",)) == Permission("no")
