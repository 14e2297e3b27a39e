"""What any store does with a whole generation: built beside, checked, served from one moment on, pruned later."""

from dataclasses import replace

import pytest

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.store.open import open_store
from tests.contract.engines import NOW, NOW_MS, Engine, head_for
from tests.contract.samples import gone, member, vehicle


def test_a_store_where_nothing_was_published_could_not_search(engine: Engine) -> None:
    store = engine.store()
    with pytest.raises(CouldNotSearch, match="Nothing was published"), store.reading():
        pass
    assert engine.writer().head() is None
    assert engine.writer().held() is False
    assert list(engine.writer().quarantine()) == []


def test_a_store_that_appears_later_is_read_without_a_restart(engine: Engine) -> None:
    store = engine.store()
    with pytest.raises(CouldNotSearch), store.reading():
        pass
    engine.build(vehicle())
    with store.reading() as registry:
        assert registry.get("vehicle:ZAB1234") is not None


def test_an_empty_generation_really_looked_and_has_nothing(engine: Engine) -> None:
    engine.build()
    with engine.reading() as registry:
        assert registry.get("vehicle:ZAB1234") is None
        assert registry.scan("vehicle") == []


def test_a_build_is_invisible_until_it_is_activated(engine: Engine) -> None:
    before = engine.build(vehicle("ZAB1"))
    store = engine.store()
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add([vehicle("ZAB2")])
        with store.reading() as registry:
            assert registry.head == before
            assert registry.get("vehicle:ZAB2") is None
        after = build.activate(head_for([vehicle("ZAB2")]), [])
        with store.reading() as registry:
            assert registry.head == after
            assert registry.get("vehicle:ZAB1") is None
            assert registry.get("vehicle:ZAB2") is not None
    assert after.generation != before.generation


def test_the_store_says_generation_activation_and_revision(engine: Engine) -> None:
    drafts = [vehicle()]
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add(drafts)
        said = replace(head_for(drafts, position={"at": 1}), generation="mine", activation=5, revision=9)
        head = build.activate(said, [])
    assert (head.activation, head.revision) == (NOW_MS, 0)
    assert head.generation not in ("", "mine")
    assert replace(head, generation="mine", activation=5, revision=9) == said
    assert head.as_of == NOW


def test_each_activation_is_higher_than_the_last_even_where_the_clock_stands_still(engine: Engine) -> None:
    assert [engine.build(vehicle()).activation for _ in range(3)] == [NOW_MS, NOW_MS + 1, NOW_MS + 2]


def test_records_may_be_added_in_any_order_and_number(engine: Engine) -> None:
    drafts = [vehicle(f"ZAB{number * 7 % 2500}", vin=f"TRN0VIN{number:010}") for number in range(2500)]
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add(iter(drafts[:1700]))
        build.add([])
        build.add(drafts[1700:])
        build.activate(head_for(drafts), [])
    with engine.reading() as registry:
        assert registry.get_many([draft.key for draft in drafts]).keys() == {draft.key for draft in drafts}
        assert [record.key for record in registry.find("vin:TRN0VIN0000000003")] == ["vehicle:ZAB21"]


@pytest.mark.parametrize("said", [{"vehicle": 3}, {"vehicle": 1}, {"vehicle": 2, "member": 1}, {}])
def test_a_build_that_does_not_hold_what_was_read_never_serves(engine: Engine, said: dict[str, int]) -> None:
    before = engine.build(vehicle("ZAB1"))
    drafts = [vehicle("ZAB2"), vehicle("ZAB3"), gone(member())]
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add(drafts)
        with pytest.raises(StoreDamaged):
            build.activate(replace(head_for(drafts), counts=said), [])  # type: ignore[arg-type]
        assert writer.head() == before
    assert engine.store().history("vehicle:ZAB2") == []


def test_a_key_that_was_added_twice_never_serves(engine: Engine) -> None:
    before = engine.build(vehicle("ZAB1"))
    drafts = [vehicle("ZAB2"), vehicle("ZAB2", color="red")]
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add(drafts)
        with pytest.raises(ValueError, match="twice"):
            build.activate(head_for(drafts), [])
        assert writer.head() == before


def test_a_build_for_another_environment_never_serves(engine: Engine) -> None:
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add([vehicle()])
        with pytest.raises(ConfigurationError, match="live"):
            build.activate(head_for([vehicle()], "live"), [])
        assert writer.head() is None


def test_a_build_that_serves_cannot_be_discarded(engine: Engine) -> None:
    with engine.writing() as writer:
        first = writer.new_generation()
        first.add([vehicle("ZAB1")])
        first.activate(head_for([vehicle("ZAB1")]), [])
        first.discard()
        second = writer.new_generation()
        second.add([vehicle("ZAB2")])
        second.activate(head_for([vehicle("ZAB2")]), [])
        first.discard()
        second.discard()
        with writer.registry() as registry:
            assert registry.get("vehicle:ZAB2") is not None
        writer.rollback()
        with writer.registry() as registry:
            assert registry.get("vehicle:ZAB1") is not None


def test_a_discarded_build_changes_nothing(engine: Engine) -> None:
    before = engine.build(vehicle("ZAB1"))
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add([vehicle("ZAB2")])
        build.discard()
        assert writer.head() == before


@pytest.mark.parametrize("url", ["postgresql://host/db", "sqlite://", "sqlite:///", "store", ""])
def test_a_url_that_means_nothing_is_refused_with_what_is_supported(url: str) -> None:

    with pytest.raises(ConfigurationError, match="sqlite:///PATH"):
        open_store(url, "training")


def test_a_store_is_refused_under_another_environment(engine: Engine) -> None:
    engine.build(vehicle())
    engine.environment = "live"
    with pytest.raises(ConfigurationError, match="environment training, but this process runs as live"):
        engine.store()
    with pytest.raises(ConfigurationError, match="environment training, but this process runs as live"):
        engine.writer()


def test_a_store_of_another_environment_that_appears_later_is_not_read(engine: Engine) -> None:
    engine.environment = "live"
    store = engine.store()
    engine.environment = "training"
    engine.build(vehicle())
    with pytest.raises(CouldNotSearch, match="environment training"), store.reading():
        pass
