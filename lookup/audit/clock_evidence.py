"""Whether the clock can be believed when the age of the trail is judged by it.

Decides it from the trail itself: the beginnings of its segments and of its volumes of signed heads follow each other
within a month on any node that is used. A leap from which on nothing lies for longer is a clock that was set far ahead,
or a node that stood still: only a person can tell. Also what was written since the leap, by the wrong clock, is no
evidence for it.
"""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

from lookup.audit.places import places_of
from lookup.audit.segment import begun_at, is_segment_name, last_line, segments_in
from lookup.audit.signing.checkpoint import read_checkpoint
from lookup.audit.signing.volumes import HEADS_NAME, first_checkpoint, volumes_of
from lookup.errors import ConfigurationError
from lookup.settings import Settings

LEAP = timedelta(days=31)
"""A running node signs within the hour, and a volume of heads is of one month at most. A clock that is ahead by less
lets nothing go too early that matters: 400 days of keeping less 31 are still more than the year that must be kept."""


def check_clock(settings: Settings, now: datetime) -> None:
    """Refuse to judge by `now` where the trail leaps ahead to it. Raises `ConfigurationError`, `OSError`."""
    for before, after in itertools.pairwise([*sorted(at for at in _moments(settings) if at <= now), now]):
        if after - before > LEAP:
            raise ConfigurationError(
                f"Nothing was removed: nothing in the trail is of the time between {before:%Y-%m-%d} and "
                f"{after:%Y-%m-%d}, so that the clock, which says {now:%Y-%m-%d}, may be ahead. Check it. Where it is "
                "right because this node stood still then, say so with --stood-still."
            )


def _moments(settings: Settings) -> Iterator[datetime]:
    """Give when each segment began, and when each volume of heads began and ended."""
    for path in (path for place in places_of(settings) for path in segments_in(place)):
        if is_segment_name(path.name):
            yield begun_at(path)
    for volume in volumes_of(settings.audit_dir / HEADS_NAME):
        for checkpoint in (first_checkpoint(volume), read_checkpoint(last_line(volume)[0])):
            if checkpoint is not None:
                yield checkpoint.at
