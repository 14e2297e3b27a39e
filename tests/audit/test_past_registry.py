"""The registry that is made of record versions answers as a store with the same records does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lookup.audit.explaining.past_registry import PastRegistry
from lookup.records import KINDS, Vehicle
from lookup.store.protocol import Registry
from tests.audit.invented_registry import changed, invented_drafts
from tests.contract.engines import sqlite_engine


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PastRegistry, Registry]]:
    """The same records in both, tombstones among them."""
    home: Path = tmp_path_factory.mktemp("both")
    drafts = invented_drafts(home, members=60)
    engine = sqlite_engine(home / "engine")
    engine.build(*drafts)
    engine.publish(*changed(drafts)[:500])
    store = engine.store()
    with store.reading() as registry:
        records = registry.get_many([draft.key for draft in drafts])
        assert any(record.deleted for record in records.values())
        yield PastRegistry(registry.head, records.values()), registry
    engine.close()


@pytest.fixture
def past(both: tuple[PastRegistry, Registry]) -> PastRegistry:
    return both[0]


@pytest.fixture
def stored(both: tuple[PastRegistry, Registry]) -> Registry:
    return both[1]


def test_records_are_given_by_key_tombstones_too(past: PastRegistry, stored: Registry) -> None:
    keys = [record.key for kind in KINDS for record in stored.scan(kind)] + ["vehicle:NOTHING"]
    assert past.get_many(keys) == stored.get_many(keys)
    assert [past.get(key) for key in keys] == [stored.get(key) for key in keys]
    assert past.head == stored.head


def test_what_is_scanned_and_paged_is_the_same(past: PastRegistry, stored: Registry) -> None:
    for kind in KINDS:
        everything = stored.scan(kind)
        assert past.scan(kind) == everything
        for record in everything[:5]:
            assert past.scan(kind, record.key, 3) == stored.scan(kind, record.key, 3)


def test_every_term_and_word_finds_the_same(past: PastRegistry, stored: Registry) -> None:
    terms = {term for found in past._terms.values() for term in found.exact}
    words = sorted({word for found in past._terms.values() for word in found.words})
    for term in terms:
        assert past.find(term) == stored.find(term)
        assert past.find(term, "vehicle", limit=2) == stored.find(term, "vehicle", limit=2)
    for word, other, third in zip(words, words[1:], words[2:], strict=False):
        assert past.find_words([word, other, third], 4) == stored.find_words([word, other, third], 4)
        assert past.find_word_prefix(word[:4], 5) == stored.find_word_prefix(word[:4], 5)


def test_partial_plates_find_the_same(past: PastRegistry, stored: Registry) -> None:
    for record in stored.scan("vehicle", limit=20):
        assert isinstance(record.content, Vehicle | None)
        plate = record.natural_key
        for pattern in (plate, plate[:3] + "*", "*" + plate[-3:], "?" + plate[1:], plate[:-2] + "??"):
            assert past.find_plates(pattern, 7) == stored.find_plates(pattern, 7)
