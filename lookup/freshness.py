"""How old the data behind an answer is, and from when on it is too old.

Decides the state (fresh, stale, expired) from the head's `as_of` and the clock. A clock that is behind the data
cannot be right, so nothing that hangs on the day can be trusted then.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from lookup.clock import utc_text
from lookup.store.protocol import Head

FreshnessState = Literal["fresh", "stale", "expired"]

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far this machine's clock may be behind `as_of` before it is suspect; machines differ by seconds."""


@dataclass(frozen=True, slots=True)
class FreshnessLimits:
    """From what age on data is stale (a notice) and expired (every answer is unverified)."""

    stale_after: timedelta
    expire_after: timedelta


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the data was when an answer was made. `is_usable` is false where no level may rest on it."""

    as_of: datetime
    age: timedelta
    state: FreshnessState
    clock_suspect: bool
    source: str
    generation: str
    revision: int

    @property
    def is_usable(self) -> bool:
        """Whether a level may rest on this data."""
        return self.state != "expired" and not self.clock_suspect

    @property
    def age_seconds(self) -> float:
        """The age as it is told: to a tenth of a second."""
        return round(self.age.total_seconds(), 1)

    def document(self) -> dict[str, Any]:
        """Give the `freshness` object of an answer."""
        document: dict[str, Any] = json.loads(self.to_json())
        return document

    def to_json(self) -> str:
        """Write the `freshness` object as JSON. Put together by hand, for every answer has a new one: none of its
        values can hold a character that JSON escapes."""
        return (
            f'{{"as_of":"{utc_text(self.as_of)}","age_seconds":{self.age_seconds},'
            f'"state":"{self.state}","source":"{self.source}",'
            f'"generation":"{self.generation}","revision":{self.revision}}}'
        )


def freshness_of(head: Head, source: str, now: datetime, limits: FreshnessLimits) -> Freshness:
    """Say how fresh a store is at the moment `now`."""
    age = now - head.as_of
    state: FreshnessState = "fresh"
    if age > limits.expire_after:
        state = "expired"
    elif age > limits.stale_after:
        state = "stale"
    return Freshness(head.as_of, age, state, age < -CLOCK_TOLERANCE, source, head.generation, head.revision)
