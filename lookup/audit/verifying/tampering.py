"""What the pieces of a chained file say about what was done to it.

Decides the kind of each tampering and the lines that it touched, from one file and what is known of its end from
elsewhere. Reads nothing; which pieces come from another file is told by whoever can look there.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lookup.audit.verifying.findings import Finding
from lookup.audit.verifying.pieces import Damage, Piece, Walk, record_id_of

PIECES = 2000
"""Pieces of one file that are told apart: a search for the right order takes the square of their number. Who tore a
file into more has rearranged it as a whole."""

MISSING = 5_000_000
"""Lines that are told apart where they are missing; no file has so many, so where more are, a number was made up."""

_ALTERED = "its hash does not fit its bytes"
_REMOVED = "these lines are not there any more"
_TRUNCATED = "the end of the file is gone"
_REORDERED = "it does not stand in its place"
_INSERTED = "it does not belong here"
_SPLICED = "it was taken from another file"
_REWRITTEN = "its hash fits, but the next line goes on from another one; lines before it may be new too"
_BEGUN_ANEW = "its hash fits, but it goes on from a line that is not there"


@dataclass(slots=True)
class _Judge:
    """Judges one file. `gap` holds what is between two pieces in order, until the second one is met."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def told(self, kind: str, words: str, piece: Piece | None = None, **more: object) -> None:
        """Note a finding, of a piece as a whole or as `more` says."""
        if piece is not None:
            more = {
                "sequence": piece.first,
                "through": piece.last,
                "record_id": record_id_of(piece.text),
                "line": piece.line,
            } | more
        self.findings.append(Finding(kind, self.file, words, **more))  # type: ignore[arg-type]  # as its callers write


def judge(file: str, found: Walk, origins: Mapping[int, str], known_end: int = -1) -> list[Finding]:
    """Say what was done to a file that is not one whole chain.

    `origins` names, by the line of a piece, the file that it was taken from; `known_end` is the last sequence number
    that the file is known to have had.
    """
    judged = _Judge(file)
    own = [piece for piece in found.pieces if piece.line not in origins]
    for piece in found.pieces:
        if piece.line in origins:
            judged.told("spliced", _SPLICED, piece, origin=origins[piece.line])
    if len(own) > PIECES:
        judged.told("reordered", "the whole file was rearranged", own[0], through=None)
        return judged.findings
    kept, loose = _in_order(own)
    moved = _judge_loose(judged, loose, kept)
    _judge_joints(judged, kept, found.start)
    for gap in _gaps(kept, found.damages, known_end, found.start[0]):
        _judge_gap(judged, gap, moved)
    return judged.findings


@dataclass(frozen=True, slots=True)
class _Gap:
    """The sequence numbers that are missing between two pieces, and the damaged lines that stand there."""

    missing: range
    damages: list[Damage]
    at_end: bool = False


def _in_order(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Tell the pieces that stand as they should, each after the one before, from the loose ones.

    Those stand right that have the most lines together. One that begins with lines that the piece before it has too
    is cut there: the first ones are loose, because somebody wrote them twice.
    """
    weight: list[int] = []
    before: list[int | None] = []
    for index, piece in enumerate(pieces):
        best, most = None, piece.lines
        for other in range(index):
            end = pieces[other].last
            if pieces[other].first < piece.first and end < piece.last:
                twice = max(0, end - piece.first + 1)
                together = weight[other] + piece.lines - twice
                if together > most:
                    best, most = other, together
        weight.append(most)
        before.append(best)
    chosen, at = set(), max(range(len(pieces)), key=lambda index: weight[index], default=None)
    while at is not None:
        chosen.add(at)
        at = before[at]
    return _cut(pieces, chosen)


def _cut(pieces: Sequence[Piece], chosen: set[int]) -> tuple[list[Piece], list[Piece]]:
    kept: list[Piece] = []
    loose: list[Piece] = []
    for index, piece in enumerate(pieces):
        if index not in chosen:
            loose.append(piece)
        elif kept and kept[-1].last >= piece.first:
            end, link = kept[-1].last, kept[-1].hash
            loose.append(replace(piece, last=end))
            kept.append(replace(piece, first=end + 1, line=piece.line + end + 1 - piece.first, previous_hash=link))
        else:
            kept.append(piece)
    return kept, loose


def _judge_loose(judged: _Judge, loose: Sequence[Piece], kept: Sequence[Piece]) -> set[int]:
    """Judge the pieces that do not stand in order, and give the sequence numbers of those that only moved."""
    moved: set[int] = set()
    for piece in loose:
        numbers = range(piece.first, piece.last + 1)
        taken = any(other.first <= piece.last and piece.first <= other.last for other in kept)
        if taken or moved.intersection(numbers):
            judged.told("inserted", _INSERTED, piece)
        else:
            judged.told("reordered", _REORDERED, piece)
            moved.update(numbers)
    return moved


def _judge_joints(judged: _Judge, kept: Sequence[Piece], start: tuple[int, str]) -> None:
    """Judge where a piece follows another by its number but not by its hash."""
    if kept and kept[0].first == start[0] and kept[0].previous_hash != start[1]:
        judged.told("rewritten", _BEGUN_ANEW, kept[0], through=kept[0].first)
    for left, right in itertools.pairwise(kept):
        if right.first == left.last + 1 and right.previous_hash != left.hash:
            record, line = record_id_of(left.last_text), left.line + left.lines - 1
            judged.told("rewritten", _REWRITTEN, sequence=left.last, record_id=record, line=line)


def _gaps(kept: Sequence[Piece], damages: Sequence[Damage], known_end: int, begin: int) -> Iterator[_Gap]:
    """Give what is missing before, between and after the pieces, and what stands there instead."""
    line = 0
    for piece in kept:
        between = [damage for damage in damages if line < damage.line < piece.line]
        yield _Gap(range(begin, piece.first), between)
        begin, line = piece.last + 1, piece.line
    rest = [damage for damage in damages if damage.line > line]
    there = sum(max(1, damage.markers) for damage in rest)
    yield _Gap(range(begin, max(begin + there, known_end + 1)), rest, at_end=True)


def _judge_gap(judged: _Judge, gap: _Gap, moved: set[int]) -> None:
    """Judge one gap: damaged lines take the place of missing ones, as many as they can have been; the others are gone.
    A line whose break was changed is one line that was two; a break that was set inside a line makes two of one."""
    if len(gap.missing) > MISSING:
        judged.told("removed", _REMOVED, sequence=gap.missing[0], through=gap.missing[-1])
        return
    missing = [number for number in gap.missing if number not in moved]
    places = sum(max(damage.lines, damage.markers) for damage in gap.damages)
    read = {number for damage in gap.damages for number in damage.sequences}
    if len(missing) <= places:
        altered = missing
    else:
        altered = sorted(sorted(missing, key=lambda number: (number not in read, number))[:places])
    ids = [found for damage in gap.damages for found in damage.ids]
    for index, number in enumerate(altered):
        record = (ids[index] if index < len(ids) else "") or None
        judged.told("altered", _ALTERED, sequence=number, record_id=record, line=gap.damages[0].line + index)
    if gap.damages and not missing:
        judged.told("inserted", _INSERTED, line=gap.damages[0].line, record_id=next(iter(ids), "") or None)
    gone = [number for number in missing if number not in altered]
    for first, last in _ranges(gone):
        if gap.at_end:
            judged.told("truncated", _TRUNCATED, sequence=first, through=last)
        else:
            judged.told("removed", _REMOVED, sequence=first, through=last)


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the stretches of numbers that follow each other, each by its first and last."""
    start = 0
    for index in range(1, len(numbers) + 1):
        if index == len(numbers) or numbers[index] != numbers[index - 1] + 1:
            yield numbers[start], numbers[index - 1]
            start = index
