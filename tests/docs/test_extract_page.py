"""docs/extract.md has every table, column, word and reason of the extract."""

from typing import Any

import pytest

from indexer.columns import INVALID, MISSING, Word
from indexer.refusals import DUPLICATE_KEY, PRINCIPAL_IS_FAMILY, UNKNOWN_MEMBER, UNKNOWN_MISSION
from indexer.tables import TABLES, Table
from lookup.law.terms import CATEGORIES
from lookup.places import COUNTRIES, US_STATES
from tests.docs.pages import codes, page, rows, section

PAGE = page("extract.md")
_LISTED_ELSEWHERE = (frozenset(CATEGORIES), frozenset(COUNTRIES), frozenset(US_STATES))
"""Categories stand in docs/law.md, codes of places in their standards."""


def _section(table: Table) -> str:
    return section(PAGE, f"### `{table.name}`" + (" (optional)" if table.optional else ""))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_stands_there_in_its_order_and_no_other(table: Table) -> None:
    assert [name for cells in rows(_section(table)) for name in codes(cells[0])] == list(table.columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_required_columns_have_a_star_and_no_other(table: Table) -> None:
    first_cells = " ".join(cells[0] + "," for cells in rows(_section(table)))
    starred = {part.split("`")[1] for part in first_cells.split(",") if "★" in part}
    assert starred == set(table.required)


def _word_columns() -> list[Any]:
    return [
        pytest.param(table, name, field, id=f"{table.name}.{name}")
        for table in TABLES
        for name, field in table.schema.fields.items()
        if isinstance(field, Word) and field._words not in _LISTED_ELSEWHERE
    ]


@pytest.mark.parametrize(("table", "name", "field"), _word_columns())
def test_every_word_of_a_list_stands_beside_its_column(table: Table, name: str, field: Word) -> None:
    (cell,) = (cells[1] for cells in rows(_section(table)) if f"`{name}`" in cells[0])
    assert field._words <= set(codes(cell))


def test_every_reason_for_refusing_a_row_stands_there_in_its_order() -> None:
    listed = [cells[0] for cells in rows(section(PAGE, "## Rows that are refused"))]
    reasons = (MISSING, INVALID, DUPLICATE_KEY, UNKNOWN_MISSION, UNKNOWN_MEMBER, PRINCIPAL_IS_FAMILY)
    assert listed == [f"`{reason}`" for reason in reasons]
