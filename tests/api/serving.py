"""What the tests of the services share: a small invented registry, a clock that can be moved, applications and keys."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
from flask import Flask

from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.fictitious import generate
from indexer.surroundings import Surroundings
from indexer.sync import sync
from lookup.clock import day_in_washington
from lookup.records import IdentityCard, Record, Vehicle
from lookup.settings import Settings, resolve_settings
from lookup.store.open import open_store, open_writer
from mobile_api import api, console
from mobile_api.access.caller import CallerKind, Scope
from mobile_api.access.keys import KeyRequest
from mobile_api.runtime import EXTENSION, Runtime

EXTRACTED_AT = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
MEMBERS = 200


@dataclass
class MovableClock:
    """A clock that stands still until a test moves it."""

    now: datetime = EXTRACTED_AT + timedelta(minutes=5)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose store holds the invented registry; made once."""
    data_dir = tmp_path_factory.mktemp("registry")
    settings = resolve_settings({"data_dir": str(data_dir)}, environ={})
    extract = data_dir / "extract"
    day = day_in_washington(EXTRACTED_AT)
    generate(extract, members=MEMBERS, seed=1, on=day, extracted_at=EXTRACTED_AT)
    writer = open_writer(settings.store, settings.environment, settings.handle_key(), MovableClock())
    sync(CsvDirectory(extract), writer, Surroundings(settings.environment, data_dir, MovableClock()))
    return settings


@pytest.fixture(scope="session")
def settings(synced: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The registry's store, with a data directory (keys, secrets) of the services under test."""
    return replace(synced, data_dir=tmp_path_factory.mktemp("services"))


@pytest.fixture(scope="session")
def stopped_clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def clock(stopped_clock: MovableClock) -> MovableClock:
    """The clock of the services, at its beginning again."""
    stopped_clock.now = MovableClock().now
    return stopped_clock


@pytest.fixture(scope="session")
def lookup_service(settings: Settings, stopped_clock: MovableClock) -> Iterator[Flask]:
    app = api.create_app(settings, clock=stopped_clock)
    yield app
    runtime_of(app).close()


@pytest.fixture(scope="session")
def console_service(settings: Settings, stopped_clock: MovableClock) -> Iterator[Flask]:
    app = console.create_app(settings, clock=stopped_clock)
    yield app
    runtime_of(app).close()


@pytest.fixture
def app(lookup_service: Flask, clock: MovableClock) -> Flask:
    """The lookup service. Made once, because describing it takes a while; it keeps nothing but its keys."""
    return lookup_service


@pytest.fixture
def center(console_service: Flask, clock: MovableClock) -> Flask:
    """The console service."""
    return console_service


MakeKey = Callable[..., dict[str, str]]
_NUMBERS = itertools.count()


@pytest.fixture
def make_key(app: Flask) -> MakeKey:
    """Makes a key and gives the header that carries it."""

    def make(*scopes: Scope, kind: CallerKind = "system", **details: Any) -> dict[str, str]:
        request = KeyRequest(f"key {next(_NUMBERS)}", frozenset(scopes), kind, **details)
        _, token = runtime_of(app).keys.create(request)
        return {"Authorization": f"Bearer {token}"}

    return make


class Asks(Protocol):
    """Asks the console, and gives the JSON of the answer, which must have this status and be kept by nobody."""

    def __call__(self, path: str, body: Any = None, *, status: int = 200) -> dict[str, Any]:
        """Ask with GET, or with POST where there is a body."""


@pytest.fixture
def ask_console(center: Flask, make_key: MakeKey) -> Asks:
    """Asks with a key of the operations center."""
    headers = make_key("console")

    def ask(path: str, body: Any = None, *, status: int = 200) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        response = center.test_client().open(path, method=method, json=body, headers=headers)
        assert response.status_code == status, response.json
        assert response.headers["Cache-Control"] == "no-store"
        document: dict[str, Any] = response.json or {}
        return document

    return ask


@pytest.fixture(scope="session")
def vehicles(synced: Settings) -> list[Record]:
    """All vehicles of the registry that have a registrant and are in order."""
    return [
        record
        for record in _records(synced, "vehicle")
        if isinstance(record.content, Vehicle)
        and record.content.member_id
        and record.content.registration_status == "active"
    ]


@pytest.fixture(scope="session")
def plate(vehicles: list[Record]) -> str:
    """A plate on record, with a registrant."""
    return vehicles[0].key.removeprefix("vehicle:")


@pytest.fixture(scope="session")
def card(synced: Settings) -> str:
    """A card on record."""
    cards = [record.content for record in _records(synced, "identity_card")]
    return next(card.card_number for card in cards if isinstance(card, IdentityCard) and card.status == "active")


def runtime_of(app: Flask) -> Runtime:
    found: Runtime = app.extensions[EXTENSION]
    return found


def _records(settings: Settings, kind: Any) -> list[Record]:
    store = open_store(settings.store, settings.environment)
    with store.reading() as registry:
        found = registry.scan(kind)
    store.close()
    return found


def searching_trail(center: Flask, headers: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """Give what searches the audit trail through the console, and expects a status."""

    def post(status: int = 200, **body: Any) -> dict[str, Any]:
        response = center.test_client().post("/v1/audit/search", json=body, headers=headers)
        assert response.status_code == status, response.json
        assert response.headers["Cache-Control"] == "no-store"
        document: dict[str, Any] = response.json or {}
        return document

    return post


def viewing_trail(center: Flask, headers: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """Give what asks the console for everything about one lookup, and expects a status."""

    def get(name: str, status: int = 200) -> dict[str, Any]:
        response = center.test_client().get(f"/v1/audit/{name}", headers=headers)
        assert response.status_code == status, response.json
        document: dict[str, Any] = response.json or {}
        return document

    return get
