"""The indexer's commands, called as the program calls them: what they print, where, and their exit codes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from indexer.commands import commands
from lookup.errors import CouldNotSearch, IndexerHeld, NotFound, SourceError
from tests.indexer.extracts import SmallRegistry
from tests.unit.calling import immunity

BY_NAME: dict[str, click.Command] = {str(command.name): command for command in commands}


class Program:
    """The commands over one data directory."""

    def __init__(self, registry: SmallRegistry) -> None:
        self.registry = registry

    def run(self, name: str, *arguments: str) -> Result:
        options = ["--data-dir", str(self.registry.directory / "data"), "--environment", self.registry.environment]
        return CliRunner().invoke(BY_NAME[name], [*arguments, *options])

    def json(self, name: str, *arguments: str) -> Any:
        result = self.run(name, *arguments, "--json")
        assert result.exception is None
        return json.loads(result.stdout)

    @property
    def source(self) -> str:
        return str(self.registry.write())


@pytest.fixture
def program(registry: SmallRegistry) -> Program:
    return Program(registry)


def test_every_command_of_the_indexer_is_declared() -> None:
    assert set(BY_NAME) == {"sync", "check", "status", "quarantine", "rollback", "reconcile", "generate", "replica"}


@pytest.mark.parametrize("name", BY_NAME)
def test_every_command_has_help(name: str) -> None:
    result = CliRunner().invoke(BY_NAME[name], ["--help"])
    assert (result.exit_code, "--environment" in result.stdout) == (0, True)


def test_a_sync_prints_its_report_and_its_progress_apart(program: Program) -> None:
    result = program.run("sync", program.source)
    assert result.exit_code == 0
    assert "data as of" in result.stdout
    assert "reading members: 2" in result.stderr
    assert "reading members" not in result.stdout


def test_a_sync_with_rows_in_quarantine_exits_with_0_and_counts_them(program: Program) -> None:
    program.registry.add("vehicles", plate="ZZ9", year="20")
    document = program.json("sync", program.source)
    assert (document["refused"], document["published"]) == (1, "generation")


def test_a_check_exits_with_1_where_a_row_would_be_refused(program: Program) -> None:
    assert program.run("check", program.source).exit_code == 0
    program.registry.add("vehicles", plate="ZZ9", year="20")
    result = program.run("check", program.source, "--json")
    assert (result.exit_code, json.loads(result.stdout)["tables"]["vehicles"]["refused"]) == (1, 1)


def test_a_check_gives_the_same_fields_as_a_sync(program: Program) -> None:
    source = program.source
    assert program.json("check", source).keys() == program.json("sync", source).keys()


def test_the_status_says_where_the_store_stands(program: Program) -> None:
    with pytest.raises(CouldNotSearch, match="run `immunity sync`"):
        raise program.run("status").exception or AssertionError
    program.registry.add("vehicles", plate="ZZ9", year="20")
    report = program.json("sync", program.source)
    status = program.json("status")
    assert status["counts"] == {
        "mission": 2,
        "agreement": 1,
        "member": 2,
        "vehicle": 2,
        "identity_card": 1,
        "driver_license": 1,
        "premises": 1,
    }
    assert (status["generation"], status["revision"]) == (report["generation"], 0)
    assert (status["quarantine"], status["as_of"]) == ({"vehicles": 1}, "2026-06-01T11:00:00Z")
    assert "rows in quarantine" in program.run("status").stdout


def damage_a_word(store: Path, word: str) -> None:
    """Flip one bit of a word where it lies in the tree of words; the other trees stay as they are."""
    (generation,) = (store / "generations").glob("*.sqlite")
    with closing(sqlite3.connect(generation)) as connection:
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'words'").fetchall()
        ((size,),) = connection.execute("PRAGMA page_size").fetchall()
    content = bytearray(generation.read_bytes())
    at = content.index(word.encode(), (root - 1) * size, root * size)
    content[at + len(word) - 1] ^= 0x01
    generation.write_bytes(content)


def test_a_status_with_verify_checks_the_whole_store(program: Program) -> None:
    program.run("sync", program.source)
    assert "verified" not in program.json("status")
    assert program.json("status", "--verify")["verified"] is True
    result = program.run("status", "--verify")
    assert result.stdout.startswith("The whole store was checked: it is what was published.\nenvironment")
    assert "checking the store: 9" in result.stderr


def test_damage_that_no_question_meets_is_found_by_a_status_with_verify(program: Program) -> None:
    program.run("sync", program.source)
    data = program.registry.directory / "data"
    options = ("--data-dir", str(data), "--environment", program.registry.environment, "--json")
    damage_a_word(data / "store", "n:zoe")
    assert immunity("status", *options).code == 0
    ran = immunity("status", "--verify", *options)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith("The words of the store are not what was published: build the store again.\n")


@pytest.mark.parametrize("name", ["status", "status --verify", "quarantine", "reconcile SOURCE"])
def test_a_look_at_a_store_that_was_never_synced_leaves_nothing_behind(program: Program, name: str) -> None:
    data = program.registry.directory / "mistyped"
    words = [program.source if word == "SOURCE" else word for word in name.split()]
    ran = immunity(*words, "--data-dir", str(data))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith("Nothing was published in the store yet: run `immunity sync`.\n")
    assert not data.exists()


def test_the_quarantine_is_a_list_of_objects_with_six_fields(program: Program) -> None:
    program.registry.add("vehicles", plate="ZZ9", year="20")
    program.run("sync", program.source)
    assert program.json("quarantine") == [
        {"file": "vehicles.csv", "line": 3, "column": "year", "value": "20", "key": "ZZ9", "reason": "invalid"}
    ]
    assert program.run("quarantine").stdout.startswith("vehicles.csv:3: year: invalid: '20' (key ZZ9)")


def test_a_rollback_goes_back_and_holds_the_sync(program: Program) -> None:
    first = program.json("sync", program.source)
    with pytest.raises(NotFound):
        raise program.run("rollback").exception or AssertionError
    program.json("sync", program.source, "--rebuild")
    assert program.json("rollback")["generation"] == first["generation"]
    assert program.json("status")["held_after_rollback"] is True
    assert isinstance(program.run("sync", program.source).exception, IndexerHeld)
    assert program.run("sync", program.source, "--resume").exit_code == 0


def test_a_reconcile_exits_with_0_and_says_what_differs(program: Program) -> None:
    program.run("sync", program.source)
    program.registry.drop("premises", "p1")
    document = program.json("reconcile", program.source)
    assert (document["drifted"], document["kinds"]["premises"]["deleted"]) == (1, 1)
    assert document["drifted_keys"] == {"premises": ["premises:p1"]}
    ending = "differs: premises:p1\n1 records differ from the source\n"
    assert program.run("reconcile", program.source).stdout.endswith(ending)


def test_a_reconcile_names_the_first_twenty_of_each_kind_that_differ(program: Program) -> None:
    program.run("sync", program.source)
    plates = [f"ZZ{number}" for number in range(100, 123)]
    for plate in plates:
        program.registry.add("vehicles", plate=plate)
    program.registry.drop("premises", "p1")
    named = program.json("reconcile", program.source)["drifted_keys"]
    assert named == {"vehicle": [f"vehicle:{plate}" for plate in plates[:20]], "premises": ["premises:p1"]}
    printed = program.run("reconcile", program.source)
    assert "differs: vehicle:ZZ119\ndiffers: 3 more of the kind vehicle\n" in printed.stdout
    assert "ZZ1" not in printed.stderr


def test_a_broken_extract_is_an_error_of_ours(program: Program, tmp_path: Path) -> None:
    assert isinstance(program.run("sync", str(tmp_path / "nowhere")).exception, SourceError)


def test_a_sync_without_a_source_is_called_wrongly(program: Program) -> None:
    assert program.run("sync").exit_code == 2


def test_what_is_generated_can_be_synced_without_a_refusal(program: Program, tmp_path: Path) -> None:
    directory = tmp_path / "generated"
    result = program.run("generate", str(directory), "--members", "150", "--seed", "3", "--on", "2026-06-01")
    assert (result.exit_code, (directory / "extract.json").exists()) == (0, True)
    document = program.json("sync", str(directory))
    assert (document["refused"], document["fictitious"], document["tables"]["members"]["rows"]) == (0, True, 150)


def test_a_live_sync_of_generated_people_is_refused(program: Program, tmp_path: Path) -> None:
    program.registry.environment = "live"
    program.run("generate", str(tmp_path / "generated"), "--members", "20", "--seed", "3", "--on", "2026-06-01")
    assert isinstance(program.run("sync", str(tmp_path / "generated")).exception, SourceError)
