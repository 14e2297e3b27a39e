"""A clock that is far ahead removes nothing: neither at once nor once entries and heads were written by it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from lookup.audit.clock_evidence import check_clock
from lookup.audit.places import places_of
from lookup.audit.segment import segments_in
from lookup.audit.signing.heads import Heads
from lookup.clock import system_clock
from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.signed_nodes import begun
from tests.audit.trails import AT
from tests.unit.calling import immunity

LEAP = timedelta(days=31)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "node": "node-1"}, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


def use(settings: Settings, clock: MovableClock) -> None:
    begun(settings, clock).close()
    Heads(settings, clock).make()


def test_a_clock_is_believed_a_month_beyond_what_the_trail_says_and_no_longer(
    settings: Settings, clock: MovableClock
) -> None:
    use(settings, clock)
    check_clock(settings, AT + LEAP)
    with pytest.raises(ConfigurationError, match=r"between 2026-11-21 and 2026-12-22, .* --stood-still"):
        check_clock(settings, AT + LEAP + timedelta(seconds=1))


def test_what_was_written_since_the_clock_leapt_is_no_evidence_for_it(settings: Settings, clock: MovableClock) -> None:
    use(settings, clock)
    for _ in range(3):
        clock.advance(days=700 if clock.now == AT else 1)
        use(settings, clock)
    with pytest.raises(ConfigurationError, match="between 2026-11-21 and 2028-10-21"):
        check_clock(settings, clock.now)


def test_a_clock_that_was_set_right_again_is_believed(settings: Settings, clock: MovableClock) -> None:
    for days in (0, 700, 1, 2):
        clock.now = AT + timedelta(days=days)
        use(settings, clock)
    check_clock(settings, clock.now)


def test_signed_heads_alone_are_evidence_where_nobody_asks(settings: Settings, clock: MovableClock) -> None:
    use(settings, clock)
    for _ in range(30):
        clock.advance(days=20)
        Heads(settings, clock).make()
    check_clock(settings, clock.now)


def test_entries_alone_are_evidence_where_nothing_is_signed(settings: Settings, clock: MovableClock) -> None:
    for _ in range(30):
        begun(settings, clock).close()
        clock.advance(days=20)
    check_clock(settings, clock.now)
    with pytest.raises(ConfigurationError):
        check_clock(settings, clock.now + LEAP)


def test_an_empty_trail_says_nothing_against_a_clock(settings: Settings) -> None:
    check_clock(settings, AT)


def test_the_command_removes_nothing_by_such_a_clock_unless_a_person_says_that_it_is_right(settings: Settings) -> None:
    past = MovableClock(system_clock() - timedelta(days=500))
    use(settings, past)
    (old,) = segments_in(places_of(settings)[0])
    ran = immunity("audit", "remove-expired", "--data-dir", str(settings.data_dir))
    assert (ran.code, old.exists()) == (1, True)
    assert "--stood-still" in ran.err
    ran = immunity("audit", "remove-expired", "--stood-still", "--json", "--data-dir", str(settings.data_dir))
    assert (ran.code, old.exists()) == (0, False)
    assert [one["name"] for one in ran.document["segments"]] == [old.name]
    (told,) = segments_in(places_of(settings)[0])
    entries = [json.loads(line) for line in told.read_bytes().splitlines()][1:]
    assert [(one["outcome"], one["details"].get("stood_still")) for one in entries] == [
        ("error", False),
        ("done", True),
        ("done", None),
        ("done", None),
    ]
    assert [bool(one["details"].get("segments")) for one in entries] == [False, False, True, False]
