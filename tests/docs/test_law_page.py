"""docs/law.md says what the law's data and code say: levels, conditions, categories, matrix, rules, numbers, blocks."""

from dataclasses import asdict
from importlib.resources import files

import pytest

from lookup.law.blocks import CONDITIONS
from lookup.law.codes import BASE_BLOCKS, BLOCK_CODES
from lookup.law.facts_schema import FactsBody
from lookup.law.load import load_policies
from lookup.law.policy import Permission, Row, RuleText
from lookup.law.terms import ACTIONS, CONDITION_CODES, LEVELS
from tests.docs.pages import codes, page, rows, section

PAGE = page("law.md")
POLICY = load_policies().all[-1]


def _table(heading: str) -> list[list[str]]:
    return rows(section(PAGE, heading))


def test_every_level_stands_there() -> None:
    assert {cells[0] for cells in _table("## Levels")} == {f"`{level}`" for level in LEVELS}


def test_the_levels_stand_in_the_order_in_which_they_outweigh_each_other() -> None:
    assert ", ".join(f"`{level}`" for level in LEVELS) in section(PAGE, "## Levels")


def test_every_action_stands_there_in_its_order() -> None:
    named = codes(section(PAGE, "## Actions and answers"))
    assert [name for name in named if name in ACTIONS] == list(ACTIONS)


def test_every_condition_stands_there_as_an_officer_reads_it() -> None:
    conditions = [POLICY.conditions[code] for code in CONDITION_CODES]
    expected = [[f"`{one.code}`", one.text, ", ".join(one.citations)] for one in conditions]
    assert _table("## Actions and answers") == expected


def test_every_category_stands_there_in_plain_words() -> None:
    expected = [[f"`{code}`", text.name, text.meaning] for code, text in POLICY.categories.items()]
    assert _table("## The categories") == expected


def _cell(permission: Permission) -> str:
    if permission.answer != "conditional":
        return permission.answer
    return "cond " + " + ".join(f"`{code}`" for code in permission.codes)


def _cells(row: Row) -> list[str]:
    answers = [_cell(permission) for permission in map(row.permissions.__getitem__, ACTIONS)]
    return [f"`{row.category}`", row.role, f"`{row.level}`", *answers, ", ".join(row.citations) or "none stated"]


@pytest.mark.parametrize("row", POLICY.rows.values(), ids=lambda row: f"{row.category}-{row.role}")
def test_every_row_of_the_matrix_stands_there(row: Row) -> None:
    assert _cells(row) in _table("## The matrix")


def test_the_matrix_has_no_row_that_does_not_exist() -> None:
    assert len(_table("## The matrix")) == len(POLICY.rows)


@pytest.mark.parametrize("rule", POLICY.rules.values(), ids=lambda rule: rule.rule)
def test_every_rule_stands_there_with_its_reason_and_citation(rule: RuleText) -> None:
    assert [f"`{rule.rule}`", rule.step, rule.because, rule.citation] in _table("## The rules by name")


def test_no_rule_stands_there_that_does_not_exist() -> None:
    assert [cells[0] for cells in _table("## The rules by name")] == [f"`{name}`" for name in POLICY.rules]


def test_every_number_stands_there() -> None:
    table = {cells[0].strip("`"): cells[1] for cells in _table("## The numbers")}
    assert table == {name: str(value) for name, value in asdict(POLICY.numbers).items()}


def test_every_block_stands_there_once_with_its_condition() -> None:
    further = [code for cells in _table("## The guidance blocks") for code in codes(cells[0])]
    assert sorted(further) == sorted(set(BLOCK_CODES) - set(BASE_BLOCKS))
    assert set(CONDITIONS) == set(BLOCK_CODES)


def test_the_base_blocks_stand_above_the_table() -> None:
    assert set(BASE_BLOCKS) <= set(codes(section(PAGE, "## The guidance blocks").partition("|")[0]))


def test_every_step_of_the_code_has_a_section() -> None:
    steps = {path.name for path in files("lookup.law").joinpath("steps").iterdir() if path.name.endswith(".py")}
    sections = {
        "identification.py": "### Step 0: is anybody identified?",
        "category.py": "### Step 1: category and role",
        "several.py": "### Step 2: several accreditations",
        "family.py": "### Step 3: family",
        "us_persons.py": "### Step 4: US nationals and permanent residents among principals",
        "agreement.py": "### Step 5: bilateral agreement",
        "dates.py": "### Step 6: dates",
        "felony_warrant.py": "### Step 7: felony and warrant",
        "waivers.py": "### Step 8: waivers",
        "vehicle.py": "### Step 9: the vehicle",
        "plate.py": "### Step 10: plates",
    }
    assert steps - {"__init__.py"} == set(sections)
    assert all(section(PAGE, heading) for heading in sections.values())


def test_every_fact_of_the_law_stands_on_the_page_of_facts() -> None:
    named = {part for code in codes(page("facts.md")) for part in code.split(".")}
    assert set(FactsBody().fields) - {"at"} - named == set()


def test_the_number_of_states_on_the_mandatory_list_is_the_one_that_is_given() -> None:
    assert f"{len(POLICY.notification.mandatory)} of them" in section(PAGE, "## Consular notification")


def test_every_rule_about_a_missing_fact_stands_on_the_page_of_facts() -> None:
    named = set(codes(section(page("facts.md"), "## What a missing fact is taken as")))
    assert {name for name in POLICY.rules if name.startswith("default_")} - named == set()
