"""The thread that keeps a trail signed: in time, once for the node, at a stop too, and whatever fails."""

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lookup.audit.ends import SETTLE_S
from lookup.audit.signing.keeper import STOP_S, Keeper
from lookup.audit.signing.volumes import heads_path
from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.signed_nodes import begun, checkpoints, states
from tests.audit.trails import AT


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "node": "node-1"}, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


def begin_and_end(settings: Settings, clock: MovableClock) -> None:
    """A process that wrote a segment and is gone."""
    begun(settings, clock).close()


def test_whoever_comes_first_makes_the_checkpoint_for_all(settings: Settings, clock: MovableClock) -> None:
    first, second = Keeper(settings, clock), Keeper(settings, clock)
    for _ in range(3):
        begin_and_end(settings, clock)
        first.keep()
        second.keep()
        clock.advance(seconds=45)  # the interval of a minute without one of its four ticks
    assert [one.at for one in checkpoints(settings)] == [AT + timedelta(seconds=45 * number) for number in range(3)]


def test_nothing_is_signed_before_it_is_due(settings: Settings, clock: MovableClock) -> None:
    keeper = Keeper(settings, clock)
    begin_and_end(settings, clock)
    keeper.keep()
    begin_and_end(settings, clock)
    clock.advance(seconds=44)
    keeper.keep()
    assert len(checkpoints(settings)) == 1


def test_a_growing_segment_is_signed_after_a_moment(settings: Settings, clock: MovableClock) -> None:
    trail = begun(settings, clock, "service", "a", "b")
    began = time.monotonic()
    Keeper(settings, clock).keep()
    assert time.monotonic() - began >= SETTLE_S
    assert [states(one) for one in checkpoints(settings)] == [[(2, "open", 0)]]
    trail.close()


def test_a_stop_signs_the_closed_segment_at_once(settings: Settings, clock: MovableClock) -> None:
    other, own = begun(settings, clock), begun(settings, clock)
    keeper = Keeper(settings, clock)
    keeper.keep()
    keeper.start()
    own.close()
    began = time.monotonic()
    keeper.stop()
    assert time.monotonic() - began < STOP_S
    last = checkpoints(settings)[-1]
    assert sorted(states(last)) == [(1, "open", 0), (2, "closed", 0)]  # what another one writes is as it was signed
    other.close()


def test_a_keeper_that_never_began_can_be_stopped(settings: Settings, clock: MovableClock) -> None:
    Keeper(settings, clock).stop()
    assert not heads_path(settings.audit_dir).exists()


def test_what_fails_is_told_once_and_ended_when_it_is_over(
    settings: Settings, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    begin_and_end(settings, clock)
    keeper = Keeper(settings, clock)
    heads_path(settings.audit_dir).mkdir()
    with caplog.at_level("WARNING", logger="lookup.audit.signing.keeper"):
        for _ in range(2):
            keeper.keep()
            clock.advance(minutes=1)
        assert keeper.state.failing_since == AT
        heads_path(settings.audit_dir).rmdir()
        keeper.keep()
    assert keeper.state.failing_since is None
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "no checkpoint of the audit trail can be made: Is a directory"),
        ("WARNING", "checkpoints of the audit trail are made again"),
    ]
    assert len(checkpoints(settings)) == 1


def test_a_place_to_publish_that_cannot_be_meant_stops_the_start(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="audit_publish"):
        Keeper(replace(settings, audit_publish="ftp://192.0.2.1/heads"))


def test_a_checkpoint_is_published_by_who_made_it(settings: Settings, clock: MovableClock, tmp_path: Path) -> None:
    settings = replace(settings, audit_publish=f"file://{tmp_path}/published.jsonl")
    begin_and_end(settings, clock)
    for keeper in (Keeper(settings, clock), Keeper(settings, clock)):
        keeper.keep()
    assert (tmp_path / "published-202611.jsonl").read_bytes() == heads_path(settings.audit_dir).read_bytes()
