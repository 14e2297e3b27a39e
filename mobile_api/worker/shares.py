"""How many connections each process of a service has, seen by all of them.

Decides who takes a new connection: whoever has the fewest. Connections are kept and each stays with its process, so a
process that took most of them would be busy for minutes while the other is idle. Only counts are shared.
"""

import mmap
from array import array

PLACES = 1024
"""Processes that are told from one another: a page of memory, and far more than live at a time while a service that has
64 (the most that the setting `workers` allows) replaces them one by one."""
_NOBODY = 0xFFFFFFFF
_SIZE = array("I").itemsize


class Shares:
    """The counts of all processes. Make it before they fork; each is known by its age, which gunicorn counts up."""

    def __init__(self) -> None:
        self._counts = memoryview(mmap.mmap(-1, PLACES * _SIZE)).cast("I")
        for place in range(PLACES):
            self._counts[place] = _NOBODY

    def set(self, age: int, connections: int) -> None:
        """Say how many connections a process has."""
        self._counts[age % PLACES] = connections

    def leave(self, age: int) -> None:
        """Forget a process that is gone or takes no more connections."""
        self._counts[age % PLACES] = _NOBODY

    def has_most(self, age: int) -> bool:
        """Tell whether another process has fewer connections than this one."""
        return self._counts[age % PLACES] > min(self._counts)
