"""The cases that a lawyer can read, one by one; and a table of category and article that shows what has no case yet."""

import pytest

from lookup.law.terms import CATEGORIES, ROLES
from lookup.wording import immunity_document
from tests.oracle.assessment import assess as independent_assessment

from .assessing import POLICY, TODAY, answers, assessed, rules
from .case_files import Case, read_cases

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.theme}-{case.name}")
def test_a_case_comes_out_as_written(case: Case) -> None:
    told = assessed(case.facts)
    assert told.level == case.level
    assert answers(told) == case.answers
    assert set(told.blocks) == case.all_blocks
    assert case.basis is None or rules(told) == case.basis


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.theme}-{case.name}")
def test_a_case_is_what_the_independent_statement_says_too(case: Case) -> None:
    expected = independent_assessment(case.facts, TODAY)
    assert expected["level"] == case.level
    assert frozenset(expected["blocks"]) == case.all_blocks


def test_all_forty_worked_examples_are_there_and_no_name_is_used_twice() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert {f"W{number:02}" for number in range(1, 41)} <= set(names)


def articles_by_row() -> dict[tuple[str, str], set[str]]:
    """Give, for each row of the matrix that a registry can carry, the articles that its answers rest on."""
    return {
        (category, role): {
            article for given in POLICY.rows[category, role].permissions.values() for article in given.citations
        }
        for category in CATEGORIES
        for role in ROLES
    }


def articles_with_a_case() -> dict[tuple[str, str], set[str]]:
    """Give, for each row, the articles that the answer of some case cites; a row with a case is there in any event."""
    found: dict[tuple[str, str], set[str]] = {}
    for case in CASES:
        told = assessed(case.facts)
        row = (str(told.category), case.facts.get("role", "principal"))
        permissions = immunity_document(told, POLICY)["permissions"].values()
        found.setdefault(row, set()).update(article for given in permissions for article in given["citations"])
    return found


def test_the_table_of_category_and_article_has_no_empty_place() -> None:
    covered = articles_with_a_case()
    empty = {
        f"{category}, {role}: {', '.join(sorted(articles - covered.get((category, role), set())) or ['no case'])}"
        for (category, role), articles in articles_by_row().items()
        if (category, role) not in covered or articles - covered[category, role]
    }
    assert not empty


def test_every_rule_of_the_law_has_a_case() -> None:
    reached = {rule for case in CASES for rule in rules(assessed(case.facts))}
    assert reached == set(POLICY.rules)


def test_every_guidance_block_has_a_case_with_it_and_one_without() -> None:
    told = [set(assessed(case.facts).blocks) for case in CASES]
    assert set.union(*told) == set(POLICY.blocks)
    assert set.intersection(*told) == {
        "verify_with_state", "emergency_measures", "document_and_report", "duty_to_respect_law",
    }  # fmt: skip


def test_every_condition_has_a_case() -> None:
    codes = {code for case in CASES for given in assessed(case.facts).permissions.values() for code in given.codes}
    assert codes == set(POLICY.conditions)
