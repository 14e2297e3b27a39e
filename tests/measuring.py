"""What the measurement of coverage leaves out: walks that ask the same code many thousand times.

Decides nothing about what is run: only that nobody counts its lines.
"""

from collections.abc import Iterator

import coverage
import pytest


@pytest.fixture
def unmeasured() -> Iterator[None]:
    """Nobody counts lines while the test runs. Counting makes a walk through the law three times as long and tells
    nothing new of it: other tests go through the same lines."""
    measuring = coverage.Coverage.current()
    if measuring is None:
        yield
        return
    measuring.stop()
    yield
    measuring.start()
