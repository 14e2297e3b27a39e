"""Numbers of invented people and papers: each begins with TRN, comes once, and is never another kind's number.

Decides their shape only. TRN is reserved for fictitious data, so that no real number can be one of them.
"""

from collections import defaultdict

SCATTER = 48_271
"""Odd and no multiple of 5, so multiplying by it permutes the numbers below a power of ten: no two are the same and
neighbours do not look alike."""


class Numbers:
    """Counts each series from one."""

    def __init__(self) -> None:
        self._last: dict[str, int] = defaultdict(int)

    def member(self) -> str:
        """Give the next member id, such as TRN000048271."""
        return f"TRN{self._next('member') * SCATTER % 10**9:09d}"

    def card(self) -> str:
        """Give the next card number."""
        return self._paper("C")

    def license(self) -> str:
        """Give the next license number."""
        return self._paper("L")

    def title(self) -> str:
        """Give the next title number of a vehicle."""
        return self._paper("T")

    def key(self, series: str) -> str:
        """Give the next key of a table that has no number of its own, such as TRN-A-0000001."""
        return f"TRN-{series}-{self._next(series):07d}"

    def _paper(self, letter: str) -> str:
        return f"TRN{letter}{self._next(f'paper {letter}') * SCATTER % 10**8:08d}"

    def _next(self, series: str) -> int:
        self._last[series] += 1
        return self._last[series]
