"""A chained file taken apart: the stretches of lines that hang together, and the lines whose hash does not fit.

Decides, line by line, whether a hash fits and whether a line goes on from the one before. A file that nobody touched is
one piece that begins at the start of the chain. What other pieces mean is decided in `tampering`.
"""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lookup.audit.chain import START, digest_of, split_line

Placed = tuple[int, str, str]
"""Where a line stands in its chain: its sequence number, the hash that it goes on from, and its own."""
Read = Callable[[bytes], Placed | None]
"""Reads where a line stands; None where its hash does not fit its bytes."""
Tick = Callable[[int], None]
"""Is told how many bytes were read since it was told last."""

TICK_BYTES = 1 << 20

_MARKER = b'{"sequence":'
_NUMBER = re.compile(rb'\{"sequence":(\d{1,15}),')
_ID = re.compile(rb'\{"sequence":\d{1,15},"id":"([0-9A-Za-z-]{1,64})"')
_ANY_ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PREVIOUS = b',"previous_hash":"'
_PREVIOUS_TAIL = len(_PREVIOUS) + len(START) + 1


@dataclass(slots=True)
class Piece:
    """Lines that follow each other. `line` is the number of the first in its file, `text` the first and `last_text`
    the last as they lie there."""

    line: int
    first: int
    last: int
    previous_hash: str
    first_hash: str
    hash: str
    text: bytes
    last_text: bytes

    @property
    def lines(self) -> int:
        """How many there are."""
        return self.last - self.first + 1


@dataclass(slots=True)
class Damage:
    """Lines, one below the other, whose hashes do not fit. `sequences` and `ids` are what can still be read of them
    (an id that cannot be is empty); `markers` how many lines they were once."""

    line: int
    lines: int = 0
    markers: int = 0
    sequences: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def add(self, text: bytes) -> None:
        """Take one more line."""
        self.lines += 1
        self.markers += text.count(_MARKER)
        self.sequences += [int(number) for number in _NUMBER.findall(text)]
        for part in text.split(_MARKER)[1:] or ([text] if self.lines == 1 else ()):
            found = _ANY_ID.search(part)  # the first one is the entry's own, unless just that was changed
            self.ids.append("" if found is None else found[0].decode())


@dataclass(slots=True)
class Walk:
    """Files as they were met, one after the other. `start` is what the chain begins with: the number of its first line
    and the hash before it. `seen` holds the hashes of the lines that were asked for, as far as they are there;
    `torn` what lies behind the last whole line."""

    parts: list[Piece | Damage] = field(default_factory=list)
    start: tuple[int, str] = (0, START)
    seen: dict[int, set[str]] = field(default_factory=dict)
    torn: bytes = b""
    size: int = 0

    @property
    def pieces(self) -> list[Piece]:
        """The stretches of lines whose hashes fit."""
        return [part for part in self.parts if isinstance(part, Piece)]

    @property
    def damages(self) -> list[Damage]:
        """The lines whose hashes do not."""
        return [part for part in self.parts if isinstance(part, Damage)]

    @property
    def is_whole(self) -> bool:
        """Whether the file is one chain from its start."""
        parts = self.parts
        if not parts:
            return True
        first = parts[0]
        return len(parts) == 1 and isinstance(first, Piece) and (first.first, first.previous_hash) == self.start

    @property
    def last(self) -> int:
        """The sequence number of the last line whose hash fits; -1 where there is none."""
        return max((piece.last for piece in self.pieces), default=-1)


def read_link(text: bytes) -> Placed | None:
    """Read where a line of a segment stands in its chain; None where its hash does not fit its bytes."""
    parts = split_line(text)
    if parts is None or digest_of(parts[0]) != parts[1]:
        return None
    number, tail = _NUMBER.match(text), parts[0][-_PREVIOUS_TAIL:]
    if number is None or not tail.startswith(_PREVIOUS):
        return None
    return int(number[1]), tail[len(_PREVIOUS) : -1].decode("ascii", "replace"), parts[1]


def walk(path: Path, read: Read = read_link, asked: Container[int] = (), tick: Tick | None = None) -> Walk:
    """Take a file apart; `asked` are the sequence numbers whose hashes are wanted. Raises `OSError`."""
    return walk_all((path,), read, asked, tick)


def walk_all(
    paths: Sequence[Path], read: Read = read_link, asked: Container[int] = (), tick: Tick | None = None
) -> Walk:
    """Take files apart that hold one chain, in their order; lines are counted through all. Raises `OSError`."""
    found, told, number = Walk(), 0, 0
    for path in paths:
        with path.open("rb") as file:
            for raw in file:
                number += 1
                found.size += len(raw)
                if raw[-1:] == b"\n":
                    _take(found, number, raw[:-1], read(raw[:-1]), asked)
                elif path == paths[-1] and _is_torn(raw, read):
                    found.torn = raw
                else:
                    _take(found, number, raw, None, asked)
                if tick is not None and found.size - told >= TICK_BYTES:
                    tick(found.size - told)
                    told = found.size
    if tick is not None:
        tick(found.size - told)
    return found


def record_id_of(text: bytes) -> str | None:
    """Read the id of the entry of a line; None where there is none, or it cannot be read."""
    found = _ID.match(text)
    return None if found is None else found[1].decode()


def _take(found: Walk, number: int, text: bytes, placed: Placed | None, asked: Container[int]) -> None:
    """Add a line to the piece that it goes on from, or begin another one."""
    before = found.parts[-1] if found.parts else None
    if placed is None:
        if not isinstance(before, Damage):
            before = Damage(number)
            found.parts.append(before)
        before.add(text)
        return
    sequence, previous_hash, stated = placed
    if sequence in asked:
        found.seen.setdefault(sequence, set()).add(stated)
    if isinstance(before, Piece) and sequence == before.last + 1 and previous_hash == before.hash:
        before.last, before.hash, before.last_text = sequence, stated, text
    else:
        found.parts.append(Piece(number, sequence, sequence, previous_hash, stated, stated, text, text))


def _is_torn(raw: bytes, read: Read) -> bool:
    """Tell whether what has no break is the beginning of a line, as a crash leaves it, and not a whole line whose
    break somebody changed. Some file systems fill up with zeros after a power cut."""
    text = raw.rstrip(b"\0")
    return (text.startswith(_MARKER) or _MARKER.startswith(text)) and read(raw[:-1]) is None
