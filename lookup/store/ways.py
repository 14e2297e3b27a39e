"""The ways to the records, asked in turn: a replica first, the store behind it where the replica cannot look.

Decides only the turn. That nobody could look is an error, and never an answer.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from lookup.errors import CouldNotSearch
from lookup.store.protocol import Registry, Store

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


def ask_in_turn(store: Store, ask: Callable[[Store], Answer]) -> Answer:
    """Give the answer of the first way that can look. Raises what the last one raises."""
    *better, last = store.ways()
    for way in better:
        try:
            return ask(way)
        except CouldNotSearch as error:
            _log.warning("The %s could not answer, the next way is asked: %s", way.source, error)
    return ask(last)


@contextmanager
def reading_in_turn(store: Store, time_s: float) -> Iterator[Registry]:
    """Open one view of the first way that opens, in which all questions may take `time_s` seconds. Raises
    `CouldNotSearch` where none opens."""
    with ExitStack() as stack:
        yield ask_in_turn(store, lambda way: stack.enter_context(way.reading(time_s)))
