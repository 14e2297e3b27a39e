"""What a build in Elasticsearch must prove before it serves, and what is cleared away behind it."""

from datetime import timedelta

import pytest

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.store.elastic.documents import change_id
from lookup.store.elastic.names import writing_alias
from tests.contract.engines import NOW, head_for
from tests.contract.samples import one_of_each_kind, vehicle
from tests.elastic.gate import Gate
from tests.elastic.ledger import Ledger


def test_a_build_that_lost_a_record_never_serves(ledger: Ledger) -> None:
    ledger.built("s")
    before = ledger.serving
    writer = ledger.writer()
    with writer.lease("somebody"):
        build = writer.new_generation()
        drafts = one_of_each_kind()
        build.add(drafts)
        build._await(0)
        ledger.client.delete(index=writing_alias(build._index), id=drafts[0].key)
        with pytest.raises(StoreDamaged, match="every record that was added"):
            build.activate(head_for(drafts), [])
        assert ledger.generations() == {before}
    assert ledger.serving == before


def test_an_index_that_somebody_made_in_the_place_of_the_build_never_serves(ledger: Ledger) -> None:
    writer = ledger.writer()
    with writer.lease("somebody"):
        build = writer.new_generation()
        ledger.client.indices.delete(index=build._index)
        build.add([vehicle()])
        with pytest.raises(CouldNotSearch):
            build.activate(head_for([vehicle()]), [])
        assert not ledger.client.indices.exists(index=build._index), "a late write has made an index"
        ledger.client.indices.create(index=build._index, mappings={"dynamic": True})
        with pytest.raises(ConfigurationError, match="was not made by this program"):
            writer._indices.check_generation(build._index, build.name)


def test_a_store_of_somebody_else_under_our_prefix_is_refused(ledger: Ledger) -> None:
    ledger.client.indices.create(index=ledger.names.control)
    with pytest.raises(ConfigurationError, match="choose a prefix"), ledger.writer().lease("somebody"):
        pass


def test_a_second_build_takes_the_place_of_one_that_was_begun(ledger: Ledger) -> None:
    writer = ledger.writer()
    with writer.lease("somebody"):
        begun = writer.new_generation()
        begun.add([vehicle("ZAB9")])
        ledger.build(writer, "s")
    ledger.check()


def test_where_the_alias_was_lost_the_store_is_not_taken_for_an_empty_one(ledger: Ledger) -> None:
    last = ledger.built("s")
    ledger.client.indices.delete_alias(index=ledger.serving, name=ledger.names.alias)
    writer = ledger.writer()
    with pytest.raises(StoreDamaged, match="No generation serves, but one did"):
        writer.head()
    with writer.lease("somebody"):
        assert len(ledger.generations()) == 1, "what may be put back by hand was removed"
        assert ledger.build(writer, "t").activation > last.activation
    with ledger.writer().lease("the next"):
        ledger.check()


def test_only_the_serving_and_the_previous_generation_stay(ledger: Ledger) -> None:
    ledger.built("a", "b", "c", "d")
    assert len(ledger.generations()) == 2
    assert ledger.color("ZAB1") == "d-1"
    writer = ledger.writer()
    with writer.lease("somebody"):
        writer.rollback()
    assert ledger.color("ZAB1") == "c-1"
    with ledger.writer().lease("the next"):
        assert ledger.generations() == {ledger.serving}


def test_a_build_serves_though_the_answer_to_the_alias_call_was_lost(ledger: Ledger) -> None:
    ledger.built("s")
    writer = ledger.writer()
    gate = Gate(writer)
    with writer.lease("somebody"):
        gate.arm("deafen", "_aliases")
        head = ledger.build(writer, "t")
        assert gate.was_reached
        assert ledger.stored_head().head == head
    ledger.check()


def test_log_entries_go_after_seven_days_and_never_before_they_are_finished(ledger: Ledger) -> None:
    ledger.built("s")
    index = ledger.serving
    for day, color in ((0, "red"), (3, "blue")):
        publish_on(ledger, day, color)
    with ledger.writer(clock=lambda: NOW + timedelta(days=7)).lease("after seven days"):
        assert ledger.client.exists(index=index, id=change_id(1))
    with ledger.writer(clock=lambda: NOW + timedelta(days=7, seconds=1)).lease("a second later"):
        assert not ledger.client.exists(index=index, id=change_id(1))
        assert ledger.client.exists(index=index, id=change_id(2))
    assert ledger.engine.store().verify().revision == 2


def publish_on(ledger: Ledger, day: int, color: str) -> None:
    writer = ledger.writer(clock=lambda: NOW + timedelta(days=day))
    with writer.lease("somebody"):
        writer.publish([vehicle("ZAB1", color=color)])


def test_refused_rows_of_earlier_passes_go(ledger: Ledger) -> None:
    ledger.built("s")
    writer = ledger.writer()
    with writer.lease("somebody"):
        for number in range(3):
            head = writer.head()
            assert head is not None
            writer.seal(head, [{"pass": number, "row": row} for row in range(450)])
        assert [row["pass"] for row in writer.quarantine()] == [2] * 450
    ledger.client.indices.refresh(index=ledger.serving)
    found = ledger.client.count(index=ledger.serving, query={"term": {"type": "quarantine"}})
    assert found["count"] == 3
