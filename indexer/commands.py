"""The indexer's commands."""

import click

commands: tuple[click.Command, ...] = ()
