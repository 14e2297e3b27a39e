"""An invented registry as drafts, with some records held and some whose newer row was refused; and how it goes on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.fictitious import generate
from indexer.surroundings import Surroundings
from indexer.sync import sync
from lookup.clock import day_in_washington
from lookup.records import KINDS, Member, Vehicle
from lookup.store.open import open_store, open_writer
from lookup.store.protocol import Draft

EXTRACTED_AT = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def invented_drafts(home: Path, members: int) -> list[Draft]:
    """Give every record of an invented registry of so many members."""
    extract, url = home / "extract", f"sqlite:///{home / 'store'}"
    generate(extract, members=members, seed=5, on=day_in_washington(EXTRACTED_AT), extracted_at=EXTRACTED_AT)
    clock = lambda: EXTRACTED_AT + timedelta(minutes=5)  # noqa: E731
    writer = open_writer(url, "training", b"k" * 32, clock)
    sync(CsvDirectory(extract), writer, Surroundings("training", home, clock))
    store = open_store(url, "training")
    with store.reading() as registry:
        records = [record for kind in KINDS for record in registry.scan(kind, limit=10_000)]
    store.close()
    return [_awkward(number, Draft(r.key, r.kind, r.standing, r.content)) for number, r in enumerate(records)]


def _awkward(number: int, draft: Draft) -> Draft:
    """Hold one record in forty, and let the newer row of another be refused."""
    if number % 40 == 7:
        return Draft(draft.key, draft.kind, "held", None)
    return Draft(draft.key, draft.kind, "newer_row_refused", draft.content) if number % 40 == 9 else draft


def changed(drafts: Sequence[Draft]) -> list[Draft]:
    """Give what a revision does to every third record: vehicles get another color, members another name, and of the
    rest every second is deleted."""
    return [_changed(number, draft) for number, draft in enumerate(drafts[::3])]


def _changed(number: int, draft: Draft) -> Draft:
    content = draft.content
    if isinstance(content, Vehicle):
        content = replace(content, color="violet", registration_status="revoked" if number % 2 else "active")
    elif isinstance(content, Member):
        content = replace(content, family_name="Otherwise", us_status="permanent_resident")
    elif number % 2:
        return Draft(draft.key, draft.kind, "good", None, deleted=True)
    return Draft(draft.key, draft.kind, "good", content) if content is not None else draft
