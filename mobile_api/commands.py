"""The HTTP services' commands."""

import click

commands: tuple[click.Command, ...] = ()
