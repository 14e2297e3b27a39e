"""One view of any store for the length of one question, whatever is published meanwhile. What holds where a question
cannot have one moment stands in `test_direct_reading.py`."""

import os
import threading

import pytest

from lookup.store.protocol import Registry, Store
from tests.contract.engines import Engine, Question, head_for
from tests.contract.samples import gone, member, vehicle

COLORS = ["red", "blue"]


def color(registry: Registry, plate: str) -> str | None:
    record = registry.get(f"vehicle:{plate}")
    return getattr(record.content, "color", None) if record is not None else None


def test_a_question_sees_one_revision_from_its_beginning_to_its_end(one_moment_engine: Engine) -> None:
    one_moment_engine.build(vehicle("ZAB1", color="red"), vehicle("ZAB2", color="red", vin="TRN0VIN0000000002"))
    store = one_moment_engine.store()
    with store.reading() as registry:
        assert color(registry, "ZAB1") == "red"
        one_moment_engine.publish(vehicle("ZAB1", color="blue"), gone(vehicle("ZAB2")), vehicle("ZAB3"))
        assert color(registry, "ZAB1") == "red"
        assert color(registry, "ZAB2") == "red"
        assert [record.key for record in registry.find("vin:TRN0VIN0000000002")] == ["vehicle:ZAB2"]
        assert registry.get("vehicle:ZAB3") is None
        assert (registry.head.revision, registry.head.counts) == (0, {"vehicle": 2})
    with store.reading() as registry:
        assert color(registry, "ZAB1") == "blue"
        assert (registry.head.revision, registry.head.counts) == (1, {"vehicle": 2})


def test_a_question_keeps_its_generation_while_two_others_follow(one_moment_engine: Engine) -> None:
    one_moment_engine.build(vehicle("ZAB1", color="red"))
    store = one_moment_engine.store()
    with store.reading() as registry:
        one_moment_engine.build(vehicle("ZAB2"))
        one_moment_engine.build(vehicle("ZAB3"))
        one_moment_engine.build(vehicle("ZAB4"))
        assert color(registry, "ZAB1") == "red"
        assert registry.get("vehicle:ZAB4") is None
    with store.reading() as registry:
        assert registry.get("vehicle:ZAB1") is None
        assert registry.get("vehicle:ZAB4") is not None


def test_a_question_may_be_asked_inside_another(one_moment_engine: Engine) -> None:
    one_moment_engine.build(vehicle("ZAB1", color="red"))
    store = one_moment_engine.store()
    with store.reading() as outer:
        one_moment_engine.publish(vehicle("ZAB1", color="blue"))
        with store.reading() as inner:
            assert (color(outer, "ZAB1"), color(inner, "ZAB1")) == ("red", "blue")


def test_a_question_that_failed_leaves_the_store_usable(engine: Engine) -> None:
    engine.build(vehicle("ZAB1", color="red"))
    store = engine.store()
    with pytest.raises(ZeroDivisionError), store.reading():
        raise ZeroDivisionError
    engine.publish(vehicle("ZAB1", color="blue"))
    with store.reading() as registry:
        assert color(registry, "ZAB1") == "blue"


def test_a_reader_is_not_kept_waiting_by_a_build(engine: Engine) -> None:
    engine.build(vehicle("ZAB1", color="red"))
    store = engine.store()
    reached, go_on = threading.Event(), threading.Event()

    def slow() -> object:
        yield vehicle("ZAB1", color="blue")
        reached.set()
        assert go_on.wait(30)
        yield vehicle("ZAB2")

    def build() -> None:
        with engine.writing() as writer:
            build = writer.new_generation()
            build.add(slow())  # type: ignore[arg-type]
            build.activate(head_for([vehicle("ZAB1"), vehicle("ZAB2")]), [])

    building = Question(build)
    assert reached.wait(30)
    with store.reading() as registry:
        assert color(registry, "ZAB1") == "red"
    go_on.set()
    building.answer()
    with store.reading() as registry:
        assert color(registry, "ZAB1") == "blue"


def test_threads_that_share_a_store_never_see_half_a_revision(one_moment_engine: Engine) -> None:
    plates = [f"ZAB{number}" for number in range(5)]
    one_moment_engine.build(*(vehicle(plate, color="red") for plate in plates))
    store, done = one_moment_engine.store(), threading.Event()

    def watch() -> tuple[int, int]:
        seen, last = 0, 0
        while not done.is_set():
            with store.reading() as registry:
                colors = {color(registry, plate) for plate in plates}
                assert colors == {COLORS[registry.head.revision % 2]}
                assert registry.head.revision >= last
                last, seen = registry.head.revision, seen + 1
        return seen, last

    watchers = [Question(watch) for _ in range(4)]
    with one_moment_engine.writing() as writer:
        for revision in range(1, 41):
            writer.publish([vehicle(plate, color=COLORS[revision % 2]) for plate in plates])
    done.set()
    assert all(watcher.answer()[0] > 0 for watcher in watchers)
    with store.reading() as registry:
        assert registry.head.revision == 40


def test_threads_that_share_a_store_never_fail_while_generations_change(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"), member())
    store, done = engine.store(), threading.Event()

    def watch() -> int:
        last = 0
        while not done.is_set():
            with store.reading() as registry:
                assert registry.get("vehicle:ZAB1") is not None
                assert registry.head.activation >= last
                last = registry.head.activation
        return last

    watchers = [Question(watch) for _ in range(4)]
    heads = [engine.build(vehicle("ZAB1"), member()) for _ in range(8)]
    done.set()
    assert {watcher.answer() for watcher in watchers} <= {head.activation for head in heads} | {heads[0].activation - 1}
    with store.reading() as registry:
        assert registry.head == heads[-1]


def test_what_another_process_publishes_is_seen_by_an_open_store(engine: Engine) -> None:
    engine.build(vehicle("ZAB1", color="red"))
    store = engine.store()
    with store.reading() as registry:
        assert color(registry, "ZAB1") == "red"
    in_another_process(engine, "blue")
    assert read_color(store) == "blue"


def in_another_process(engine: Engine, new_color: str) -> None:
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        status = 1
        try:
            engine.publish(vehicle("ZAB1", color=new_color))
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0


def read_color(store: Store) -> str | None:
    with store.reading() as registry:
        return color(registry, "ZAB1")
