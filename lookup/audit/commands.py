"""The group `immunity audit`: verify, read and review the trail, and remove what need not be kept.

Decides the options and what is printed. Each command that shows or removes something is itself recorded, with what was
asked and without what was found, before anything is printed (CJIS AU-2); where that cannot be recorded nothing is
shown.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from marshmallow import ValidationError

from lookup.audit.commanded import record_command
from lookup.audit.entry import FIELDS, Event
from lookup.audit.explaining.command import explain_command
from lookup.audit.keeping_commands import remove_expired_command, sign_command
from lookup.audit.places import places_of
from lookup.audit.reading.all_nodes import all_nodes
from lookup.audit.reading.filters import FILTERS, Wanted, entry_of, filters_document
from lookup.audit.reading.lookup_entries import LookupEntries, entries_about
from lookup.audit.reading.lookup_text import entries_text
from lookup.audit.reading.review import review
from lookup.audit.reading.review_text import review_text
from lookup.audit.reading.stream import Line, Reading
from lookup.audit.signing.signer import read_public_key
from lookup.audit.signing.volumes import volumes_of
from lookup.audit.verifying.verification import Evidence, Verification
from lookup.audit.verifying.verify import verify
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import system_clock
from lookup.errors import ConfigurationError
from lookup.fields import Moment
from lookup.progress import show_progress
from lookup.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
Done = TypeVar("Done")

UNVOUCHED = 3
"""The exit code where nothing was changed as far as heads go back, and older ones are missing: a timer must tell it
from tampering."""
DAYS = 7
"""What a review covers: it is made weekly (CJIS AU-6)."""
_CHAIN = ("sequence", "previous_hash", "hash")


def _moment(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """Read a moment as the interface takes it."""
    if text is None:
        return None
    try:
        moment: datetime = Moment().deserialize(text)
    except ValidationError as error:
        raise click.BadParameter("Write a moment with its offset, such as 2026-06-01T14:03:00-04:00.") from error
    return moment


def _volumes(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Take the name of a file of which only the volumes need be there, as `audit_publish` takes it."""
    if path is not None and not volumes_of(path):
        raise click.BadParameter(f"There is neither {path.name} nor a volume of it, such as {path.stem}-202611.jsonl.")
    return path


def time_options(command: Command) -> Command:
    """Give a command the options that bound a time."""
    since = click.option("--since", callback=_moment, help="From this moment on.")
    until = click.option("--until", callback=_moment, help="To before this moment.")
    return since(until(command))


def filter_options(command: Command) -> Command:
    """Give a command an option for each filter."""
    for name, (_, meaning) in reversed(list(FILTERS.items())):
        command = click.option(f"--{name.replace('_', '-')}", name, help=f"{meaning[0].upper()}{meaning[1:]}.")(command)
    return command


@click.group("audit")
def audit_command() -> None:
    """Verify, read and review the audit trail: one lookup on all nodes, else that of this node."""


@audit_command.command("verify")
@with_settings
@json_option
@click.option(
    "--heads",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_volumes,
    help="A published or archived copy of the heads, with its volumes.",
)
@click.option(
    "--public-key",
    "key_files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A public key that signed the heads, kept elsewhere; may be given several times.",
)
def verify_command(settings: Settings, *, as_json: bool, heads: Path | None, key_files: tuple[Path, ...]) -> None:
    """Check every line, every chain and every signed head, and name what was changed. Exits 1 where anything was,
    3 where older heads are missing and nothing else is wrong."""
    details = {"heads": heads and str(heads), "public_keys": [str(path) for path in key_files]}
    keys = [_public_key(path) for path in key_files]
    found = _recorded(settings, "audit.verified", details, lambda: _verified(settings, heads, keys))
    print_json(found.document()) if as_json else click.echo(verification_text(found))
    if not (found.is_intact and found.is_vouched_for):
        sys.exit(UNVOUCHED if found.is_intact else 1)


@audit_command.command("export")
@with_settings
@time_options
@click.option(
    "--format", "form", type=click.Choice(("jsonl", "csv")), default="jsonl", show_default=True, help="What to write."
)
@filter_options
def export_command(
    settings: Settings, *, since: datetime | None, until: datetime | None, form: str, **given: str | None
) -> None:
    """Print the lines that fit all filters, unchanged and in the order of time. `-` reads a value from standard
    input."""
    asked = {name: _value(text) for name, text in given.items() if text is not None}
    details = {"filters": filters_document(since, until, asked), "format": form}
    wanted = _recorded(settings, "audit.exported", details, lambda: Wanted(asked))
    reading = Reading(places_of(settings), since, until)
    lines = (line for line in reading if wanted.fits(line))
    try:
        _write_csv(lines) if form == "csv" else _write_lines(lines)
    except OSError:
        record_command(settings, "audit.exported", "error", details=details)
        raise
    for trouble in reading.troubles:
        click.echo(f"{trouble.kind}: {trouble.segment.name}, byte {trouble.offset}: passed over", err=True)
    if reading.troubles.more:
        click.echo(f"and {reading.troubles.more:,} more: run `immunity audit verify`", err=True)


@audit_command.command("show")
@with_settings
@json_option
@click.argument("lookup", metavar="LOOKUP_ID")
def show_command(settings: Settings, lookup: str, *, as_json: bool) -> None:
    """Print everything in the trail of all nodes about one lookup, by its lookup_id or its reference number."""
    found = _recorded(settings, "audit.viewed", {"filters": {"lookup_id": lookup}}, lambda: _about(settings, lookup))
    shown = [{"segment": line.segment.name, "entry": dict(entry_of(line))} for line in found.lines]
    print_json(shown) if as_json else click.echo(entries_text(found.lines))
    if found.not_seen is not None:
        click.echo(f"There may be more. {found.not_seen}", err=True)
        sys.exit(1)


@audit_command.command("review")
@with_settings
@json_option
@time_options
@click.option(
    "--days", type=click.IntRange(1), default=DAYS, show_default=True, help="Days, where --since is not given."
)
def review_command(
    settings: Settings, *, as_json: bool, since: datetime | None, until: datetime | None, days: int
) -> None:
    """Report on a week: who asked how much with what success, refusals, changes, alarms, gaps, and whether the trail
    is intact."""
    end = until or system_clock()
    begin = since or end - timedelta(days=days)
    if begin >= end:
        raise click.UsageError("Give a --since before --until.")
    filters = {"filters": filters_document(begin, end, {})}
    report = _recorded(settings, "audit.reviewed", filters, lambda: _report(settings, begin, end))
    print_json(report) if as_json else click.echo(review_text(report))


for apart in (explain_command, sign_command, remove_expired_command):
    audit_command.add_command(apart)


def verification_text(found: Verification) -> str:
    """Write a verification for a person: what was found first, then what was checked."""
    lines = [finding.text() for finding in found.findings]
    signed = f"the last of {found.last_checkpoint_at:%Y-%m-%d %H:%M:%S} UTC" if found.last_checkpoint_at else "none"
    lines.append(
        f"{found.records:,} lines in {found.segments:,} segments, {found.removed:,} segments removed by age; "
        f"{found.checkpoints:,} checkpoints, {signed}; {found.unsigned:,} lines are younger."
    )
    lines += [f"Signed with {key} ({count:,} checkpoints)." for key, count in found.keys.items()]
    intact = "The trail is intact." if found.is_vouched_for else "The trail is intact as far as signed heads go back."
    lines.append(intact if found.is_intact else "The trail was tampered with.")
    return "\n".join(lines)


def _recorded(settings: Settings, event: Event, details: dict[str, Any], work: Callable[[], Done]) -> Done:
    """Do some work, and record that it was done or failed before its result is given.

    Raises `AuditUnavailable` where it cannot be recorded, and whatever the work raises.
    """
    try:
        done = work()
    except Exception:
        record_command(settings, event, "error", details=details)
        raise
    record_command(settings, event, details=details)
    return done


def _about(settings: Settings, lookup: str) -> LookupEntries:
    with all_nodes(settings, system_clock) as nodes:
        return entries_about(nodes, lookup)


def _verified(settings: Settings, heads: Path | None, keys: list[Ed25519PublicKey]) -> Verification:
    evidence = Evidence(settings.audit_dir, places_of(settings), heads, keys)
    with show_progress(unit="bytes") as progress:
        progress.begin("Verifying", evidence.size())
        return verify(evidence, progress.advance)


def _report(settings: Settings, since: datetime, until: datetime) -> dict[str, Any]:
    reading = Reading(places_of(settings), since, until)
    report = review((entry_of(line) for line in reading), since, until).document()
    return report | {"unreadable": len(reading.troubles), "verification": _verified(settings, None, []).document()}


def _public_key(path: Path) -> Ed25519PublicKey:
    key = read_public_key(path)
    if key is None:
        raise ConfigurationError(f"{path} holds no Ed25519 public key in PEM.")
    return key


def _value(text: str) -> str:
    """Give a filter's value: a line of standard input for `-`, so that it does not stand in the list of processes."""
    return sys.stdin.readline().rstrip("\r\n") if text == "-" else text


def _write_lines(lines: Iterator[Line]) -> None:
    """Write the lines as they lie there."""
    out = sys.stdout.buffer
    for line in lines:
        out.write(line.text + b"\n")


def _write_csv(lines: Iterator[Line]) -> None:
    """Write a table with a column for each field, for a spreadsheet; objects and lists are JSON in their cell."""
    names = ("segment", *FIELDS, *_CHAIN)
    click.echo(_row(names), nl=False)
    for line in lines:
        entry = {**entry_of(line), "segment": line.segment.name}
        click.echo(_row(_cell(entry.get(name)) for name in names), nl=False)


def _row(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    """Write a value so that a spreadsheet takes it for text and never for a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


commands: tuple[click.Command, ...] = (audit_command,)
