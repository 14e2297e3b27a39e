"""A duty goes on whatever fails: how it waits, what it tells, and that a fault of the program ends it."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lookup.errors import CouldNotSearch
from mobile_api.node.duty import EVERY_S, FIRST_WAIT_S, LONGEST_WAIT_S, Duty


class Stopping(threading.Event):
    """A stop that is asked for after so many waits, and remembers how long each was to be."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._after = after

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        if len(self.waits) >= self._after:
            self.set()
        return self.is_set()


class Work:
    """Work that fails as it is told, once for each error of a list; None is a success."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.opened = 0
        self.closed = 0

    @contextmanager
    def open(self) -> Iterator[Callable[[], object]]:
        self.opened += 1
        try:
            yield self.do
        finally:
            self.closed += 1

    def do(self) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error


def run(work: Work, waits: int) -> tuple[Stopping, list[Any]]:
    """Run a duty until it has waited so often; give its waits and what was heard of its rounds."""
    stop, heard = Stopping(waits), []
    Duty(work.open, stop, "It does not work", lambda: heard.append("done"), heard.append).run()
    return stop, heard


def test_work_is_done_every_second_with_what_was_opened_once() -> None:
    work = Work()
    stop, heard = run(work, 3)
    assert (heard, work.opened, work.closed) == (["done"] * 3, 1, 1)
    assert stop.waits[:3] == [EVERY_S] * 3


def test_after_a_failure_it_waits_a_little_longer_each_time_and_opens_anew() -> None:
    work = Work(*[CouldNotSearch("Elasticsearch failed.")] * 6)
    stop, heard = run(work, 6)
    assert heard == ["The registry could not be searched"] * 6
    assert work.opened == work.closed == 6
    for number, wait in enumerate(stop.waits):
        whole = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**number)
        assert whole / 2 <= wait <= whole


@pytest.mark.parametrize("error", [sqlite3.OperationalError("locked by somebody"), OSError(28, "No space left")])
def test_a_file_that_cannot_be_written_is_a_failure_like_any_other(error: Exception) -> None:
    work = Work(error)
    _, heard = run(work, 2)
    assert heard == ["This node cannot write its files", "done"]


def test_a_failure_is_told_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    run(Work(*[CouldNotSearch("Elasticsearch failed.")] * 3), 6)
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.ERROR, "It does not work: Elasticsearch failed."),
        (logging.WARNING, "It does not work: this is over."),
    ]


def test_another_failure_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    run(Work(CouldNotSearch("It is away."), CouldNotSearch("It refuses us.")), 2)
    assert [record.message for record in caplog.records] == [
        "It does not work: It is away.",
        "It does not work: It refuses us.",
    ]


def test_a_fault_of_the_program_ends_the_process_and_tells_nothing_of_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop, heard = run(Work(ValueError("plate ZAB1234")), 100)
    assert stop.is_set()
    assert (heard, stop.waits) == ([], [])
    assert "the program failed" in caplog.text
    assert "ZAB1234" not in caplog.text
