"""Who holds the lease of a store, as text for people.

Decides what is said of a holder. How a lease is held is each engine's own way; nothing is decided by this text.
"""

import json
import os
import socket

from lookup.clock import Clock, utc_text
from lookup.errors import LeaseHeld


def holder_text(owner: str, clock: Clock) -> str:
    """Write this process down as the holder."""
    holder = {"owner": owner, "host": socket.gethostname(), "pid": os.getpid(), "since": utc_text(clock())}
    return json.dumps(holder)


def name_holder(text: str | None) -> str:
    """Name the holder, as far as it has written itself down yet."""
    try:
        holder = json.loads(text or "")
        return f"{holder['owner']} (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    except (KeyError, TypeError, ValueError):
        return "Another indexer"


def lease_held(text: str | None) -> LeaseHeld:
    """Give the error for who wants the lease and does not get it."""
    return LeaseHeld(f"{name_holder(text)} holds the lease of the store. Wait until it ends, or stop it.")
