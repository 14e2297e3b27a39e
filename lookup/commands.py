"""The domain's commands."""

import click

commands: tuple[click.Command, ...] = ()
