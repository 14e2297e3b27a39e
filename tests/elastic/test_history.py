"""What the history of a store in Elasticsearch keeps of builds and revisions, also where a writer was killed."""

from dataclasses import replace

from lookup.store.elastic.history import _differences
from tests.contract.samples import gone, vehicle
from tests.elastic.acts import build, interrupted
from tests.elastic.ledger import Ledger


def versions(ledger: Ledger, plate: str) -> list[tuple[bool, str, int]]:
    return [
        (version.deleted, version.generation, version.revision)
        for version in ledger.engine.store().history(f"vehicle:{plate}")
    ]


def test_what_differs_between_two_generations_is_found_in_one_walk() -> None:
    old = [("a", "1"), ("b", "1"), ("c", "1"), ("e", "1")]
    new = [("b", "1"), ("c", "2"), ("d", "1"), ("f", "1")]
    assert list(_differences(iter(old), iter(new))) == [
        ("a", False),
        ("c", True),
        ("d", True),
        ("e", False),
        ("f", True),
    ]
    assert list(_differences(iter([]), iter(new))) == [(key, True) for key, _ in new]
    assert list(_differences(iter(old), iter([]))) == [(key, False) for key, _ in old]


def test_a_build_whose_writer_was_killed_before_the_history_is_kept_before_anything_is_published(
    ledger: Ledger,
) -> None:
    first = ledger.built("s")
    interrupted(ledger, build, "kill", "history-writing/_bulk", "t")
    assert not ledger.stored_head().history_kept
    second = ledger.stored_head().head.generation
    with ledger.writer().lease("the second"):
        ledger.check()
    successor = ledger.writer()
    with successor.lease("the third"):
        successor.publish([vehicle("ZAB1", color="red"), gone(vehicle("ZAB2"))])
    assert versions(ledger, "ZAB1") == [
        (False, first.generation, 0),
        (False, second, 0),
        (False, second, 1),
    ]
    assert versions(ledger, "ZAB2") == [(False, first.generation, 0), (False, second, 0), (True, second, 1)]


def test_the_history_is_finished_by_the_same_writer_before_it_publishes(ledger: Ledger) -> None:
    ledger.built("s")
    writer = ledger.writer()
    with writer.lease("somebody"):
        placed = writer._heads.serving()
        assert placed is not None
        writer._heads.replace(placed, replace(placed.stored, history_kept=False))
        writer.publish([vehicle("ZAB1", color="red")])
        assert ledger.stored_head().history_kept


def test_a_generation_before_that_cannot_be_read_does_not_stop_its_replacement(ledger: Ledger) -> None:
    ledger.built("s")
    broken = ledger.serving
    writer = ledger.writer()
    with writer.lease("somebody"):
        begun = writer.new_generation()
        ledger.client.delete(index=broken, id="head")
        ledger.finish(begun, "t")
    assert ledger.serving != broken
    assert ledger.color("ZAB1") == "t-1"
    assert ledger.stored_head().previous is None
    assert ledger.stored_head().head.activation > 0
    with ledger.writer().lease("the next"):
        ledger.check()
