"""The indexer's commands: sync, check, status, quarantine, rollback, reconcile, replica, generate.

Decides their options and what they print; the work is done elsewhere.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import click

from indexer.drift import Drift
from indexer.examine import check, reconcile
from indexer.follow import Listener, follow
from indexer.progress import follow_counts
from indexer.report import SyncReport
from indexer.sources.open import open_source
from indexer.status import describe_status, status_text
from indexer.stopping import heed_signals
from indexer.surroundings import Surroundings
from indexer.sync import SyncOptions, sync
from lookup.audit.commanded import record_command
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import day_in_washington, system_clock
from lookup.logs import failure_fields, start_logs
from lookup.progress import show_progress
from lookup.settings import Settings
from lookup.store.open import feed_of, published_store_of, reads_replica, replica_directory, writer_of
from lookup.store.protocol import Writer
from lookup.store.replica.state import read_state

_log = logging.getLogger(__name__)

_source = click.argument("source")


@click.command("sync")
@_source
@click.option("--rebuild", is_flag=True, help="Read everything into a new generation.")
@click.option("--accept-loss", is_flag=True, help="Publish even where more than a tenth of a table goes.")
@click.option("--resume", is_flag=True, help="Publish again after a rollback.")
@click.option("--follow", "goes_on", is_flag=True, help="Go on until stopped: what changes is seen within a second.")
@json_option
@with_settings
def sync_command(settings: Settings, source: str, goes_on: bool, as_json: bool, **agreed: bool) -> None:
    """Read the extract SOURCE, a directory or the URL of a database, into the store: what changed since last time."""
    options = SyncOptions(**agreed)
    if goes_on:
        _follow(settings, source, options, as_json)
        return
    with _surroundings(settings) as around, open_source(source, settings) as opened, opened.snapshot() as extract:
        report = sync(extract, writer_of(settings), around, options)
    if options.resume:
        record_command(settings, "registry.resumed")
    _print_report(report, as_json)


@click.command("check")
@_source
@json_option
@with_settings
def check_command(settings: Settings, source: str, as_json: bool) -> None:
    """Validate the extract SOURCE without publishing; exits 1 where a row would be refused."""
    with _surroundings(settings) as around, open_source(source, settings) as opened, opened.snapshot() as extract:
        report = check(extract, around)
    _print_report(report, as_json)
    if report.refused:
        raise SystemExit(1)


@click.command("reconcile")
@_source
@json_option
@with_settings
def reconcile_command(settings: Settings, source: str, as_json: bool) -> None:
    """Compare every record with the extract SOURCE and name what drifted; publishes nothing."""
    with _surroundings(settings) as around, open_source(source, settings) as opened, opened.snapshot() as extract:
        report, drift = reconcile(extract, _published(settings), around)
    if as_json:
        print_json(report.document() | {"drifted": report.drifted, "drifted_keys": drift.keys})
        return
    click.echo(report.text())
    for line in _drift_lines(report, drift):
        click.echo(line)
    click.echo(f"{report.drifted:,} records differ from the source")


@click.command("status")
@click.option("--verify", is_flag=True, help="Check the whole store, which takes seconds; exits 1 where it is damaged.")
@json_option
@with_settings
def status_command(settings: Settings, verify: bool, as_json: bool) -> None:
    """Say where the store stands: generation, revision, counts, age, quarantine, replica lag."""
    replica = read_state(replica_directory(settings)) if reads_replica(settings) else None
    status = describe_status(_published(settings), replica)
    if verify:
        _verify(settings)
        status["verified"] = True
    if as_json:
        print_json(status)
    else:
        click.echo(status_text(status))


@click.command("quarantine")
@json_option
@with_settings
def quarantine_command(settings: Settings, as_json: bool) -> None:
    """List the rows that the last sync refused."""
    entries = list(_published(settings).quarantine())
    if as_json:
        print_json(entries)
        return
    for entry in entries:
        key = "no readable key" if entry["key"] is None else f"key {entry['key']}"
        click.echo(f"{entry['file']}:{entry['line']}: {entry['column']}: {entry['reason']}: {entry['value']!r} ({key})")
    click.echo(f"{len(entries):,} rows in quarantine")


@click.command("rollback")
@json_option
@with_settings
def rollback_command(settings: Settings, as_json: bool) -> None:
    """Go back to the previous generation, and hold the indexer until `sync --resume` or `--rebuild`."""
    writer = writer_of(settings)
    with writer.lease("immunity rollback"):
        head = writer.rollback()
    record_command(settings, "registry.rolled_back", details={"generation": head.generation, "revision": head.revision})
    document = {"generation": head.generation, "revision": head.revision, "activation": head.activation}
    if as_json:
        print_json(document)
    else:
        click.echo(f"Generation {head.generation}, revision {head.revision} serves. The indexer is held.")


@click.command("replica")
@with_settings
def replica_command(settings: Settings) -> None:
    """Keep this node's copy of a store in Elasticsearch up to date, until a signal stops it."""
    start_logs("replica", settings.node)
    with closing(feed_of(settings)) as feed, show_progress(_log.info) as progress:
        from indexer.replica import run_replica  # noqa: PLC0415 - brings the client, which takes more than a second

        run_replica(feed, replica_directory(settings), settings.environment, progress)


@click.command("generate")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--members", type=click.IntRange(min=1), required=True, help="How many members.")
@click.option("--seed", type=int, required=True, help="The same seed gives the same registry.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day around which dates lie; today by default.")
@with_settings
def generate_command(settings: Settings, directory: Path, members: int, seed: int, on: datetime | None) -> None:
    """Write a fictitious registry extract into DIRECTORY."""
    from indexer.sources.fictitious import generate  # noqa: PLC0415 - brings libraries that only this command needs

    day = day_in_washington(system_clock()) if on is None else on.date()
    with show_progress() as progress:
        generate(directory, members=members, seed=seed, on=day, progress=follow_counts(progress))
        progress.end()
    click.echo(f"{directory}: {members:,} members")


commands: tuple[click.Command, ...] = (
    sync_command,
    check_command,
    status_command,
    quarantine_command,
    rollback_command,
    reconcile_command,
    replica_command,
    generate_command,
)


@contextmanager
def _surroundings(settings: Settings) -> Iterator[Surroundings]:
    with show_progress() as progress:
        yield Surroundings(settings.environment, settings.data_dir, progress=progress, overlap=settings.overlap)


def _follow(settings: Settings, source: str, options: SyncOptions, as_json: bool) -> None:
    """Follow until a signal; a line for each pass that did something, on standard output, and its log beside."""
    start_logs("indexer", settings.node)
    listener = Listener(
        passed=lambda report: click.echo(json.dumps(report.document()) if as_json else report.line()),
        failed=lambda error: _log.error("%s", error, extra=failure_fields(error)),
    )
    around = Surroundings(settings.environment, settings.data_dir, overlap=settings.overlap)
    with heed_signals() as stop, open_source(source, settings) as opened:
        follow(opened, writer_of(settings), around, options, listener, stop)


def _published(settings: Settings) -> Writer:
    """Open a store in which something was published, to look at it. Raises `CouldNotSearch` where there is nothing, and
    then leaves nothing behind in a directory that was perhaps mistyped."""
    with closing(published_store_of(settings)) as store, store.reading():
        return writer_of(settings)


def _verify(settings: Settings) -> None:
    """Check everything that serves. Raises `StoreDamaged` at the first fault."""
    with closing(published_store_of(settings)) as store, show_progress() as progress:
        progress.begin("checking the store", None)
        progress.advance(sum(store.verify().counts.values()))
        progress.end()


def _drift_lines(report: SyncReport, drift: Drift) -> Iterator[str]:
    for kind, keys in drift.keys.items():
        yield from (f"differs: {key}" for key in keys)
        more = report.kinds[kind].drifted - len(keys)
        if more:
            yield f"differs: {more:,} more of the kind {kind}"


def _print_report(report: SyncReport, as_json: bool) -> None:
    if as_json:
        print_json(report.document())
    else:
        click.echo(report.text())
