"""Checks the whole trail of a node: every line, every chain, every signed head, and what was published outside.

Decides what is checked against what, and names each tampering by file, sequence and record. What a crash or a failing
disk leaves behind is told apart from tampering. Reads only.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lookup.audit.chain import START
from lookup.audit.entry import moment_text
from lookup.audit.reading.seek import lines_holding
from lookup.audit.reading.stream import Line, all_segments, line_of, name_of
from lookup.audit.segment import begun_at, is_segment_name, writer_of
from lookup.audit.signing.volumes import HEADS_NAME, volumes_of
from lookup.audit.verifying.findings import Finding
from lookup.audit.verifying.pieces import Tick, Walk, read_link, record_id_of
from lookup.audit.verifying.segment_check import Known, check_segment, entries_after
from lookup.audit.verifying.signed_heads import HeadsReader, Published, SignedHeads, read_published
from lookup.audit.verifying.verification import Evidence, Verification
from lookup.errors import ConfigurationError

KEPT_AT_LEAST = timedelta(days=365)
"""Whatever the settings said: nothing younger is removed (CJIS AU-11)."""
SIGNED_WITHIN = timedelta(hours=1)
"""A head is signed at least hourly (setting `audit_checkpoint`)."""
LISTED_WITHIN = timedelta(minutes=1)
"""A segment that began this long before a checkpoint stands in it, or nobody of this node made it."""


@dataclass(frozen=True, slots=True)
class _After:
    """What the first line of a segment says: where the one before it of the same process ended, and how many entries
    were refused between."""

    segment: Path
    before: str
    sequence: int
    refused: int


def verify(evidence: Evidence, tick: Tick | None = None) -> Verification:
    """Verify a trail. `tick` is told how many bytes were read. Raises `ConfigurationError` where it cannot be read."""
    try:
        return _Verifier(evidence, tick).run()
    except OSError as error:
        raise ConfigurationError(f"{error.filename} cannot be read: {error.strerror}.") from error


class _Verifier:
    """One verification."""

    def __init__(self, evidence: Evidence, tick: Tick | None) -> None:
        self._evidence = evidence
        self._tick = tick
        self._done = Verification()
        self._paths: dict[str, Path] = {}
        self._heads = SignedHeads()
        self._ends: dict[str, int] = {}
        self._signed_ends: dict[Path, str | None] = {}
        self._unsigned_until = ""
        self._removed_heads: set[tuple[int, str]] = set()

    def run(self) -> Verification:
        """Do it all. The heads come first: what they name is there already, or was removed meanwhile."""
        self._read_heads()
        self._find_segments()
        links = list(self._read_links())
        removed = self._read_removals() | self._heads.removed
        final = self._heads.final
        self._signed_ends = {path: final[name].hash if name in final else None for name, path in self._paths.items()}
        for path in self._paths.values():
            with suppress(FileNotFoundError):  # retention removed it meanwhile, and has told so
                self._verify_segment(path)
        for link in links:
            self._verify_link(link)
        for name in sorted(set(self._heads.marks) - set(self._paths) - removed):
            known = max(self._heads.marks[name].by_sequence(), default=None)
            told = "the file is gone, and nothing says that its time was over"
            self._tell("missing", name, told, sequence=None if known is None else 0, through=known)
        self._tell_unvouched()
        self._tell_unsigned()
        self._done.removed = len(removed)
        return self._done

    def _tell(self, kind: str, file: str, told: str, **more: Any) -> None:
        self._done.findings.append(Finding(kind, file, told, **more))  # type: ignore[arg-type]  # as its callers write

    def _read_heads(self) -> None:
        path, published = self._evidence.audit_dir / HEADS_NAME, self._published()
        if not any(volume.stat().st_size for volume in volumes_of(path)):
            if published is not None or any(self._evidence.audit_dir.glob("public-*.pem")):
                self._tell("missing", HEADS_NAME, "the signed heads are gone")
            if published is None:
                return
        reader = HeadsReader(path, self._evidence.known_keys, published)
        found = reader.read(self._tick)
        self._heads = heads = reader.heads
        self._done.findings += reader.findings
        if found.torn:
            self._tell(
                "torn", volumes_of(path)[-1].name, f"{len(found.torn)} bytes of a checkpoint that a crash cut off"
            )
        self._done.checkpoints, self._done.last_checkpoint_at = heads.checkpoints, heads.last_at
        self._done.first_checkpoint_at = None if heads.oldest is None else heads.oldest.at
        self._done.keys = heads.keys

    def _published(self) -> Published | None:
        return None if self._evidence.published is None else read_published(self._evidence.published)

    def _find_segments(self) -> None:
        for path in all_segments(self._evidence.places):
            if self._paths.setdefault(path.name, path) is not path:
                self._tell("inserted", name_of(path), "a file of this name stands in the other place too")

    def _read_links(self) -> Iterator[_After]:
        """Take what the first line of each segment says of the one before it."""
        for path in self._paths.values():
            text = b""
            with suppress(FileNotFoundError), path.open("rb") as file:
                text = file.readline().rstrip(b"\n")
            details = _details(text)
            match details.get("gap"):
                case {"refused": int(refused)}:
                    pass
                case _:
                    refused = 0
            match details.get("after"):
                case {"segment": str(before), "sequence": int(sequence), "hash": str(stated)}:
                    self._heads.mark(before, sequence, stated)
                    yield _After(path, before, sequence, refused)

    def _read_removals(self) -> set[str]:
        """Give the segments that were removed because their time was over; finds those whose time was not."""
        names: set[str] = set()
        for path in self._paths.values():
            with suppress(FileNotFoundError):
                for offset, text in lines_holding(path, b'"event":"audit.removed"'):
                    line = line_of(path, offset, text)
                    if line is not None:
                        for segment in _listed(_details(text), "segments"):
                            names |= self._read_removal(line, segment)
                        for volume in _listed(_details(text), "heads"):
                            self._read_removed_heads(line, volume)
        return names

    def _read_removed_heads(self, line: Line, volume: Any) -> None:
        match volume:
            case {"name": str(name), "last": int(last), "hash": str(stated), "last_at": str(youngest)}:
                with suppress(ValueError, TypeError):
                    age = datetime.fromisoformat(line.occurred_at) - datetime.fromisoformat(youngest)
                    self._judge_removal(name, last, age, line.entry_id)
                    self._removed_heads.add((last, stated))

    def _read_removal(self, line: Line, segment: Any) -> set[str]:
        match segment:
            case {"name": str(name), "sequence": int(last), "last_at": str(youngest)}:
                with suppress(ValueError, TypeError):  # without a moment it says nothing
                    age = datetime.fromisoformat(line.occurred_at) - datetime.fromisoformat(youngest)
                    self._judge_removal(name, last, age, line.entry_id)
                    return {name}
        return set()

    def _judge_removal(self, name: str, last: int, age: timedelta, record_id: str) -> None:
        if age < KEPT_AT_LEAST:
            told = f"it was removed before a year was over, by record {record_id}"
            self._tell("missing", name, told, sequence=0, through=last)

    def _verify_segment(self, path: Path) -> None:
        marks, name = self._heads.marks.get(path.name), path.name
        known = Known({} if marks is None else marks.by_sequence(), self._heads.final.get(name), self._signed_ends)
        checked = check_segment(path, known, self._tick)
        self._done.findings += checked.findings
        self._done.segments += 1
        self._done.records += sum(piece.lines for piece in checked.found.pieces)
        self._ends[name] = checked.found.last
        self._count_unsigned(path, checked.found, -1 if marks is None else known.end)

    def _count_unsigned(self, path: Path, found: Walk, end: int) -> None:
        """Count the lines that no head covers; a whole segment that should have one was made by somebody else."""
        if not found.pieces or found.last <= end:
            return
        if end < 0 and self._should_be_listed(path):
            told = "no checkpoint names this file, though it is older than the last one"
            record_id = record_id_of(found.pieces[0].text)
            self._tell("inserted", path.name, told, sequence=0, through=found.last, record_id=record_id, line=1)
        last = line_of(path, 0, found.pieces[-1].last_text)
        self._done.unsigned += found.last - end
        self._unsigned_until = max(self._unsigned_until, "" if last is None else last.occurred_at)

    def _should_be_listed(self, path: Path) -> bool:
        signed_at = self._heads.last_at
        if signed_at is None:
            return False
        return not is_segment_name(path.name) or begun_at(path) < signed_at - LISTED_WITHIN

    def _verify_link(self, link: _After) -> None:
        """Explain what stands in a segment behind the line that its successor goes on from: a failing disk kept it."""
        path, end = self._paths.get(link.before), self._ends.get(link.before, -1)
        if path is None or end <= link.sequence or not is_segment_name(path.name):
            return
        written = {entry_id for _, entry_id, _ in entries_after(link.segment, -1)}
        refused, is_shared = link.refused, writer_of(path) == "commands"  # the next command may have gone on with it
        for sequence, entry_id, closes in entries_after(path, link.sequence):
            if closes or (is_shared and entry_id not in written):
                continue
            if entry_id in written:
                kind, told = "written_twice", f"the disk failed, and the entry went to {link.segment.name} too"
            elif refused > 0:
                refused -= 1
                kind, told = "unanswered", f"the disk failed, and its answer was refused: {link.segment.name} says so"
            else:
                kind, told = "inserted", f"{link.segment.name} goes on from a line before it"
            self._tell(kind, path.name, told, sequence=sequence, record_id=entry_id)

    def _tell_unvouched(self) -> None:
        """Say where older heads are missing and nothing says that their time was over."""
        begun, oldest = self._heads.begun, self._heads.oldest
        if begun is None or oldest is None:
            return
        first = oldest if self._heads.before_begun == begun.previous_hash else begun
        was_removed = first.previous_hash != START and (first.sequence - 1, first.previous_hash) in self._removed_heads
        last_at = self._heads.last_at or first.at
        if first.sequence == 0 or was_removed or last_at - first.at >= KEPT_AT_LEAST:  # what was older may be gone
            return
        told = f"heads missing before {moment_text(first.at)}: give them to --heads; until then, nothing vouches for "
        if first.previous_hash == START:
            older = [path for path in self._paths.values() if is_segment_name(path.name) and begun_at(path) < first.at]
            told += f"what {len(older)} segments from before held then, and "
        self._tell("unvouched", HEADS_NAME, f"{told}segments that may have been removed before")

    def _tell_unsigned(self) -> None:
        """Say where a head is due and there is none."""
        signed_at = self._heads.last_at
        if self._done.unsigned and (signed_at is None or self._unsigned_until > moment_text(signed_at + SIGNED_WITHIN)):
            told = f"{self._done.unsigned} lines have no signed head, up to {self._unsigned_until}"
            self._tell("unsigned", HEADS_NAME, told)


def _details(text: bytes) -> Mapping[str, Any]:
    """Give the details of a line whose hash fits; nothing where there are none. Whoever can make a hash that fits can
    make any line."""
    if read_link(text) is None:
        return {}
    try:
        details = json.loads(text)["details"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return details if isinstance(details, dict) else {}


def _listed(details: Mapping[str, Any], name: str) -> list[Any]:
    held = details.get(name)
    return held if isinstance(held, list) else []
