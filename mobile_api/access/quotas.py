"""Counts the queries of callers and agencies that have a rate, exactly, over all processes of a node.

Decides whether a query is still within the rate of its caller and of their agency in this calendar minute. Where there
is no rate nothing is counted, so the usual lookup does not pay for it.
"""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from lookup.clock import Clock
from mobile_api.access.caller import Caller
from mobile_api.access.database import open_database, transaction
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

    def __init__(self, data_dir: Path, clock: Clock, agency_rate: int = 0) -> None:
        self._clock = clock
        self._agency_rate = agency_rate
        self._lock = threading.Lock()
        self._connection = open_database(data_dir / "quotas.sqlite", _SCHEMA, WAIT_S)
        self._connection.execute("PRAGMA synchronous = OFF")  # counts of a minute are not worth waiting for the disk

    def charge(self, caller: Caller, queries: int) -> None:
        """Count `queries` for a caller and their agency. Raises `TooManyQueries` where that is over the rate of either;
        none is counted then."""
        rates = self._rates(caller)
        if not rates or queries == 0:
            return
        now = int(self._clock().timestamp())
        try:
            refused = self._count(rates, now // 60, queries)
        except sqlite3.Error as error:
            raise AccessUnavailable("Ask again shortly, or call the number given here.") from error
        if refused is not None:
            whose, rate = refused
            raise TooManyQueries(f"{whose} may ask {rate} queries a minute: wait, then ask again.", 60 - now % 60)

    def _rates(self, caller: Caller) -> list[tuple[str, str, int]]:
        """Give what is counted: under which name, whose it is, and the rate."""
        rates = [(caller.caller_id, "You", caller.rate)] if caller.rate else []
        if self._agency_rate and caller.agency is not None:
            rates.append((f"agency {caller.agency}", "Your agency", self._agency_rate))
        return rates

    def _count(self, rates: Sequence[tuple[str, str, int]], minute: int, queries: int) -> tuple[str, int] | None:
        """Count under all names or under none; give whose rate is used up."""
        with self._lock, transaction(self._connection) as connection:
            for name, whose, rate in rates:
                values = {"key_id": name, "minute": minute, "queries": queries, "rate": rate}
                if connection.execute(_CHARGE, values).fetchone() is None:
                    connection.execute("ROLLBACK")
                    return whose, rate
        return None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
