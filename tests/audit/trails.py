"""Trails that a test writes, and their lines read again by nothing but JSON and SHA-256."""

import hashlib
import json
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lookup.audit.entry import Actor, Scene, entry
from lookup.audit.segment import segments_in
from lookup.audit.trail import Trail, Writer
from tests.api.serving import MovableClock

COMPONENT = "lookup/0@node-1"
AT = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
_LINE = re.compile(rb'(.*),"hash":"(sha256:[0-9a-f]{64})"\}\n')


def happening(name: str = "officer", **details: Any) -> dict[str, Any]:
    """An entry that says who."""
    return entry("sign_in", "done", Scene(AT, COMPONENT, Actor(user=name)), details=details or None)


class Node:
    """A directory and a spool, and the trails that processes write there."""

    def __init__(self, root: Path) -> None:
        self.own = root / "disk" / "segments"
        self.spool = root / "other-disk" / "spool"
        self.clock = MovableClock(AT)

    def trail(self, writer: Writer = "service") -> Trail:
        return Trail((self.own, self.spool), COMPONENT, writer, self.clock)

    @contextmanager
    def broken(self, *places: Path) -> Iterator[None]:
        """Meanwhile, nothing can be made in these places: a file stands where their disk should be."""
        disks = [place.parent for place in places]
        for disk in disks:
            if disk.exists():
                disk.rename(disk.with_suffix(".away"))
            disk.touch()
        yield
        for disk in disks:
            disk.unlink()
            if disk.with_suffix(".away").exists():
                disk.with_suffix(".away").rename(disk)


def chain(path: Path, torn: int = 0) -> list[dict[str, Any]]:
    """All lines of a segment, which must be one whole chain but for so many bytes at its end."""
    data = path.read_bytes()
    lines, before = [], "sha256:" + "0" * 64
    for number, line in enumerate(data[: len(data) - torn].splitlines(keepends=True)):
        match = _LINE.fullmatch(line)
        assert match is not None
        told = json.loads(line)
        assert (told["sequence"], told["previous_hash"]) == (number, before)
        before = match[2].decode()
        assert before == f"sha256:{hashlib.sha256(match[1]).hexdigest()}"
        lines.append(told)
    return lines


def chains(place: Path) -> list[list[dict[str, Any]]]:
    """The lines of all segments in a place, segment by segment in the order of their first lines."""
    found = [chain(path) for path in segments_in(place)]
    return sorted(found, key=lambda lines: str(lines[0]["id"]))


def events(lines: list[dict[str, Any]]) -> list[str]:
    """What a segment says, in order: the user of an entry, the event where the trail itself speaks."""
    return [line["user"] or line["event"] for line in lines]


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Meanwhile the system takes nothing of this process beyond this size of a file: a write gets a part of its bytes
    there, or an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
