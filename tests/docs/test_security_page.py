"""docs/security.md: the tests that it names exist, and those of a CJIS rule say its name."""

import re

import pytest

from tests.docs.pages import ROOT, page, rows, section, text_of

PAGE = page("security.md")
RULES = {cells[0]: cells[2] for cells in rows(section(PAGE, "## FBI CJIS Security Policy"))}
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
_RULE = re.compile(r"[A-Z]{2}-\d+")


@pytest.mark.parametrize(("file", "function"), NAMED, ids=lambda value: value or "whole file")
def test_a_test_that_is_named_exists(file: str, function: str) -> None:
    text = text_of(ROOT / file)
    assert not function or f"def {function}(" in text


@pytest.mark.parametrize(("rule", "tests"), RULES.items(), ids=RULES)
def test_a_rule_of_cjis_has_a_test_that_says_its_name(rule: str, tests: str) -> None:
    texts = " ".join(text_of(ROOT / file) for file, _ in re.findall(r"`(tests/[\w/]+\.py)(::\w+)?`", tests))
    said = texts.lower().replace("_", "-")
    assert [name for name in _RULE.findall(rule) if name.lower() not in said] == []
