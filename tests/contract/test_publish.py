"""What any store does with a revision: all of it or nothing, numbered, counted, and no more than what changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lookup.errors import CouldNotSearch
from lookup.store.protocol import REVISION_LIMIT
from tests.contract.engines import NOW, Engine, head_for
from tests.contract.samples import gone, held, member, vehicle


def test_revisions_count_up_from_one(engine: Engine) -> None:
    assert engine.build(vehicle()).revision == 0
    assert engine.publish(vehicle(color="blue")).revision == 1
    assert engine.publish(vehicle(color="red")).revision == 2
    with engine.reading() as registry:
        assert registry.head.revision == 2


def test_what_is_unchanged_is_not_published_again(engine: Engine) -> None:
    engine.build(vehicle(), member())
    assert engine.publish(vehicle(), member()).revision == 0
    assert engine.publish(vehicle(), member("TRN0001", "Takahashi")).revision == 1
    with engine.reading() as registry:
        records = registry.get_many([vehicle().key, member().key])
    assert {key: record.revision for key, record in records.items()} == {"vehicle:ZAB1234": 0, "member:TRN0001": 1}


def test_the_counts_follow_what_is_live(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"), vehicle("ZAB2"), member())
    assert engine.publish(vehicle("ZAB3"), gone(vehicle("ZAB1")), gone(vehicle("ZAB2"))).counts == {
        "vehicle": 1,
        "member": 1,
    }
    assert engine.publish(vehicle("ZAB1"), held("premises", "TRN-P9"), vehicle("ZAB3", color="red")).counts == {
        "vehicle": 2,
        "member": 1,
        "premises": 1,
    }
    assert engine.store().verify().counts == {"vehicle": 2, "member": 1, "premises": 1}


def test_deleting_twice_or_what_never_was_changes_nothing(engine: Engine) -> None:
    engine.build(vehicle())
    assert engine.publish(gone(vehicle())).revision == 1
    assert engine.publish(gone(vehicle()), gone(vehicle("ZAB9"))).revision == 1
    with engine.reading() as registry:
        assert registry.get("vehicle:ZAB9") is None


def test_a_revision_with_a_fault_publishes_nothing_of_itself(engine: Engine) -> None:
    engine.build(vehicle("ZAB1"))
    wrong = replace(vehicle("ZAB2"), kind="member")
    with engine.writing() as writer:
        with pytest.raises(ValueError, match="begin with its kind"):
            writer.publish([vehicle("ZAB1", color="red"), wrong])
        assert writer.publish([vehicle("ZAB3")]).revision == 1
    with engine.reading() as registry:
        record = registry.get("vehicle:ZAB1")
        assert record is not None
        assert record.content == vehicle("ZAB1").content
        assert registry.get("vehicle:ZAB2") is None


def test_a_revision_holds_five_hundred_records_and_no_more(engine: Engine) -> None:
    engine.build(member())
    drafts = [vehicle(f"ZAB{number}") for number in range(REVISION_LIMIT + 1)]
    with engine.writing() as writer:
        with pytest.raises(ValueError, match="at most 500"):
            writer.publish(drafts)
        assert writer.publish(drafts[:-1]).counts == {"member": 1, "vehicle": 500}


def test_a_key_may_stand_once_in_a_revision(engine: Engine) -> None:
    engine.build(vehicle())
    with engine.writing() as writer, pytest.raises(ValueError, match="each once"):
        writer.publish([vehicle(color="red"), vehicle(color="blue")])


def test_a_position_is_published_with_the_revision(engine: Engine) -> None:
    engine.build(vehicle())
    with engine.writing() as writer:
        head = writer.publish([vehicle(color="red")], {"seen": ["ä", 1]})
        assert (head.revision, head.position) == (1, {"seen": ["ä", 1]})
        assert writer.publish([vehicle(color="blue")]).position == {"seen": ["ä", 1]}
        head = writer.publish([vehicle(color="blue")], {"seen": []})
        assert (head.revision, head.position) == (2, {"seen": []})
        assert writer.head() == head


def test_nothing_can_be_published_before_a_generation_serves(engine: Engine) -> None:
    with engine.writing() as writer, pytest.raises(CouldNotSearch, match="build a generation first"):
        writer.publish([vehicle()])


def test_a_seal_ends_a_pass_without_a_revision(engine: Engine) -> None:
    engine.build(vehicle(), quarantine=[{"table": "vehicles", "line": 2}])
    later = NOW + timedelta(hours=3)
    rows = [{"table": "members", "line": line, "value": "É"} for line in (7, 3)]
    with engine.writing() as writer:
        assert list(writer.quarantine()) == [{"table": "vehicles", "line": 2}]
        published = writer.publish([vehicle(color="red")])
        asked = replace(
            published, as_of=later, position={"at": 9}, quarantine={"members": 2}, counts={}, revision=77, generation=""
        )
        sealed = writer.seal(asked, rows)
        assert list(writer.quarantine()) == rows
    assert sealed == replace(published, as_of=later, position={"at": 9}, quarantine={"members": 2})
    with engine.reading() as registry:
        assert registry.head == sealed


def test_a_seal_of_a_pass_that_read_no_row_leaves_the_quarantine_and_its_counts(engine: Engine) -> None:
    rows = [{"table": "vehicles", "line": 2}]
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add([vehicle()])
        head = build.activate(replace(head_for([vehicle()]), quarantine={"vehicles": 1}), rows)
        later = replace(head, as_of=NOW + timedelta(hours=3), position={"at": 9})
        assert writer.seal(replace(later, quarantine={}), None) == later
        assert list(writer.quarantine()) == rows
    with engine.reading() as registry:
        assert registry.head == later


def test_versions_are_those_of_the_live_records_of_a_kind(engine: Engine) -> None:
    engine.build(vehicle("ZAB2"), vehicle("ZAB1"), vehicle("ZAB3"), member())
    engine.publish(gone(vehicle("ZAB3")))
    with engine.reading() as registry:
        records = registry.scan("vehicle")
    assert list(engine.writer().versions("vehicle")) == [(record.key, record.version) for record in records]
    assert [record.key for record in records] == ["vehicle:ZAB1", "vehicle:ZAB2"]


@pytest.mark.parametrize("step", ["publish", "seal", "new_generation", "rollback", "resume"])
def test_nothing_is_changed_without_the_lease(engine: Engine, step: str) -> None:
    head = engine.build(vehicle())
    writer = engine.writer()
    arguments: dict[str, list[Any]] = {"publish": [[vehicle(color="red")]], "seal": [head, []]}
    with pytest.raises(RuntimeError, match="take the lease"):
        getattr(writer, step)(*arguments.get(step, []))
    assert writer.head() == head
