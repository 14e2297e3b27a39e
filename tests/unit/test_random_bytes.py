"""Random bytes are given once, also in a process that was forked."""

import os

import pytest

from lookup.random_bytes import PIECE, PIECES, random_bytes


def test_no_two_are_alike_however_many_are_asked_for() -> None:
    given = [random_bytes(PIECE) for _ in range(3 * PIECES)]
    assert len(set(given)) == 3 * PIECES
    assert {len(one) for one in given} == {PIECE}
    assert len(random_bytes(5)) == 5


def test_a_forked_process_is_given_others_than_its_parent() -> None:
    random_bytes(1)  # there are pieces now that both could give
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random_bytes(PIECE))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, PIECE) not in [random_bytes(PIECE) for _ in range(PIECES)]


def test_more_than_a_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 16"):
        random_bytes(PIECE + 1)
