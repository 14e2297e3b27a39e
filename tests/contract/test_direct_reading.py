"""What a question that is answered get by get can rely on while others publish: no more than is said here.

Most are asked by the writer's own view, which asks the same way and does not hurry: a build takes longer than an
officer waits.
"""

import threading

import pytest

from lookup.errors import CouldNotSearch
from lookup.records import Record
from lookup.store.protocol import Registry
from tests.contract.engines import Engine, Question
from tests.contract.samples import gone, vehicle

COLORS = ["red", "blue"]


def color(record: Record) -> str | None:
    return getattr(record.content, "color", None)


def record_of(registry: Registry, plate: str) -> Record:
    record = registry.get(f"vehicle:{plate}")
    assert record is not None
    return record


def test_a_question_keeps_its_head_and_meets_whole_records_of_a_later_revision(direct_engine: Engine) -> None:
    direct_engine.build(vehicle("ZAB1", color="red"), vehicle("ZAB2", color="red"))
    with direct_engine.writer().registry() as registry:
        assert (color(record_of(registry, "ZAB1")), record_of(registry, "ZAB1").revision) == ("red", 0)
        direct_engine.publish(vehicle("ZAB1", color="blue"), gone(vehicle("ZAB2")))
        assert (color(record_of(registry, "ZAB1")), record_of(registry, "ZAB1").revision) == ("blue", 1)
        assert record_of(registry, "ZAB2").deleted
        assert (registry.head.revision, registry.head.counts) == (0, {"vehicle": 2})


def test_a_question_stays_in_its_generation_while_another_begins_to_serve(direct_engine: Engine) -> None:
    direct_engine.build(vehicle("ZAB1", color="red"))
    with direct_engine.writer().registry() as registry:
        direct_engine.build(vehicle("ZAB2"))
        assert color(record_of(registry, "ZAB1")) == "red"
        assert registry.get("vehicle:ZAB2") is None


def test_a_question_whose_generation_was_removed_fails_and_finds_nothing_missing(direct_engine: Engine) -> None:
    direct_engine.build(vehicle("ZAB1"))
    with direct_engine.writer().registry() as registry:
        direct_engine.build(vehicle("ZAB1"))
        direct_engine.build(vehicle("ZAB1"))
        with pytest.raises(CouldNotSearch):
            registry.get("vehicle:ZAB1")
        with pytest.raises(CouldNotSearch):
            registry.scan("vehicle")


def test_a_question_inside_another_sees_what_is_published_by_then(direct_engine: Engine) -> None:
    direct_engine.build(vehicle("ZAB1", color="red"))
    with direct_engine.writer().registry() as outer:
        direct_engine.publish(vehicle("ZAB1", color="blue"))
        with direct_engine.reading() as inner:
            assert (outer.head.revision, inner.head.revision) == (0, 1)
            assert color(record_of(inner, "ZAB1")) == "blue"


def test_threads_meet_each_record_whole_and_at_most_one_revision_ahead_of_the_head(direct_engine: Engine) -> None:
    plates = [f"ZAB{number}" for number in range(5)]
    direct_engine.build(*(vehicle(plate, color="red") for plate in plates))
    store, done = direct_engine.store(), threading.Event()

    def watch() -> int:
        last = 0
        while not done.is_set():
            with store.reading() as registry:
                head = registry.head.revision
                records = registry.get_many([f"vehicle:{plate}" for plate in plates]).values()
            with store.reading() as later:
                newest = later.head.revision + 1  # committed, its head not yet written
            assert last <= head
            assert len(records) == 5
            for record in records:
                assert head <= record.revision <= newest
                assert color(record) == COLORS[record.revision % 2]
            last = head
        return last

    watchers = [Question(watch) for _ in range(2)]
    with direct_engine.writing() as writer:
        for revision in range(1, 21):
            writer.publish([vehicle(plate, color=COLORS[revision % 2]) for plate in plates])
    done.set()
    assert all(watcher.answer() <= 20 for watcher in watchers)
    with store.reading() as registry:
        assert registry.head.revision == 20
