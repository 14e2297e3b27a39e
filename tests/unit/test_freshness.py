"""How old data is, from when on it is too old, and when the clock cannot be right."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lookup.freshness import Freshness, FreshnessLimits, FreshnessState, freshness_of
from tests.unit.memory_registry import HEAD

LIMITS = FreshnessLimits(timedelta(minutes=10), timedelta(hours=24))


def after(**length: float) -> Freshness:
    return freshness_of(HEAD, "embedded", HEAD.as_of + timedelta(**length), LIMITS)


@pytest.mark.parametrize(
    ("seconds", "state", "usable"),
    [
        (0, "fresh", True),
        (600, "fresh", True),
        (600.001, "stale", True),
        (24 * 3600, "stale", True),
        (24 * 3600 + 0.001, "expired", False),
    ],
)
def test_data_is_stale_and_then_expired_when_it_is_older_than_its_limit(
    seconds: float, state: FreshnessState, usable: bool
) -> None:
    freshness = after(seconds=seconds)
    assert (freshness.state, freshness.is_usable, freshness.clock_suspect) == (state, usable, False)


@pytest.mark.parametrize(("seconds", "suspect"), [(-1, False), (-300, False), (-300.001, True), (-90_000, True)])
def test_a_clock_more_than_five_minutes_behind_the_data_is_suspect(seconds: float, suspect: bool) -> None:
    freshness = after(seconds=seconds)
    assert (freshness.clock_suspect, freshness.is_usable, freshness.state) == (suspect, not suspect, "fresh")


def test_the_document_tells_age_state_and_which_data_it_is() -> None:
    head = replace(HEAD, generation="20261121T000000", revision=48211)
    found = freshness_of(head, "replica", HEAD.as_of + timedelta(seconds=2.14), LIMITS)
    assert found.document() == {
        "as_of": "2026-11-21T00:00:00Z",
        "age_seconds": 2.1,
        "state": "fresh",
        "source": "replica",
        "generation": "20261121T000000",
        "revision": 48211,
    }
