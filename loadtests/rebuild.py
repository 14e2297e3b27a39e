"""One command that says what a full rebuild into Elasticsearch costs: `python -m loadtests.rebuild`.

Times, in interleaved rounds on one cluster: `helpers.parallel_bulk` of the documents of a registry as its library gives
it; the same records from assembled to the moved alias; and a whole `sync --rebuild` from CSV. Prints the ratios to the
first. Starts an Elasticsearch of its own, with the memory that a registry of this size should have.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk

from indexer.progress import Silence
from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.fictitious import generate
from indexer.surroundings import Surroundings
from indexer.sync import SyncOptions, sync
from lookup.clock import day_in_washington, system_clock
from lookup.records import KINDS
from lookup.settings import Settings, resolve_settings
from lookup.store.cluster import Access, read_cluster
from lookup.store.elastic.client import building_client
from lookup.store.elastic.documents import MAPPING, index_body, record_document
from lookup.store.open import writer_of
from lookup.store.protocol import Draft, Head
from lookup.store.rows import row_of
from tests.servers.elasticsearch import running_elasticsearch

ASSEMBLED_TARGET, CSV_TARGET = 1.5, 2.5
"""How many times as long as `parallel_bulk` a rebuild may take, from assembled records and from CSV."""
HEAP_MB = 2048
"""With 1 GB the four threads of `parallel_bulk` are refused (HTTP 429) on a registry of full size."""
HANDLE_KEY = b"a key of measurements, 32 bytes."


@click.command()
@click.option("--members", default=124_000, show_default=True, help="Size of the registry that is made.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--check", is_flag=True, help="Exit 1 where a median is above its target.")
def rebuild(members: int, rounds: int, *, check: bool) -> None:
    """Compare full rebuilds with `helpers.parallel_bulk`."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        running_elasticsearch(heap_mb=HEAP_MB, quick=False) as cluster,
    ):
        store = cluster.store_url("immunity-rebuild")
        settings = resolve_settings({"data_dir": scratch, "store": store, "environment": "training"})
        extract = Path(scratch) / "extract"
        generate(extract, members=members, seed=1, on=day_in_washington(system_clock()))
        _sync(extract, settings)
        drafts, head = _published(settings)
        gc.freeze()  # hundreds of thousands of records that stay would be searched through again and again
        click.echo(f"{members:,} members, {len(drafts):,} records")
        measured = [_round(number, drafts, head, extract, settings) for number in range(1, rounds + 1)]
    assembled = statistics.median(row[1] / row[0] for row in measured)
    from_csv = statistics.median(row[2] / row[0] for row in measured)
    click.echo(f"from assembled records to the moved alias: median {assembled:.2f} times (target {ASSEMBLED_TARGET})")
    click.echo(f"from CSV: median {from_csv:.2f} times (target {CSV_TARGET})")
    if check and (assembled > ASSEMBLED_TARGET or from_csv > CSV_TARGET):
        raise SystemExit(1)


def _round(
    number: int, drafts: list[Draft], head: Head, extract: Path, settings: Settings
) -> tuple[float, float, float]:
    bulk = _parallel_bulk(drafts, settings)
    assembled = _assembled(drafts, head, settings)
    from_csv = _sync(extract, settings)
    click.echo(
        f"round {number}: parallel_bulk {bulk:.1f} s, from assembled {assembled:.1f} s, from CSV {from_csv:.1f} s"
    )
    return bulk, assembled, from_csv


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


class _ToTheAlias(Silence):
    """Knows when the last step before the end of the work was over: the alias has moved then."""

    moved_at = 0.0

    def end(self) -> None:
        self.moved_at = time.monotonic()


def _sync(extract: Path, settings: Settings) -> float:
    """Sync all of it into a new generation, and give the seconds to the moment when the alias has moved."""
    progress = _ToTheAlias()
    around = Surroundings(settings.environment, settings.data_dir, progress=progress)
    began = time.monotonic()
    sync(CsvDirectory(extract), writer_of(settings), around, SyncOptions(rebuild=True, accept_loss=True))
    return progress.moved_at - began


def _published(settings: Settings) -> tuple[list[Draft], Head]:
    """Give every record of the store as the indexer hands it over, assembled, and the head."""
    writer = writer_of(settings)
    drafts: list[Draft] = []
    with writer.registry() as registry:
        for kind in KINDS:
            after = ""
            while records := registry.scan(kind, after):
                drafts += [Draft(r.key, r.kind, r.standing, r.content) for r in records]
                after = records[-1].key
        head = registry.head
    writer.close()
    return drafts, head


def _assembled(drafts: list[Draft], head: Head, settings: Settings) -> float:
    """Time a build to the moment when the alias has moved. What follows (the history, pruning) serves nobody's
    question and is left out."""
    writer = writer_of(settings)
    with writer.lease("a measurement"):
        began = time.monotonic()
        build = writer.new_generation()
        build.add(drafts)
        build.activate(head, [])
        seconds = time.monotonic() - began
    writer.close()
    return seconds


def _parallel_bulk(drafts: list[Draft], settings: Settings) -> float:
    """Time the library's own way with its own defaults, into an index of the same mapping, refreshed at the end."""
    cluster = read_cluster(settings.store, Access())
    client = building_client(cluster)
    index = f"{cluster.prefix}-baseline"
    documents = [record_document(row_of(draft, 0, HANDLE_KEY), draft.content) for draft in drafts]
    quick = {"refresh_interval": "-1", "number_of_replicas": 0}
    client.indices.create(index=index, body=index_body(MAPPING, {}, quick))
    try:
        return _timed(lambda: _load(client, index, documents))
    finally:
        client.indices.delete(index=index)
        client.close()


def _load(client: Elasticsearch, index: str, documents: list[dict[str, object]]) -> None:
    actions: Iterator[dict[str, object]] = (
        {"_index": index, "_id": document["key"], "_source": document} for document in documents
    )
    for _ in parallel_bulk(client, actions):
        pass
    client.indices.refresh(index=index)


if __name__ == "__main__":
    rebuild()
