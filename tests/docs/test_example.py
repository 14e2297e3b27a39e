"""The question in the README is a real one, and its answer is the one that the service gives."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.fictitious import generate
from indexer.surroundings import Surroundings
from indexer.sync import sync
from lookup.answer_text import answer_text
from lookup.freshness import FreshnessLimits
from lookup.law.load import load_policies
from lookup.queries import read_query
from lookup.service import LookupService
from lookup.settings import resolve_settings
from lookup.store.open import open_store, open_writer
from tests.docs.pages import ROOT, blocks, command_lines, page, text_of

README = text_of(ROOT / "README.md")
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
HANDLE_KEY = b"k" * 32


def _number(option: str) -> int:
    """Give the value of an option of the `generate` line in the README."""
    (line,) = (line for line in command_lines(README) if "immunity generate" in line)
    found = re.search(rf"{option} (\d+)", line)
    assert found is not None
    return int(found[1])


def _plate() -> str:
    (line,) = (line for line in command_lines(README) if "immunity lookup" in line)
    found = re.search(r'--plate "([^"]+)"', line)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The answer to the README's question, from the registry that the README invents, on one fixed day."""
    data_dir = tmp_path_factory.mktemp("example")
    settings = resolve_settings({"data_dir": str(data_dir)}, environ={})
    extract = data_dir / "extract"
    seen_at = NOW - timedelta(minutes=5)
    generate(extract, members=_number("--members"), seed=_number("--seed"), on=DAY, extracted_at=seen_at)
    writer = open_writer(settings.store, settings.environment, HANDLE_KEY, lambda: NOW)
    sync(CsvDirectory(extract), writer, Surroundings(settings.environment, data_dir, lambda: NOW))
    writer.close()
    store = open_store(settings.store, settings.environment)
    limits = FreshnessLimits(settings.stale_after, settings.expire_after)
    service = LookupService(store, load_policies(), settings.environment, limits, lambda: NOW)
    yield service.answer(read_query({"plate": _plate()})).document()
    store.close()


def _without_names(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave out what no two answers and no two stores share."""
    freshness = answer["freshness"] | {"generation": "…"}
    return answer | {"lookup_id": "…", "reference_number": "…", "freshness": freshness}


def _masked(text: str) -> str:
    """Leave out what no two answers share."""
    return re.sub(r"Reference [0-9A-Z]{4}-[0-9A-Z]{4}\.", "Reference ….", text)


def test_the_answer_in_the_readme_is_the_one_that_is_given(document: dict[str, Any]) -> None:
    (shown,) = blocks(README, "text")
    assert _masked(shown.rstrip()) == _masked(answer_text(document))


def test_the_example_as_json_is_the_same_answer(document: dict[str, Any]) -> None:
    assert _without_names(json.loads(page("example-answer.json"))) == _without_names(document)


def test_the_readme_is_about_a_hundred_lines() -> None:
    assert 80 <= len(README.splitlines()) <= 120


def test_the_two_commands_stand_first() -> None:
    assert blocks(README, "sh")[0].splitlines() == ["make demo", "make test"]
