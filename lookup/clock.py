"""Time: where "now" comes from, and which calendar day a moment belongs to.

A clock is handed to whatever needs one, so that a test can stop it. Nothing else in the project asks the system for
the time of an answer.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment, with UTC as its zone."""

WASHINGTON = ZoneInfo("America/New_York")
"""All days of the registry and of the law are days in Washington."""


SECONDS = len("2026-11-22T12:00:00")
"""Characters of a moment down to its seconds; a year has four digits (`datetime` writes no other)."""


def system_clock() -> datetime:
    """Give the present moment of this machine, in UTC."""
    return datetime.now(UTC)


def day_in_washington(moment: datetime) -> date:
    """Give the calendar day of `moment` (any zone, never naive) in Washington."""
    return moment.astimezone(WASHINGTON).date()


def utc_text(moment: datetime) -> str:
    """Write `moment` as RFC 3339 in UTC, whole seconds, ending in `Z`."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat()[:SECONDS]}Z"
