"""One of two writers is stopped before each request it makes; the other takes the lease over and goes on; the first one
wakes. Whatever it was about to do, it overwrites nothing, and the store is its build and its log.

Each test goes through all steps of what the first writer does, on one store, until it is not stopped any more.
"""

from dataclasses import replace
from itertools import count

import pytest

from lookup.errors import CouldNotSearch, ImmunityError, LeaseHeld
from lookup.records import Record
from tests.contract.engines import Question
from tests.contract.samples import gone, vehicle
from tests.elastic.acts import Act, build, publish, roll_back, seal
from tests.elastic.gate import Gate
from tests.elastic.ledger import Ledger


class Race:
    """One run: the first writer is stopped before its request number `step`, the second one acts, the first wakes.
    Tells what served after the second writer, and what became of the first."""

    def __init__(self, ledger: Ledger, first: Act, second: Act, step: int) -> None:
        self._ledger = ledger
        ledger.prepare(step, previous=roll_back in (first, second))
        writer = ledger.writer()
        gate = Gate(writer)
        self.error: BaseException | None = None

        def act() -> None:
            with writer.lease("the first"):
                gate.arm("hold", step)
                first(ledger, writer, f"a{step}")
                gate.disarm()

        writing = Question(act)
        self.was_held = gate.await_held(writing)
        self.step = gate.asked[-1]
        if self.was_held:
            self._let_other_act(second, f"b{step}")
            gate.release()
        try:
            writing.answer()
        except ImmunityError as error:
            self.error = error
        writer.close()

    def _let_other_act(self, second: Act, name: str) -> None:
        other = self._ledger.writer()
        with other.lease("the second"):
            second(self._ledger, other, name)
        self.serving = self._ledger.serving
        self.head = self._ledger.stored_head()
        self.rows = self._ledger.rows(self.serving)
        other.close()


RACES: list[tuple[Act, Act]] = [
    (publish, publish),
    (publish, build),
    (publish, roll_back),
    (seal, publish),
    (build, publish),
    (build, build),
    (roll_back, publish),
    (roll_back, build),
]


@pytest.mark.parametrize(
    ("first", "second"), RACES, ids=[f"{first.__name__}-{second.__name__}" for first, second in RACES]
)
def test_a_deposed_writer_overwrites_nothing(ledger: Ledger, first: Act, second: Act) -> None:
    for step in count(1):
        race = Race(ledger, first, second, step)
        if not race.was_held:
            assert step > 3
            return
        assert race.error is not None, f"the deposed writer was not told, woken before {race.step}"
        assert ledger.serving == race.serving, race.step
        assert ledger.stored_head() == race.head, race.step
        assert ledger.rows(race.serving) == race.rows, race.step
        third = ledger.writer()
        with third.lease("the third"):
            pass
        ledger.check()
        third.close()


class Latecomer:
    """A writer that was paused just before it commits `red`, and wakes when another one holds the lease already."""

    def __init__(self, ledger: Ledger) -> None:
        ledger.built("s")
        writer = ledger.writer()
        self._gate = Gate(writer)
        self._gate.arm("hold", "_create/change")

        def act() -> None:
            with writer.lease("the first"):
                writer.publish([vehicle("ZAB1", color="red"), gone(vehicle("ZAB2"))], {"unfinished": "first"})

        self._writing = Question(act)
        assert self._gate.await_held(self._writing)

    def commit(self) -> None:
        self._gate.release()
        with pytest.raises(LeaseHeld, match=r"the second .* took over"):
            self._writing.answer()


def test_a_late_revision_that_comes_first_after_all_is_finished_and_compared_with(ledger: Ledger) -> None:
    late, second = Latecomer(ledger), ledger.writer()
    with second.lease("the second"):
        late.commit()
        head = second.publish([vehicle("ZAB1", color="blue"), vehicle("ZAB2", color="s-2")], {"unfinished": "second"})
        assert head.revision == 2
        with second.registry() as registry:
            records = registry.get_many(["vehicle:ZAB1", "vehicle:ZAB2"])
    assert {(record.revision, color(record)) for record in records.values()} == {(2, "blue"), (2, "s-2")}
    assert [row.revision for row in ledger.log(ledger.serving)] == [1, 1, 2, 2]
    with ledger.writer().lease("the third"):
        ledger.check()


def test_who_met_a_late_revision_does_not_seal_that_it_saw_everything(ledger: Ledger) -> None:
    late, second = Latecomer(ledger), ledger.writer()
    with second.lease("the second"):
        head = second.head()
        assert head is not None
        late.commit()
        with pytest.raises(CouldNotSearch, match="sync again"):
            second.seal(replace(head, position={"saw": "everything"}), [])
    with ledger.writer().lease("the third"):
        assert ledger.stored_head().head.position == {"unfinished": "first"}
        ledger.check()


def test_a_pass_that_was_sealed_before_a_late_revision_is_not_the_last_word(ledger: Ledger) -> None:
    late, second = Latecomer(ledger), ledger.writer()
    with second.lease("the second"):
        head = second.head()
        assert head is not None
        second.seal(replace(head, position={"saw": "everything"}), [])
        late.commit()
    with ledger.writer().lease("the third"):
        assert ledger.stored_head().head.position == {"unfinished": "first"}
        ledger.check()


def color(record: Record) -> str | None:
    return getattr(record.content, "color", None)
