"""What any store remembers of versions that were published once."""

from lookup.records import encode_body
from tests.contract.engines import NOW, Engine
from tests.contract.samples import gone, vehicle


def test_every_version_stays_in_the_order_of_publishing(engine: Engine) -> None:
    samples = [vehicle(), vehicle(color="red"), vehicle(color="blue")]
    first = engine.build(samples[0])
    engine.publish(samples[1])
    engine.publish(samples[2])
    store = engine.store()
    history = store.history("vehicle:ZAB1234")
    assert [(v.deleted, v.generation, v.revision, v.published_at) for v in history] == [
        (False, first.generation, revision, NOW) for revision in (0, 1, 2)
    ]
    bodies = [store.body("vehicle:ZAB1234", version.version) for version in history]
    assert bodies == [encode_body("good", sample.content) for sample in samples]


def test_a_deletion_is_part_of_the_history(engine: Engine) -> None:
    engine.build(vehicle())
    engine.publish(gone(vehicle()))
    store = engine.store()
    versions = store.history("vehicle:ZAB1234")
    assert [version.deleted for version in versions] == [False, True]
    assert store.body("vehicle:ZAB1234", versions[1].version) is None


def test_what_a_new_generation_no_longer_has_is_a_deletion_in_the_history(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"), vehicle("ZAB2"))
    second = engine.build(vehicle("ZAB2"))
    store = engine.store()
    gone_one = store.history("vehicle:ZAB1")
    assert [version.deleted for version in gone_one] == [False, True]
    assert gone_one[1].generation == second.generation
    assert [version.deleted for version in store.history("vehicle:ZAB2")] == [False]


def test_an_unchanged_record_keeps_the_generation_in_which_it_was_first(engine: Engine) -> None:
    first = engine.build(vehicle())
    engine.build(vehicle())
    assert [version.generation for version in engine.store().history("vehicle:ZAB1234")] == [first.generation]


def test_what_was_never_published_has_no_history(engine: Engine) -> None:
    store = engine.store()
    assert store.history("vehicle:ZAB1234") == []
    assert store.body("vehicle:ZAB1234", "0" * 32) is None
    engine.build(vehicle())
    assert store.history("vehicle:ZAB9") == []
    assert store.body("vehicle:ZAB1234", "0" * 32) is None


def test_a_rolled_back_version_stays_in_the_history(engine: Engine) -> None:
    engine.build(vehicle())
    engine.build(vehicle(color="red"))
    with engine.writing() as writer:
        writer.rollback()
    assert len(engine.store().history("vehicle:ZAB1234")) == 2


def test_versions_outlive_every_generation_that_held_them(engine: Engine) -> None:
    """Generations are cleared away and revisions leave the log, but an answer must be derived again for as long as the
    audit trail names its records: nothing clears the history away."""
    engine.build(vehicle())
    engine.publish(vehicle(color="red"))
    engine.publish(gone(vehicle()))
    for number in range(4):
        engine.build(vehicle(f"ZAB{number}"))
    store = engine.store()
    history = store.history("vehicle:ZAB1234")
    assert [version.deleted for version in history] == [False, False, True]
    bodies = [store.body("vehicle:ZAB1234", version.version) for version in history]
    assert bodies == [encode_body("good", vehicle().content), encode_body("good", vehicle(color="red").content), None]


def test_a_version_that_comes_back_keeps_the_place_of_its_first_publishing(engine: Engine) -> None:
    engine.build(vehicle())
    engine.publish(vehicle(color="red"))
    engine.publish(vehicle())
    assert [version.revision for version in engine.store().history("vehicle:ZAB1234")] == [0, 1]
