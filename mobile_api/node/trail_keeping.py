"""How a worker keeps the audit trail signed while it serves, and leaves it when it stops.

Decides when the thread that makes checkpoints begins and ends; what it does is decided in `signing.keeper`. An
application alone, as a test makes it, has no such thread.
"""

from flask import Flask

from lookup.audit.signing.keeper import Keeper
from mobile_api.runtime import EXTENSION, Runtime

KEEPER = "immunity_audit_keeper"


def keep_trail(app: Flask) -> Flask:
    """Begin to keep the trail, in the worker that serves `app`."""
    now: Runtime = app.extensions[EXTENSION]
    app.extensions[KEEPER] = keeper = Keeper(now.settings, now.clock)
    keeper.start()
    return app


def leave_trail(app: Flask) -> None:
    """Close the segment of this worker, so that its last line says so, and sign that."""
    now: Runtime = app.extensions[EXTENSION]
    now.trail.close()
    keeper: Keeper | None = app.extensions.get(KEEPER)
    if keeper is not None:
        keeper.stop()
