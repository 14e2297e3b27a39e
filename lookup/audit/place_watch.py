"""Watches whether the places of the trail can be written, also while nobody asks anything.

Decides when an alert is raised: within the pace of checkpoints, long before the hour that AU-5 allows. A spool that
does not work would otherwise be found on the day on which it is needed.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from lookup.audit.segment import Segment
from lookup.clock import Clock

_log = logging.getLogger(__name__)


class PlaceWatch:
    """The directory of the trail and its spool. Used by one thread."""

    def __init__(self, places: tuple[Path, Path], clock: Clock) -> None:
        self._places = dict(zip(("directory", "spool"), places, strict=True))
        self._clock = clock
        self._failing: dict[str, datetime] = {}

    @property
    def failing(self) -> Mapping[str, datetime]:
        """What cannot be written, `directory` or `spool`, and since when."""
        return dict(self._failing)

    def look(self) -> None:
        """Try whether a segment could be begun in each place, and raise the alert where that has changed."""
        now = self._clock()
        for name, place in self._places.items():
            try:
                Segment.create(place, now, "service").discard()
            except OSError as error:
                if name not in self._failing:
                    self._failing[name] = now
                    because = error.strerror or type(error).__name__
                    _log.error("the %s of the audit trail cannot be written: %s", name, because)
            else:
                if self._failing.pop(name, None) is not None:
                    _log.warning("the %s of the audit trail can be written again", name)
