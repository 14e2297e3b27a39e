"""A writer is killed before each request it makes, or does not hear the answer to it: the next one finishes what was
committed and throws the rest away. Nothing is lost, nothing half published.

Each test goes through all steps, on one store, until the writer comes to its end.
"""

from itertools import count

import pytest

from tests.elastic.acts import Act, build, interrupted, publish, roll_back, seal
from tests.elastic.gate import Gate, Killed, Way
from tests.elastic.ledger import Ledger

WRITING_RECORDS = 7
"""The request of `publish` that writes the records: the one before was the commit."""

ACTS: list[Act] = [publish, seal, build, roll_back]


@pytest.mark.parametrize("way", ["kill", "deafen"])
@pytest.mark.parametrize("act", ACTS, ids=[act.__name__ for act in ACTS])
def test_what_a_writer_left_at_any_step_is_finished_or_gone(ledger: Ledger, act: Act, way: Way) -> None:
    for step in count(1):
        ledger.prepare(step, previous=act is roll_back)
        gate = interrupted(ledger, act, way, step, f"a{step}")
        after_it_alone = ledger.stored_head()
        successor = ledger.writer()
        with successor.lease("the successor"):
            ledger.check()
            assert_whole(ledger, f"a{step}", gate.asked[-1])
            if not gate.was_reached:
                assert step > 3
                return
            if after_it_alone.held:
                successor.resume()
            name = f"c{step}"
            assert publish(ledger, successor, name).revision == ledger.stored_head().head.revision
            assert ledger.color("ZAB1") == f"{name}-1"
        successor.close()


def assert_whole(ledger: Ledger, name: str, step: str) -> None:
    """See that what serves is all of what the writer had to publish, or nothing of it."""
    colors = {ledger.color(plate).removesuffix(f"-{number}") for number, plate in enumerate(("ZAB1", "ZAB2"), start=1)}
    assert len(colors) == 1, step
    if colors != {name}:
        assert f"vehicle:ZNEW{name}" not in ledger.rows(ledger.serving), step


def test_a_successor_that_is_killed_at_any_step_of_taking_over_leaves_it_to_the_next(ledger: Ledger) -> None:
    ledger.built("s")
    for step in count(1):
        interrupted(ledger, publish, "kill", WRITING_RECORDS, f"a{step}")
        assert ledger.color("ZAB1") != f"a{step}-1"
        second = ledger.writer()
        gate = Gate(second)
        gate.arm("kill", step)
        try:
            with second.lease("the second"):
                gate.disarm()
        except Killed:
            assert gate.was_reached
        second.close()
        with ledger.writer().lease("the third"):
            ledger.check()
            assert ledger.color("ZAB1") == f"a{step}-1"
        if not gate.was_reached:
            assert step > 5
            return
