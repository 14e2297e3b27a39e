"""docs/commands.md has every command with every option and no other; commands shown in any page can be called."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from lookup.cli import load_commands, program
from tests.docs.command_line import parse_call
from tests.docs.pages import ROOT, command_lines, markdown_files, page, section, text_of

load_commands()
PAGE = page("commands.md")
COMMON = {"--data-dir", "--environment", "--config", "--store"}


def _leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(_leaves(program))
HEADINGS = re.findall(r"^### (`immunity (.+?)`)$", PAGE, flags=re.MULTILINE)


def _heading(name: str) -> str:
    """Give the heading of a command, which may name its arguments in capitals."""
    found = [heading for heading, words in HEADINGS if re.sub(r" [A-Z_]+", "", words) == name]
    assert len(found) == 1, f"docs/commands.md has no section for `immunity {name}`"
    return f"### {found[0]}"


def _options(command: click.Command) -> set[str]:
    return {name for parameter in command.params if isinstance(parameter, click.Option) for name in parameter.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section_with_its_options(name: str) -> None:
    text, options = " ".join(section(PAGE, _heading(name)).split()), _options(COMMANDS[name])
    assert options - COMMON <= set(re.findall(r"--[a-z][a-z-]*", text))
    says_common = "ommon options" in text and "no common options" not in text
    assert says_common == (options >= COMMON)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_heading_of_a_command_names_its_arguments(name: str) -> None:
    arguments = [parameter for parameter in COMMANDS[name].params if isinstance(parameter, click.Argument)]
    named = re.findall(r" ([A-Z_]+)", _heading(name))
    assert named == [argument.metavar or (argument.name or "").upper() for argument in arguments]


def test_no_command_stands_there_that_does_not_exist() -> None:
    assert {re.sub(r" [A-Z_]+", "", words) for _, words in HEADINGS} == set(COMMANDS)


def test_no_option_stands_there_that_does_not_exist() -> None:
    existing = set().union(*map(_options, COMMANDS.values()), {"--help", "--version"})
    assert set(re.findall(r"(?<![\w|-])--[a-z][a-z-]*", PAGE)) <= existing


def test_the_common_options_stand_in_one_table() -> None:
    head = PAGE.partition("## Asking")[0]
    assert set(re.findall(r"^\| `(--[a-z-]+)", head, flags=re.MULTILINE)) == COMMON


def _shown() -> list[tuple[str, str]]:
    return [(path.name, line) for path in markdown_files() for line in command_lines(text_of(path))]


@pytest.mark.parametrize(("name", "line"), _shown())
def test_a_command_that_a_page_shows_can_be_called(name: str, line: str) -> None:
    for part in line.split(" | "):
        words = shlex.split(part)
        if Path(words[0]).name == "immunity":
            parse_call(words[1:])
        elif words[0] == "make":
            targets = re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), flags=re.MULTILINE)
            assert set(words[1:]) <= set(targets)
