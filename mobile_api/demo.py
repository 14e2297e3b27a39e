"""The demonstration: an invented registry, both services, a key and a link, from nothing, in one command.

Decides where it keeps its data, and that what it serves never grows old: it dates its extract anew and syncs it each
hour. Always in the environment training. The only module here that knows the indexer.
"""

import json
import multiprocessing
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import SpawnProcess
from pathlib import Path

import click

from indexer.progress import follow_counts
from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.fictitious import generate
from indexer.sources.manifest import MANIFEST_NAME, date_anew, read_manifest
from indexer.surroundings import Surroundings
from indexer.sync import sync
from lookup.clock import day_in_washington, system_clock
from lookup.errors import ConfigurationError, ImmunityError, NotFound, SourceError
from lookup.progress import show_progress
from lookup.records import Vehicle
from lookup.settings import Settings, moved
from lookup.store.open import published_store_of, writer_of
from mobile_api import api, console, server
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest

FULL_SIZE = 124_000
"""Members of a registry of full size: as many as are accredited today, dependents included."""
SEED = 1
REFRESH_S = 3600
"""Each hour: far more often than `stale_after`, and without changed rows a sync is nearly nothing."""
START_S = 30
"""Seconds that a service gets to answer for the first time."""
LINK_LIFETIME = timedelta(hours=12)
KEY_NAME = "demo"
AGENCY = "ZZ0000001"
"""An invented ORI: no state's begins with ZZ."""


@dataclass(frozen=True, slots=True)
class Access:
    """What the demonstration prints: the API key, and the token of the link that signs in once."""

    token: str
    entry: str


def run(settings: Settings, members: int) -> None:
    """Run the demonstration until it is told to stop. Raises `ConfigurationError` where it must not start."""
    settings = demo_settings(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    extract = prepare_extract(settings, members)
    publish(extract, settings)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs behind it with this one ignored
    with _services(settings) as services:
        _wait_until_ready(services, settings)
        _announce(settings, make_access(settings))
        try:
            _keep_fresh(services, settings, extract)
        except KeyboardInterrupt:
            click.echo("Stopping.", err=True)


def demo_settings(settings: Settings) -> Settings:
    """Give the settings of the demonstration: training, and a data directory of its own unless one was asked for, so
    that it never overwrites the store of a training center."""
    if settings.environment != "training":
        raise ConfigurationError("The demonstration runs in the environment training and in no other.")
    if settings.origins.get("data_dir") != "default":
        return settings
    return moved(settings, settings.data_dir.parent / "demo")


def prepare_extract(settings: Settings, members: int) -> Path:
    """Give the directory of an invented extract of this size that is dated now; it is written where it is not there."""
    extract = settings.data_dir / "extract"
    if _members_in(extract) == members:
        date_anew(extract / MANIFEST_NAME, system_clock())
        return extract
    click.echo(f"Inventing a registry of {members} members …", err=True)
    now = system_clock().replace(microsecond=0)
    day = day_in_washington(now)
    with show_progress() as progress:
        generate(extract, members=members, seed=SEED, on=day, extracted_at=now, progress=follow_counts(progress))
        progress.end()
    return extract


def publish(extract: Path, settings: Settings) -> None:
    """Sync the extract into the store. Raises what a sync raises."""
    with show_progress() as progress:
        around = Surroundings(settings.environment, settings.data_dir, progress=progress)
        sync(CsvDirectory(extract), writer_of(settings), around)


def make_access(settings: Settings) -> Access:
    """Make the demonstration's key anew (a secret is shown once, so an old one is of no use) and its link."""
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    with suppress(NotFound):
        keys.revoke(KEY_NAME)
    key, token = keys.create(KeyRequest(KEY_NAME, frozenset({"lookup", "console"}), agency=AGENCY))
    access = Access(token, keys.make_entry(key.key_id, LINK_LIFETIME))
    keys.close()
    return access


def example_plate(settings: Settings) -> str:
    """Give a plate of the registry that has a registrant."""
    store = published_store_of(settings)
    with store.reading() as registry:
        vehicles = [record.content for record in registry.scan("vehicle", limit=200)]
    store.close()
    return next(
        vehicle.plate
        for vehicle in vehicles
        if isinstance(vehicle, Vehicle) and vehicle.member_id and vehicle.registration_status == "active"
    )


def _members_in(extract: Path) -> int | None:
    try:
        return read_manifest(extract / MANIFEST_NAME).tables["members"].rows
    except (SourceError, KeyError):
        return None


@contextmanager
def _services(settings: Settings) -> Iterator[list[SpawnProcess]]:
    context = multiprocessing.get_context("spawn")
    services = [
        context.Process(
            target=server.serve_with_replica, args=(api.create_app, settings, settings.bind, api.COMPONENT)
        ),
        context.Process(
            target=server.serve, args=(console.create_app, settings, settings.console_bind, console.COMPONENT)
        ),
    ]
    for service in services:
        service.start()
    try:
        yield services
    finally:
        for service in services:
            service.terminate()
        for service in services:
            service.join()


def _wait_until_ready(services: list[SpawnProcess], settings: Settings) -> None:
    deadline = time.monotonic() + START_S
    for address in (settings.bind, settings.console_bind):
        while not _is_ready(address):
            if time.monotonic() > deadline or not all(service.is_alive() for service in services):
                raise ConfigurationError(f"The service at {address} did not start; the messages above say why.")
            time.sleep(0.1)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _announce(settings: Settings, access: Access) -> None:
    lookups, center = f"http://{settings.bind}", f"http://{settings.console_bind}"
    body = json.dumps({"plate": example_plate(settings)})
    click.echo(f"""
Training: everybody in it is invented. Stop it with Ctrl-C.

Roadside page (this link signs in once):
  {lookups}/enter/{access.entry}
The interfaces, described:
  {lookups}/docs
  {center}/docs
API key, also for the sign-in form:
  {access.token}
A query:
  curl -s {lookups}/v1/lookups -H 'Authorization: Bearer {access.token}' -H 'Content-Type: application/json' -d '{body}'
Data: {settings.data_dir}
""")


def _keep_fresh(services: list[SpawnProcess], settings: Settings, extract: Path) -> None:
    """Sync again each hour. Ends with an error where a service has died."""
    next_sync = time.monotonic() + REFRESH_S
    while all(service.is_alive() for service in services):
        time.sleep(1)
        if time.monotonic() >= next_sync:
            next_sync += REFRESH_S
            _refresh(extract, settings)
    raise ConfigurationError("A service has stopped; the messages above say why.")


def _refresh(extract: Path, settings: Settings) -> None:
    """Sync again what is dated now. A failure is said and tried again next time; what was published goes on."""
    try:
        date_anew(extract / MANIFEST_NAME, system_clock())
        publish(extract, settings)
    except ImmunityError as error:
        click.echo(f"The hourly sync failed: {error}", err=True)


def _stop(*_signal: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
