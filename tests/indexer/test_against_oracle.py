"""The awkward extract and the one after it, against the oracle's own reading of the contract."""

from pathlib import Path

import pytest

from indexer.sources.csv_directory import CsvDirectory
from indexer.sync import sync
from indexer.tables import TABLE_OF_KIND
from lookup.records import KINDS, Kind
from tests.indexer.extracts import SmallRegistry
from tests.oracle.awkward import write_awkward, write_awkward_later
from tests.oracle.registry import read_extract, refusals_of, registry_after

Refusal = tuple[object, ...]


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The awkward extract, the later one, and the first one again."""
    directory = tmp_path_factory.mktemp("extracts")
    write_awkward(directory / "first")
    write_awkward_later(directory / "later")
    return [directory / "first", directory / "later", directory / "first"]


@pytest.fixture(scope="module", params=[1, 2, 3], ids=["first", "later", "first again"])
def synced(
    request: pytest.FixtureRequest, extracts: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[SmallRegistry, list[Path]]:
    registry = SmallRegistry(tmp_path_factory.mktemp("store"))
    seen = extracts[: request.param]
    for source in seen:
        sync(CsvDirectory(source), registry.writer(), registry.around())
    return registry, seen


def test_the_same_rows_are_refused_for_the_same_reasons(synced: tuple[SmallRegistry, list[Path]]) -> None:
    registry, seen = synced
    ours: list[Refusal] = [
        (row["file"], row["line"], row["column"], row["key"], row["reason"]) for row in registry.quarantine()
    ]
    theirs: list[Refusal] = [tuple(refusal) for refusal in refusals_of(read_extract(seen[-1]))]
    assert sorted(ours, key=str) == sorted(theirs, key=str)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_records_are_good_kept_and_held(synced: tuple[SmallRegistry, list[Path]], kind: Kind) -> None:
    registry, seen = synced
    oracle, table = registry_after(*seen), TABLE_OF_KIND[kind].name
    wanted = {key: "newer_row_refused" if r.newer_refused else "good" for key, r in oracle.good[table].items()}
    wanted |= dict.fromkeys(oracle.held[table], "held")
    with registry.writer().registry() as view:
        found = {record.key.partition(":")[2]: record.standing for record in view.scan(kind, limit=5000)}
    assert found == wanted
