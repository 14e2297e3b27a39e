"""The record of one lookup, found in the trail by its id or its reference number."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from lookup.audit.entry import Entry, Scene, entry
from lookup.audit.explaining.recorded_lookup import recorded_lookup
from lookup.audit.reading.all_nodes import AllNodes
from lookup.audit.trail import Trail
from lookup.clock import system_clock
from lookup.errors import InvalidRequest, NotFound
from lookup.lookup_ids import new_lookup_id, reference_number

NOW = datetime.now(UTC)
"""Real: a segment is looked into by when its file was written last."""


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "segments", tmp_path / "spool"


@pytest.fixture
def nodes(places: tuple[Path, Path]) -> AllNodes:
    """A node that has no others beside it."""
    return AllNodes(places, "node", system_clock)


@pytest.fixture
def trail(places: tuple[Path, Path]) -> Iterator[Trail]:
    trail = Trail(places, "lookup/1@node")
    yield trail
    trail.close()


def asked(lookup_id: UUID) -> Entry:
    made = entry("query.plate", "match", Scene(NOW, "lookup/1@node"), entry_id=lookup_id)
    return {**made, "lookup_id": str(lookup_id)}


def test_a_lookup_is_found_by_both_its_names(trail: Trail, nodes: AllNodes) -> None:
    ids = [new_lookup_id(NOW) for _ in range(20)]
    trail.record(*map(asked, ids))
    for one in ids:
        for name in (str(one), reference_number(one)):
            assert recorded_lookup(nodes, name)["id"] == str(one)


def test_a_lookup_is_found_in_the_spool_too(tmp_path: Path, nodes: AllNodes) -> None:
    spool = Trail((tmp_path / "spool",), "lookup/1@node")
    lookup_id = new_lookup_id(NOW)
    spool.record(asked(lookup_id))
    spool.close()
    assert recorded_lookup(nodes, str(lookup_id))["id"] == str(lookup_id)


def test_what_was_done_with_a_lookup_is_not_the_lookup(trail: Trail, nodes: AllNodes) -> None:
    lookup_id = new_lookup_id(NOW)
    scene = Scene(NOW, "console/1@node")
    trail.record(entry("view.lookup", "done", scene, lookup_id=str(lookup_id)))
    trail.record(entry("query.unreadable", "error", scene, entry_id=lookup_id))
    with pytest.raises(NotFound):
        recorded_lookup(nodes, str(lookup_id))


def test_a_lookup_before_the_time_asked_for_is_not_found(trail: Trail, nodes: AllNodes) -> None:
    lookup_id = new_lookup_id(NOW - timedelta(hours=25))
    trail.record(asked(lookup_id))
    for name in (str(lookup_id), reference_number(lookup_id)):
        assert recorded_lookup(nodes, name, NOW - timedelta(hours=26))["id"] == str(lookup_id)
        with pytest.raises(NotFound):
            recorded_lookup(nodes, name, NOW - timedelta(hours=24))


def test_a_reference_number_of_two_lookups_names_both_and_guesses_neither(trail: Trail, nodes: AllNodes) -> None:
    first = new_lookup_id(NOW)
    second = UUID(int=first.int ^ 1 << 45)
    trail.record(asked(first), asked(second))
    with pytest.raises(InvalidRequest) as refused:
        recorded_lookup(nodes, reference_number(first))
    assert {str(first), str(second)} <= set(refused.value.faults[0].detail.replace(",", "").rstrip(".").split())
    assert recorded_lookup(nodes, str(second))["id"] == str(second)


@pytest.mark.parametrize("name", ["", "7K4M", "DEA1234", "7K4M-2QXP", "ffffffff-ffff-7fff-8fff-ffffffffffff"])
def test_a_name_that_nothing_has_is_not_found_and_says_nothing_about_the_registry(
    trail: Trail, nodes: AllNodes, name: str
) -> None:
    trail.record(asked(new_lookup_id(NOW)))
    with pytest.raises(NotFound, match="This says nothing about the registry"):
        recorded_lookup(nodes, name)


def test_an_empty_trail_holds_nothing(nodes: AllNodes) -> None:
    with pytest.raises(NotFound):
        recorded_lookup(nodes, str(new_lookup_id(NOW)))
