"""The independent statement agrees with every worked example of the law, and with the matrix row by row.

The examples are typed in as data: facts, level, the seven answers in the matrix's order (a word that is neither yes nor
no is codes joined by +), and the blocks beyond the base set.
"""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from .assessment import assess, refusals
from .matrix import ACTIONS, MATRIX, row_of

TODAY = date(2026, 6, 1)  # the day asked about where an example names none
BASE_BLOCKS = (
    "verify_with_state emergency_measures document_and_report duty_to_respect_law"
    " citation_allowed signature_not_compelled"
)
with (Path(__file__).parent / "worked_examples.csv").open(encoding="utf-8", newline="") as written:
    WORKED_EXAMPLES = list(csv.DictReader(written))


def _answers(outcome: dict[str, Any]) -> str:
    """Write the seven answers as the examples do."""
    told = [outcome["permissions"][action] for action in ACTIONS]
    return " ".join("+".join(sorted(one["codes"])) or one["answer"] for one in told)


def _in_order(answers: str) -> str:
    return " ".join("+".join(sorted(word.split("+"))) for word in answers.split())


@pytest.mark.parametrize("example", WORKED_EXAMPLES, ids=lambda example: str(example["name"]))
def test_a_worked_example_comes_out_as_written(example: dict[str, str]) -> None:
    facts = json.loads(example["facts"])
    outcome = assess(facts, TODAY)
    assert outcome["level"] == example["level"]
    assert _answers(outcome) == _in_order(example["answers"])
    assert outcome["blocks"] == sorted(f"{BASE_BLOCKS} {example['blocks']}".split())
    assert refusals(facts) == set()


def test_all_forty_examples_are_there() -> None:
    assert [example["name"] for example in WORKED_EXAMPLES] == [f"W{number:02}" for number in range(1, 41)]


@pytest.mark.parametrize("role", ["principal", "family"])
@pytest.mark.parametrize("category", MATRIX)
def test_the_ordinary_case_is_the_row_of_the_matrix(category: str, role: str) -> None:
    facts = {"category": category, "role": role, "state_confirmed": True}
    if role == "family":
        facts["relationship"] = "spouse"
    outcome = assess(facts, TODAY)
    row = row_of(category, role)
    assert outcome["level"] == row.level
    assert {action: (one["answer"], frozenset(one["codes"])) for action, one in outcome["permissions"].items()} == (
        row.answers
    )
    assert outcome["category"] == category


@pytest.mark.parametrize(
    ("facts", "pointers"),
    [
        ({"relationship": "spouse"}, {"/relationship"}),
        ({"role": "family", "relationship": "spouse"}, set()),
        ({"effective_on": "2026-02-01", "terminated_on": "2026-01-31"}, {"/terminated_on"}),
        ({"accreditations": []}, {"/accreditations"}),
        ({"accreditations": [{}], "category": "io_staff", "departed_on": "2026-01-01"}, {"/category", "/departed_on"}),
        ({"accreditations": [{"waivers": []}]}, {"/accreditations/0/waivers"}),
        ({"age": -1}, {"/age"}),
        (
            {"category": "former_member", "agreement": {"treated_as": "unverified"}},
            {"/category", "/agreement/treated_as"},
        ),
        ({"warrant": True, "age": 40, "at": None}, set()),
        ({"vehicle": {"registrant": "TRN"}, "a/b": 1}, {"/vehicle/registrant", "/a~1b"}),
    ],
)
def test_what_is_refused_is_named_by_its_pointer(facts: dict[str, Any], pointers: set[str]) -> None:
    assert refusals(facts) == pointers
