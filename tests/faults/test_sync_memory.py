"""Memory of a sync does not grow with the registry: rows and records stream through, the staging file is on disk."""

import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from indexer.examine import check
from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.fictitious import generate
from indexer.staging import CHUNK
from indexer.surroundings import Surroundings

MEMBERS = 9 * CHUNK // 2
"""Enough for a whole chunk of every large table, vehicles too (24 for 100 members), so that what is in memory at once
has reached its size."""


def peak_of_a_pass(directory: Path, members: int) -> int:
    """Give the most bytes that Python held during a pass over so many members."""
    generate(directory, members=members, seed=1, on=date(2026, 6, 1))
    extract = CsvDirectory(directory)
    tracemalloc.start()
    try:
        report = check(extract, Surroundings("training", directory / "data"))
        assert report.tables["members"].rows == members
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("unmeasured")
def test_twice_the_registry_takes_no_more_memory(tmp_path: Path) -> None:
    peak_of_a_pass(tmp_path / "warm", 150)
    small = peak_of_a_pass(tmp_path / "small", MEMBERS)
    large = peak_of_a_pass(tmp_path / "large", 2 * MEMBERS)
    assert large < 1.1 * small
