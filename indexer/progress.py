"""What the indexer tells of its progress: nothing where nobody looks, steps where a part of it only counts.

Decides nothing about the work, nor how progress is shown: that is `lookup.progress`.
"""

from collections.abc import Callable

from lookup.progress import Progress


class Silence:
    """Says nothing."""

    def begin(self, step: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, count: int) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


def follow_counts(progress: Progress) -> Callable[[str, int, int], None]:
    """Give a function that takes step, items done and items in all, and turns them into progress."""
    last: list[tuple[str, int]] = [("", 0)]

    def take(step: str, done: int, total: int) -> None:
        if step != last[0][0]:
            progress.begin(step, total)
            last[0] = (step, 0)
        progress.advance(done - last[0][1])
        last[0] = (step, done)

    return take
