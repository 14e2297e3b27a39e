"""How any store goes back to the generation before, and holds the indexer."""

from dataclasses import replace

import pytest

from lookup.errors import IndexerHeld, NotFound
from tests.contract.engines import NOW_MS, Engine
from tests.contract.samples import member, vehicle


def test_a_rollback_brings_the_previous_generation_back_as_it_stood(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"))
    before = engine.publish(vehicle("ZAB1", color="red"))
    engine.build(vehicle("ZAB2"))
    store = engine.store()
    with store.reading() as registry:
        assert registry.get("vehicle:ZAB1") is None
    with engine.writing() as writer:
        head = writer.rollback()
    assert head == replace(before, activation=NOW_MS + 2)
    with store.reading() as registry:
        assert registry.head == head
        record = registry.get("vehicle:ZAB1")
        assert record is not None
        assert record.content == vehicle("ZAB1", color="red").content


def test_a_rollback_holds_the_indexer_until_it_is_resumed(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"))
    engine.build(vehicle("ZAB2"))
    with engine.writing() as writer:
        head = writer.rollback()
        assert writer.held() is True
        with pytest.raises(IndexerHeld):
            writer.publish([vehicle("ZAB3")])
        with pytest.raises(IndexerHeld):
            writer.seal(head, [])
        assert engine.writer().held() is True
        writer.resume()
        assert writer.held() is False
        assert writer.publish([vehicle("ZAB3")]).counts == {"vehicle": 2}


def test_a_new_generation_ends_the_hold(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"))
    engine.build(vehicle("ZAB2"))
    with engine.writing() as writer:
        writer.rollback()
    engine.build(vehicle("ZAB4"))
    assert engine.writer().held() is False


def test_without_a_previous_generation_a_rollback_says_so(engine: Engine) -> None:
    before = engine.build(vehicle())
    with engine.writing() as writer:
        with pytest.raises(NotFound, match="no previous generation"):
            writer.rollback()
        assert writer.head() == before


def test_a_second_rollback_does_not_bring_back_what_was_taken_back(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"))
    engine.build(vehicle("ZAB2"))
    with engine.writing() as writer:
        writer.rollback()
        with pytest.raises(NotFound):
            writer.rollback()
        with writer.registry() as registry:
            assert registry.get("vehicle:ZAB1") is not None


def test_revisions_count_on_after_a_rollback(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"))
    engine.publish(vehicle("ZAB1", color="red"))
    engine.build(vehicle("ZAB2"))
    store = engine.store()
    with engine.writing() as writer:
        writer.rollback()
        writer.resume()
        assert writer.publish([member()]).revision == 2
    with store.reading() as registry:
        assert registry.head.revision == 2
