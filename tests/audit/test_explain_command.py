"""`immunity audit explain`: one old answer on the command line."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lookup.audit.places import places_of
from lookup.audit.reading.stream import Reading
from lookup.settings import resolve_settings
from tests.contract.engines import Engine, head_for, sqlite_engine
from tests.contract.samples import draft
from tests.unit.calling import Ran, immunity
from tests.unit.people import PLATE, card, member, mission, vehicle

LONG = {"IMMUNITY_STALE_AFTER": "999998 h", "IMMUNITY_EXPIRE_AFTER": "999999 h"}
"""Longer than any time between the invented data and the day on which the tests run."""

AS_OF = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path)
    drafts = [draft(content) for content in (mission(), member(), vehicle(), card())]
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add(drafts)
        build.activate(replace(head_for(drafts), as_of=AS_OF), [])
    yield engine
    engine.close()


@pytest.fixture
def answer(engine: Engine, tmp_path: Path) -> Any:
    """The answer to a question on the command line, as JSON."""
    return called(tmp_path, "lookup", "--plate", PLATE, "--json").document


def called(data_dir: Path, *arguments: str) -> Ran:
    return immunity(*arguments, "--data-dir", str(data_dir), environ=LONG)


def explained(data_dir: Path, lookup: str, *options: str) -> Ran:
    return called(data_dir, "audit", "explain", lookup, *options)


def entries(data_dir: Path, event: str) -> list[dict[str, Any]]:
    settings = resolve_settings({"data_dir": str(data_dir)}, environ={})
    lines = [json.loads(line.text) for line in Reading(places_of(settings))]
    return [line for line in lines if line["event"] == event]


@pytest.mark.parametrize("name", ["lookup_id", "reference_number"])
def test_an_answer_of_the_command_line_is_explained(tmp_path: Path, answer: Any, name: str) -> None:
    ran = explained(tmp_path, answer[name], "--json")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.document["verdict"], ran.document["answer"]) == ("matches", answer)
    assert ran.document["asked"]["query"]["asked"] == {"plate": PLATE}
    assert [one["id"] for one in ran.document["records"]] == ["vehicle:DEA1234", "member:TRN1", "mission:EM1"]


def test_a_person_reads_verdict_answer_steps_and_records(tmp_path: Path, answer: Any) -> None:
    text = explained(tmp_path, answer["lookup_id"]).out
    found = [
        text.index(part)
        for part in (
            f"Lookup {answer['lookup_id']}",
            'Question: {"plate": "DEA1234"}',
            "VERDICT: matches. What is derived is byte for byte what was answered.",
            "-- The answer, derived again",
            "FULL: ",
            "-- The steps of the law",
            "1. ",
            "-- The record versions that it rests on",
            "vehicle:DEA1234  ",
            "-- What is not proved",
        )
    ]
    assert found == sorted(found)
    assert "-- What was asked for and not found" not in text


def test_what_the_history_says_of_a_plate_that_was_not_found_is_shown(tmp_path: Path, engine: Engine) -> None:
    answer = called(tmp_path, "lookup", "--plate", "DEA9999", "--json").document
    text = explained(tmp_path, answer["lookup_id"]).out
    assert "-- What was asked for and not found\nvehicle:DEA9999: no version of it had been published" in text


def test_an_answer_that_differs_exits_1_and_says_in_what(
    tmp_path: Path, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookup.answering.vehicle_notices", lambda vehicle, day: iter(["plate_not_valid"]))
    ran = explained(tmp_path, answer["lookup_id"])
    assert (ran.code, ran.err) == (1, "")
    assert "VERDICT: differs. Outcome, level and parts are the same" in ran.out
    assert '  answer_digest: answered "sha256:' in ran.out


def test_a_lookup_that_is_not_in_the_trail_exits_1(tmp_path: Path, answer: Any) -> None:
    ran = explained(tmp_path, "0000-0001")
    assert (ran.code, ran.out) == (1, "")
    assert "This says nothing about the registry." in ran.err


def test_that_somebody_had_an_answer_explained_is_recorded(tmp_path: Path, answer: Any) -> None:
    explained(tmp_path, answer["reference_number"])
    explained(tmp_path, "0000-0001")
    first, second = entries(tmp_path, "audit.explained")
    assert (first["outcome"], first["lookup_id"]) == ("done", answer["lookup_id"])
    assert first["details"] == {"asked": answer["reference_number"], "verdict": "matches"}
    assert first["user"].startswith("system:")
    assert (second["outcome"], second["lookup_id"], second["details"]) == ("error", None, {"asked": "0000-0001"})


def test_nothing_is_printed_where_it_cannot_be_recorded(
    tmp_path: Path, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookup.audit.segment.os.write", _full)
    ran = explained(tmp_path, answer["lookup_id"])
    assert (ran.code, ran.out) == (1, "")


def _full(*_: Any) -> int:
    raise OSError(28, "No space left on device")
