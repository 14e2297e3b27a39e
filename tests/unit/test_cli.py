"""The program: its commands, its exit codes, and what goes where."""

import subprocess
import sys
from pathlib import Path

import pytest

from lookup.cli import load_commands, program
from lookup.commands import commands
from tests.unit.calling import immunity

OURS = ("lookup", "assess", "config")


def test_the_domain_declares_its_commands() -> None:
    assert tuple(command.name for command in commands) == OURS


def test_the_program_has_the_commands_of_every_package() -> None:
    load_commands()
    assert {"lookup", "assess", "config", "sync", "status", "serve", "keys"} <= set(program.commands)


@pytest.mark.parametrize("name", OURS)
def test_every_command_has_help_and_a_json_form(name: str) -> None:
    ran = immunity(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "--json" in ran.out


def test_help_and_version_succeed() -> None:
    assert immunity("--help").code == 0
    assert immunity("--version").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("lookup", "--no-such-option"),
        ("lookup", "--plate"),
        ("assess",),
        ("assess", "one.json", "other.json"),
        ("config", "--environment", "production"),
    ],
)
def test_a_wrong_call_exits_with_two_and_says_so_on_standard_error(arguments: tuple[str, ...]) -> None:
    ran = immunity(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Error: " in ran.err


def test_what_could_not_be_done_exits_with_one_and_says_why_in_one_line() -> None:
    ran = immunity("config", environ={"IMMUNITY_WORKERS": "many"})
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "immunity: Setting workers (variable): Not a valid integer.\n"


def test_faults_are_listed_below_with_their_pointers() -> None:
    ran = immunity("assess", "-", stdin='{"age": -1, "bogus": 1}')
    assert ran.err == (
        "immunity: The request cannot be understood.\n"
        "  /age: An age is not below 0.\n"
        "  /bogus: There is no such field.\n"
    )


def test_a_fault_of_the_whole_is_listed_as_such() -> None:
    ran = immunity("assess", "-", stdin="7")
    assert ran.err.endswith("  /: Write a JSON object with the facts.\n")


def test_the_program_runs_as_a_module_in_a_process_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lookup"]
    environ = {"PATH": "/usr/bin:/bin", "IMMUNITY_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [*command, "assess", "-"], input="{}", capture_output=True, text=True, check=False, env=environ
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "UNVERIFIED" in done.stdout
    failed = subprocess.run([*command, "lookup"], capture_output=True, text=True, check=False, env=environ)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "Give exactly one of --plate, --member, --document and --address." in failed.stderr
