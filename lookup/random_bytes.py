"""A few random bytes at a time, of the system's own generator, without asking the system each time.

Decides how many are fetched at once. Each call to the system gives up the interpreter, and on a busy service another
thread takes it then: measured, that cost far more than the call.
"""

import os
from collections import deque

PIECE = 16
"""Bytes of one piece: enough for any id."""
PIECES = 256
"""Pieces that are fetched at once."""

_pool: deque[bytes] = deque()
os.register_at_fork(after_in_child=_pool.clear)  # or two processes would give the same


def random_bytes(size: int) -> bytes:
    """Give `size` bytes, 16 at most, that nobody can guess and nobody was given before."""
    if size > PIECE:
        raise ValueError(f"at most {PIECE} bytes at a time")
    while True:
        try:
            return _pool.pop()[:size]  # in one step: no two threads get the same
        except IndexError:
            fresh = os.urandom(PIECE * PIECES)
            _pool.extend(fresh[start : start + PIECE] for start in range(0, len(fresh), PIECE))
