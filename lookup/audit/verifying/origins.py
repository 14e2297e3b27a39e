"""Where lines come from that do not belong to the segment in which they stand.

Decides from the hashes alone: a line names the one before it, and is named by the one after it. Reads the other
segments once for each segment that was tampered with.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lookup.audit.chain import START
from lookup.audit.verifying.pieces import Piece

_LENGTH = len(START)
_OWN = slice(-len('"}\n') - _LENGTH, -len('"}\n'))
_BETWEEN = len('","hash":"')
_PREVIOUS = slice(_OWN.start - _BETWEEN - _LENGTH, _OWN.start - _BETWEEN)
"""Where a line has its own hash and that of the one before, counted from its end, its break included."""


def origins_of(pieces: Sequence[Piece], others: Mapping[Path, str | None]) -> dict[int, str]:
    """Name, by the line of a piece, the segment that it was taken from.

    `others` are the segments that it may be, each with the hash of its last line as far as that was signed. A piece
    comes from a segment where two of three still stand or stood: the line before it, one of its own, the line after it.
    """
    found: dict[int, str] = {}
    wanted = {text.encode() for piece in pieces for text in (piece.previous_hash, piece.first_hash, piece.hash)}
    for path, end in others.items():
        own, named = _hashes_in(path, wanted)
        own |= {end.encode()} & wanted if end is not None else set()
        for piece in pieces:
            if piece.line not in found and sum(_signs(piece, pieces, own, named)) >= 2:
                found[piece.line] = path.name
    return found


def _signs(piece: Piece, pieces: Sequence[Piece], own: set[bytes], named: set[bytes]) -> Iterator[bool]:
    begins = piece.previous_hash == START
    yield piece.previous_hash.encode() in own or (begins and _is_at_odds(piece, pieces))
    yield piece.first_hash.encode() in own or piece.hash.encode() in own
    yield piece.hash.encode() in named


def _is_at_odds(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Tell whether another piece of the same file goes on from another line than the last one of this piece."""
    return any(other.first == piece.last + 1 and other.previous_hash != piece.hash for other in pieces)


def _hashes_in(path: Path, wanted: set[bytes]) -> tuple[set[bytes], set[bytes]]:
    """Give which of the wanted hashes are those of lines of a segment, and which are named as those before one."""
    own: set[bytes] = set()
    named: set[bytes] = set()
    with path.open("rb") as file:
        for raw in file:
            if (stated := raw[_OWN]) in wanted:
                own.add(stated)
            if (previous := raw[_PREVIOUS]) in wanted:
                named.add(previous)
    return own, named
