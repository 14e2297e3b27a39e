"""The program `immunity`: finds its commands, gives them their settings, and turns errors into messages and exit codes.

The commands are found by the entry points that each package declares, so this module imports neither the indexer nor
the API. Exit codes: 0 done, 1 could not be done, 2 called wrongly.
"""

import functools
import json
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NoReturn

import click

from lookup.errors import ImmunityError, InvalidRequest
from lookup.release import release
from lookup.setting_table import ENVIRONMENTS, SETTING_NAMES
from lookup.settings import resolve_settings

COMMAND_GROUP = "immunity.commands"


@click.group()
@click.version_option(release())
def program() -> None:
    """Answers what immunity law allows towards the holder of a diplomatic plate or card."""


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that every command has, and the settings in force as its first argument.

    Options beside these whose name is that of a setting (such as `--bind`) take part as options.
    """

    @click.option("--data-dir", type=click.Path(path_type=Path), help="Directory of the store, keys and secrets.")
    @click.option("--environment", type=click.Choice(ENVIRONMENTS), help="training (the default) or live.")
    @click.option("--config", type=click.Path(path_type=Path), help="TOML file with settings.")
    @click.option("--store", help="Store URL, sqlite:///PATH.")
    @functools.wraps(command)
    def wrapped(
        *, data_dir: Path | None, environment: str | None, config: Path | None, store: str | None, **rest: Any
    ) -> Any:
        options = {"data_dir": data_dir and str(data_dir), "environment": environment, "store": store}
        options |= {name: value for name, value in rest.items() if name in SETTING_NAMES}
        settings = resolve_settings(options, config)
        return command(settings, **rest)

    return wrapped


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def print_json(document: Any) -> None:
    """Print a result for a program: JSON, indented, one final newline, on standard output."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def load_commands() -> None:
    """Hang every declared command into the program. Names that two packages declare are a fault of the installation."""
    for point in sorted(entry_points(group=COMMAND_GROUP), key=lambda point: point.name):
        for command in point.load().commands:
            program.add_command(command)


def fail(error: ImmunityError) -> NoReturn:
    """Say what went wrong on standard error and leave with 1."""
    if not isinstance(error, InvalidRequest):
        click.echo(f"immunity: {error}", err=True)
    else:
        click.echo(f"immunity: {error.title}.", err=True)
        for fault in error.faults:
            click.echo(f"  {fault.pointer or '/'}: {fault.detail}", err=True)
    sys.exit(1)


def main() -> None:
    """Run the program."""
    load_commands()
    try:
        program()
    except ImmunityError as error:
        fail(error)
