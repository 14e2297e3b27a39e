"""Checks one segment against itself and against what is known of it from elsewhere.

Decides what a segment must hold: one whole chain, the hashes that signed heads and later segments state, and nothing
behind its end once that is signed. Reads only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lookup.audit.chain import split_line
from lookup.audit.reading.stream import line_of
from lookup.audit.segment import is_being_written
from lookup.audit.signing.checkpoint import SegmentHead
from lookup.audit.verifying.findings import Finding
from lookup.audit.verifying.origins import origins_of
from lookup.audit.verifying.pieces import Tick, Walk, record_id_of, walk
from lookup.audit.verifying.tampering import judge


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a segment: which line bore which hash, and its end where that is final. `others` are all
    segments, from which lines may have been taken, each with the hash of its last line where that is known."""

    marks: Mapping[int, set[str]] = field(default_factory=dict)
    final: SegmentHead | None = None
    others: Mapping[Path, str | None] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The last sequence number that the segment is known to have had; -1 where none is."""
        return max(self.marks, default=-1)


@dataclass(frozen=True, slots=True)
class Checked:
    """A segment that was checked: how it was met and what was found."""

    found: Walk
    findings: list[Finding]


def check_segment(path: Path, known: Known, tick: Tick | None = None) -> Checked:
    """Check a segment. Raises `OSError` where it cannot be read."""
    found = walk(path, asked=known.marks, tick=tick)
    findings: list[Finding] = []
    if not found.is_whole:
        others = {other: end for other, end in known.others.items() if other != path}
        findings += judge(path.name, found, origins_of(found.pieces, others), known.end)
    elif found.last < known.end:
        told = "the end of the file is gone"
        findings.append(Finding("truncated", path.name, told, sequence=found.last + 1, through=known.end))
    findings += _rewritten(path, found, known, findings)
    findings += _behind(path, found, known.final, findings)
    if found.torn and not is_being_written(path):
        told = f"{len(found.torn)} bytes of an append that a crash cut off; its answer never left"
        findings.append(Finding("torn", path.name, told))
    return Checked(found, findings)


def _rewritten(path: Path, found: Walk, known: Known, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Find the first line that bears another hash than was stated of it, and the last one before that is right."""
    good = -1
    for sequence in sorted(known.marks):
        met = found.seen.get(sequence)
        if met is None:
            continue
        if known.marks[sequence] <= met:
            good = sequence
        elif not any(_covers(finding, sequence) for finding in findings):
            told = "its hash fits, but it is not the one that was signed; one of these lines was written anew"
            yield Finding(
                "rewritten", path.name, told, **_line(path, sequence) | {"sequence": good + 1, "through": sequence}
            )
            return


def _covers(finding: Finding, sequence: int) -> bool:
    first, last = finding.sequence, finding.through if finding.through is not None else finding.sequence
    return first is not None and last is not None and first <= sequence <= last


def _line(path: Path, sequence: int) -> dict[str, Any]:
    """Name the line of a sequence number: the id of its record and its number in the file."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if raw.startswith(b'{"sequence":%d,' % sequence):
                return {"record_id": record_id_of(raw), "line": number}
    return {}


def _behind(path: Path, found: Walk, final: SegmentHead | None, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Find what stands behind the end of a segment that is final."""
    if final is None:
        return
    if found.last > final.sequence and not any(_covers(finding, found.last) for finding in findings):
        told = "it stands behind the end that was signed"
        more = _line(path, final.sequence + 1)
        yield Finding("inserted", path.name, told, sequence=final.sequence + 1, through=found.last, **more)
    elif len(found.torn) != final.torn and not findings:
        told = f"{final.torn} bytes of a torn line were signed, {len(found.torn)} are there"
        yield Finding("altered", path.name, told, sequence=final.sequence + 1)


def entries_after(path: Path, sequence: int) -> Iterator[tuple[int, str, bool]]:
    """Give the entries of a segment that follow a line: sequence number, id, and whether it only closes the segment."""
    with path.open("rb") as file:
        for raw in file:
            line = line_of(path, 0, raw)
            if line is not None and line.sequence > sequence and split_line(raw[:-1]) is not None:
                yield line.sequence, line.entry_id, b'"event":"segment.closed"' in raw
