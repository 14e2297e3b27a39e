"""Gunicorn's own log lines, without anything that was sent: its words repeat it, a credential too."""

import sys
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]


class DiscreetLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log, which goes the way of all our lines (`lookup.logs`)."""

    def setup(self, cfg: Any) -> None:
        """Take the level that is set, and leave the writing to the one handler of the process."""
        super().setup(cfg)
        self.error_log.propagate = True

    def exception(self, msg: object, *_args: object, **_more: object) -> None:
        """Log the exception that is being handled, without arguments."""
        self.error(msg, exc_info=sys.exception())

    def access(self, *_: object) -> None:
        """Write no line for each request: request lines are nobody's business, and the audit is another stream."""
