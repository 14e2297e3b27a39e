"""The commands of `immunity audit` that keep the trail: sign it, and remove what need not be kept.

Decides the options, what is printed, and what is recorded beside what the work itself records.
"""

import click

from lookup.audit.clock_evidence import check_clock
from lookup.audit.commanded import record_command
from lookup.audit.expired_heads import RemovedVolume, remove_expired_heads
from lookup.audit.places import trail_of
from lookup.audit.retention import Removed, remove_expired
from lookup.audit.signing.sign_once import sign_once
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import system_clock
from lookup.errors import ConfigurationError
from lookup.settings import Settings


@click.command("sign")
@with_settings
def sign_command(settings: Settings) -> None:
    """Sign where the trail ends now and publish that: on a node without a service, from a timer.

    It shows nothing and changes nothing that was recorded, so it is not recorded: else each head would need another.
    """
    try:
        signed = sign_once(settings)
    except OSError as error:
        raise ConfigurationError(f"The trail cannot be signed: {error.strerror}.") from error
    click.echo("Signed." if signed else "Nothing new to sign.", err=True)


@click.command("remove-expired")
@with_settings
@json_option
@click.option("--stood-still", is_flag=True, help="The clock is right: this node was not used for more than a month.")
def remove_expired_command(settings: Settings, *, as_json: bool, stood_still: bool) -> None:
    """Remove the segments and volumes of heads that are older than `audit_keep`; what is removed is recorded first."""
    removed, volumes = _removed(settings, stood_still=stood_still)
    if as_json:
        print_json({"segments": [one.document() for one in removed], "heads": [one.document() for one in volumes]})
        return
    for one in removed:
        click.echo(f"{one.path.name}: {one.head.sequence + 1} lines, the last of {one.last_at:%Y-%m-%d}")
    for volume in volumes:
        click.echo(f"{volume.path.name}: signed heads, the last of {volume.last.at:%Y-%m-%d}")
    click.echo(f"{len(removed)} segments and {len(volumes)} volumes of heads were removed.", err=True)


def _removed(settings: Settings, *, stood_still: bool) -> tuple[list[Removed], list[RemovedVolume]]:
    """Remove what may go. What is removed is recorded by who removes it; here, that nothing was or that it failed."""
    details = {"kept": f"{settings.audit_keep.days} d", "segments": [], "stood_still": stood_still}
    if stood_still:
        record_command(settings, "audit.removed", details=details)  # who said so, before anything is done on it
    trail = trail_of(settings, "command", "commands")
    try:
        if not stood_still:
            check_clock(settings, system_clock())
        removed = remove_expired(settings, trail)
        volumes = remove_expired_heads(settings, trail)
    except Exception:
        record_command(settings, "audit.removed", "error", details=details)
        raise
    finally:
        trail.close()
    if not (removed or volumes or stood_still):
        record_command(settings, "audit.removed", details=details)
    return removed, volumes
