"""A line that calls the program, read as the program reads it, without running anything.

Decides only whether such a line could be called.
"""

import click

from lookup.cli import load_commands, program

load_commands()


def parse_call(words: list[str]) -> None:
    """Read the words after `immunity`. Raises `click.UsageError` where a command or an option does not exist."""
    _parse(program, words)


def _parse(command: click.Command, words: list[str]) -> None:
    context = command.make_context(command.name, list(words))
    if isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, context._protected_args + context.args)
        assert found is not None, name
        _parse(found, rest)
