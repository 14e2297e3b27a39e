"""Who may write to any store: one at a time, and the next one learns who."""

import os
import signal
import socket
from collections.abc import Callable

import pytest

from lookup.errors import LeaseHeld
from tests.contract.engines import Engine, head_for
from tests.contract.samples import vehicle


def child_that(act: Callable[[int], None]) -> tuple[int, int]:
    """Start a process that acts, with a pipe to say so on; give its id and the pipe to read from."""
    heard, said = os.pipe()
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        try:
            act(said)
        finally:
            os._exit(0)
    os.close(said)
    return pid, heard


def test_a_second_indexer_is_told_who_holds_the_lease(engine: Engine) -> None:
    first, second = engine.writer(), engine.writer()
    with first.lease("the night sync"):
        with pytest.raises(LeaseHeld) as refused, second.lease("another"):
            pass
        assert str(refused.value) == (
            f"the night sync (process {os.getpid()} on {socket.gethostname()}, since 2026-11-21T15:00:00Z) holds the "
            "lease of the store. Wait until it ends, or stop it."
        )


def test_the_lease_is_free_again_after_its_block(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.writer().lease("one that fails"):
        raise ZeroDivisionError
    with engine.writing() as writer:
        assert writer.head() is None


def test_a_refused_indexer_changes_nothing(engine: Engine) -> None:
    second = engine.writer()
    with engine.writing() as first:
        build = first.new_generation()
        build.add([vehicle()])
        with pytest.raises(LeaseHeld), second.lease("another"):
            pass
        with pytest.raises(RuntimeError):
            second.new_generation()
        build.activate(head_for([vehicle()]), [])
    with engine.reading() as registry:
        assert registry.get("vehicle:ZAB1234") is not None


def test_the_lease_of_another_process_holds_and_ends_with_it(engine: Engine) -> None:
    def hold(said: int) -> None:
        with engine.writer().lease("a process of its own"):
            os.write(said, b"held")
            signal.pause()

    pid, heard = child_that(hold)
    try:
        assert os.read(heard, 4) == b"held"
        with pytest.raises(LeaseHeld, match=f"a process of its own .process {pid} "), engine.writing():
            pass
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(heard)
    with engine.writing() as writer:
        assert writer.head() is None
