"""Each row of the matrix as an answer: through the whole law, against the independent listing of the rows."""

from typing import Any

import pytest

from lookup.law.terms import CATEGORIES, CONDITION_CODES, ROLES
from tests.oracle.matrix import ACTIONS, MATRIX, Row

from .assessing import answers, assessed


def ordinary(category: str, role: str) -> dict[str, Any]:
    """Give the facts of the ordinary case: in office, recognized, confirmed by State."""
    facts: dict[str, Any] = {"category": category, "role": role, "state_confirmed": True}
    return facts | ({"relationship": "spouse"} if role == "family" else {})


def written(row: Row) -> dict[str, str]:
    """Write a row of the listing as answers are written."""
    return {
        action: f"conditional:{'+'.join(code for code in CONDITION_CODES if code in codes)}" if codes else answer
        for action, (answer, codes) in zip(ACTIONS, row.answers.values(), strict=True)
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("category", CATEGORIES)
def test_the_ordinary_case_is_answered_by_its_row(category: str, role: str) -> None:
    row = MATRIX[category][ROLES.index(role)]
    told = assessed(ordinary(category, role))
    assert (told.level, answers(told)) == (row.level, written(row))
    assert (told.applies_to, told.category) == ("person", category)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("category", CATEGORIES)
def test_the_plate_of_a_member_leaves_open_what_is_not_a_no(category: str, role: str) -> None:
    row = MATRIX[category][ROLES.index(role)]
    told = assessed({**ordinary(category, role), "lookup": "plate", "vehicle": {"registrant": "self"}})
    personal = {"arrest_or_detain", "enter_residence", "subpoena_as_witness", "prosecute", "search_person"}
    expected = {
        action: "conditional:identify_driver_first"
        if row.level != "unverified" and action in personal and answer != "no"
        else answer
        for action, answer in written(row).items()
    }
    assert (told.level, answers(told)) == (row.level, expected)
    assert (told.applies_to, told.category) == ("registrant", category)


def test_the_seven_actions_stand_in_the_order_of_the_table() -> None:
    assert tuple(assessed({}).permissions) == ACTIONS


@pytest.mark.parametrize(
    ("facts", "category"),
    [
        ({"accreditations": [{"category": "io_staff"}, {"category": "diplomatic_agent"}]}, "diplomatic_agent"),
        ({"accreditations": [{"category": "consular_employee"}, {"category": "io_staff"}]}, "consular_employee"),
        ({"accreditations": [{"category": "io_staff"}, {"category": "consular_employee"}]}, "io_staff"),
        (
            {"accreditations": [{"category": "io_staff"}, {"category": "diplomatic_agent"}], "record": "stale"},
            "io_staff",
        ),
        ({"accreditations": [{}, {"category": "diplomatic_agent"}], "record": "conflict"}, None),
        ({"category": "diplomatic_agent", "record": "not_found"}, None),
        ({"category": "consular_employee", "agreement": {"treated_as": "diplomatic_agent"}}, "consular_employee"),
        ({"category": "diplomatic_agent", "us_status": "national"}, "diplomatic_agent"),
    ],
)
def test_the_category_is_the_registrys_of_the_first_that_governs(facts: dict[str, Any], category: str | None) -> None:
    assert assessed(facts).category == category
