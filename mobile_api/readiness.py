"""Whether a lookup can be answered now: the records can be read, the keys can be checked, the audit trail be written.

Decides what ready means. Old data is no reason to be taken out of service, else every node would leave at once; the
answers say how old they are. An audit trail that goes on in its spool is none either.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path

from lookup.audit.places import places_of
from lookup.errors import ImmunityError
from lookup.store.ways import reading_in_turn
from mobile_api.runtime import Runtime

LOOK_S = 1.0
"""What the look at the records may take: as much as a lookup."""
TRIAL_BYTES = 16 * 1024
"""More than the entry of any question."""


def reasons_not_ready(now: Runtime) -> list[str]:
    """Try what a lookup needs, and give the reasons why one would fail; none where it would be answered."""
    return [reason for part in (_store_reason, _keys_reason, _audit_reason) if (reason := part(now))]


def _store_reason(now: Runtime) -> str | None:
    try:
        with reading_in_turn(now.store, LOOK_S) as registry:
            found = registry.scan("mission", limit=1)
    except ImmunityError as error:
        return f"The store cannot be read: {error}"
    return None if found else "The store holds no mission: sync an extract into it."


def _keys_reason(now: Runtime) -> str | None:
    try:
        now.keys.all_keys()
    except ImmunityError as error:
        return f"The keys cannot be read: {error}"
    return None


def _audit_reason(now: Runtime) -> str | None:
    """Where nothing could be written look whether that is over: out of service no question would try it again."""
    if now.trail.state != "refusing" or any(map(_takes_a_file, places_of(now.settings))):
        return None
    return "The audit trail cannot be written, neither in its directory nor in its spool: free or repair the disk."


def _takes_a_file(directory: Path) -> bool:
    """Write a file that is no part of the trail, and remove it: an entry that failed would count as one lost."""
    path = directory / f".trial-{os.getpid()}-{threading.get_ident()}"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("xb") as file:
            file.write(bytes(TRIAL_BYTES))
            file.flush()
            os.fdatasync(file.fileno())
    except OSError:
        return False
    finally:
        with suppress(OSError):
            path.unlink()
    return True
