"""Counts the queries of keys that have a rate, exactly, over all processes of a node.

Decides whether a query is still within its key's rate in this calendar minute. A key without a rate never comes here,
so the usual lookup does not pay for it.
"""

import sqlite3
import threading
from pathlib import Path

from lookup.clock import Clock
from mobile_api.access.caller import Caller
from mobile_api.access.database import open_database
from mobile_api.refusals import AccessUnavailable, TooManyQueries

_SCHEMA = "CREATE TABLE IF NOT EXISTS minutes (key_id TEXT PRIMARY KEY, minute INT, used INT)"
WAIT_S = 1
"""Seconds to wait for another process that counts: it holds the file for some microseconds."""

_CHARGE = """
INSERT INTO minutes (key_id, minute, used) SELECT :key_id, :minute, :queries WHERE :queries <= :rate
ON CONFLICT (key_id) DO UPDATE
SET used = excluded.used + iif(minute = excluded.minute, used, 0), minute = excluded.minute
WHERE excluded.used + iif(minute = excluded.minute, used, 0) <= :rate
RETURNING used
"""
"""One statement, so that two processes cannot both take the last query; it gives no row where the rate is used up."""


class Quotas:
    """The counts of one data directory. Safe between threads; open it after the process forked."""

    def __init__(self, data_dir: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._connection = open_database(data_dir / "quotas.sqlite", _SCHEMA, WAIT_S)
        self._connection.execute("PRAGMA synchronous = OFF")  # counts of a minute are not worth waiting for the disk

    def charge(self, caller: Caller, queries: int) -> None:
        """Count `queries` for a caller. Raises `TooManyQueries` where that is over its rate; none is counted then."""
        if caller.rate == 0 or queries == 0:
            return
        now = int(self._clock().timestamp())
        values = {"key_id": caller.caller_id, "minute": now // 60, "queries": queries, "rate": caller.rate}
        try:
            with self._lock:
                granted = self._connection.execute(_CHARGE, values).fetchone()
        except sqlite3.Error as error:
            raise AccessUnavailable("Ask again shortly, or call the number given here.") from error
        if granted is None:
            raise TooManyQueries(f"You may ask {caller.rate} queries a minute: wait, then ask again.", 60 - now % 60)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
