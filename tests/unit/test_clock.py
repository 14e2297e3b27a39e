"""Days are days in Washington, moments are written in UTC."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from lookup.clock import day_in_washington, system_clock, utc_text


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-21T04:59:59+00:00", date(2026, 11, 20)),
        ("2026-11-21T05:00:00+00:00", date(2026, 11, 21)),
        ("2026-07-01T03:59:59+00:00", date(2026, 6, 30)),
        ("2026-07-01T04:00:00+00:00", date(2026, 7, 1)),
        ("2026-03-08T04:59:59+00:00", date(2026, 3, 7)),
        ("2026-03-09T03:59:59+00:00", date(2026, 3, 8)),
        ("2026-03-09T04:00:00+00:00", date(2026, 3, 9)),
        ("2026-11-02T04:59:59+00:00", date(2026, 11, 1)),
        ("2026-11-02T05:00:00+00:00", date(2026, 11, 2)),
        ("2026-11-21T23:30:00+09:00", date(2026, 11, 21)),
    ],
)
def test_the_day_of_a_moment_is_its_calendar_day_in_washington(moment: str, day: date) -> None:
    assert day_in_washington(datetime.fromisoformat(moment)) == day


def test_a_moment_is_written_in_whole_seconds_of_utc() -> None:
    eastern = datetime(2026, 11, 21, 9, 3, 22, 999_999, tzinfo=timezone(timedelta(hours=-5)))
    assert utc_text(eastern) == "2026-11-21T14:03:22Z"
    assert utc_text(datetime(2026, 11, 21, tzinfo=UTC)) == "2026-11-21T00:00:00Z"


def test_the_system_clock_is_in_utc() -> None:
    assert system_clock().tzinfo is UTC
