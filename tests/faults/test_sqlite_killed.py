"""A writer that is killed at any step leaves what was committed, whole; the next one goes on and tidies up."""

from pathlib import Path

import pytest

from lookup.store.sqlite import revision
from lookup.store.sqlite.build import SqliteBuild
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.history import History
from lookup.store.sqlite.loading import LoadingFile
from tests.contract.engines import Engine, sqlite_engine
from tests.contract.samples import member, vehicle
from tests.faults.killing import Step, killed_while


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return sqlite_engine(tmp_path)


def colors(engine: Engine) -> list[str | None]:
    with engine.reading() as registry:
        return [getattr(record.content, "color", None) for record in registry.scan("vehicle")]


def files(engine: Engine) -> set[str]:
    generations = StoreDirectory(Path(engine.url.removeprefix("sqlite:///"))).generations
    return {file.name.split(".")[0] for file in generations.iterdir()}


REVISION_STEPS = {
    "before the history": ((History, "keep"), False),
    "after the history": ((History, "keep"), True),
    "between two records": ((revision.WritableGeneration, "_put"), True),
    "before the commit": ((revision, "write_head"), True),
}


@pytest.mark.parametrize(("step", "after"), REVISION_STEPS.values(), ids=REVISION_STEPS.keys())
def test_a_revision_that_was_not_committed_never_happened(engine: Engine, step: Step, after: bool) -> None:
    engine.build(vehicle("ZAB1", color="red"), vehicle("ZAB2", color="red"))
    reader = engine.store()
    change = [vehicle("ZAB1", color="blue"), vehicle("ZAB2", color="blue")]
    killed_while(lambda: engine.publish(*change), step, after)
    assert colors(engine) == ["red", "red"]
    assert reader.verify().revision == 0
    assert engine.publish(*change).revision == 1
    assert colors(engine) == ["blue", "blue"]
    assert [version.revision for version in reader.history("vehicle:ZAB1")] == [0, 1]
    assert reader.verify().revision == 1


def test_a_revision_that_was_committed_stays_though_its_writer_is_killed(engine: Engine) -> None:
    engine.build(vehicle("ZAB1", color="red"))
    reader = engine.store()
    step = (revision.WritableGeneration, "publish")
    killed_while(lambda: engine.publish(vehicle("ZAB1", color="blue")), step, after=True)
    assert colors(engine) == ["blue"]
    assert reader.verify().revision == 1
    assert engine.publish(vehicle("ZAB1", color="blue")).revision == 1


BUILD_STEPS = {
    "while records are added": ((LoadingFile, "_write"), True),
    "before it is sorted": ((LoadingFile, "finish"), False),
    "before it is checked": ((SqliteBuild, "_check"), False),
    "before the history": ((History, "keep_generation"), False),
    "after the history": ((History, "keep_generation"), True),
    "before the pointer": ((Path, "replace"), False),
}


@pytest.mark.parametrize(("step", "after"), BUILD_STEPS.values(), ids=BUILD_STEPS.keys())
def test_a_build_that_never_served_leaves_no_trace(engine: Engine, step: Step, after: bool) -> None:
    before = engine.build(vehicle("ZAB1", color="red"))
    reader = engine.store()
    killed_while(lambda: engine.build(vehicle("ZAB1", color="blue"), member()), step, after)
    assert colors(engine) == ["red"]
    assert len(files(engine)) == 2
    with engine.writing() as writer:
        assert files(engine) == {before.generation}
        assert writer.head() == before
    assert reader.verify() == before


def test_a_swap_that_was_made_stays_though_its_writer_is_killed(engine: Engine) -> None:
    first = engine.build(vehicle("ZAB1", color="red"))
    second = engine.build(vehicle("ZAB1", color="green"))
    reader = engine.store()
    killed_while(lambda: engine.build(vehicle("ZAB1", color="blue")), (Path, "replace"), after=True)
    assert colors(engine) == ["blue"]
    assert len(files(engine)) == 3
    with engine.writing() as writer:
        assert first.generation not in files(engine)
        assert second.generation in files(engine)
        assert writer.rollback().generation == second.generation
    assert reader.verify().generation == second.generation
    assert colors(engine) == ["green"]


def test_at_most_the_serving_and_the_previous_generation_stay(engine: Engine) -> None:
    heads = [engine.build(vehicle("ZAB1")) for _ in range(4)]
    assert files(engine) == {heads[-1].generation, heads[-2].generation}


def test_a_discarded_or_forgotten_build_leaves_no_file(engine: Engine) -> None:
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add([vehicle("ZAB1")])
        build.discard()
        assert files(engine) == set()
        writer.new_generation().add([vehicle("ZAB1")])
        assert len(files(engine)) == 1
    assert files(engine) == set()
