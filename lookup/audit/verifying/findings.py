"""What a verification finds: where, and what kind of tampering it is, or that it is none.

Decides the kinds and their words. How they are told apart is decided in `tampering` and `verify`.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Tampering = Literal[
    "altered", "removed", "reordered", "inserted", "spliced", "truncated", "rewritten", "resigned", "missing"
]
"""`altered`: a line whose hash does not fit its bytes. `removed`: lines that are not there. `reordered`: lines that
stand elsewhere in their file. `inserted`: lines that do not belong there. `spliced`: lines of another file.
`truncated`: the end of a file is gone. `rewritten`: hashes that fit, but are not those that were signed or that the
next line goes on from. `resigned`: a checkpoint of another key, or another one than was published. `missing`: a file
that is gone."""

Remark = Literal["torn", "written_twice", "unanswered", "unsigned", "unvouched"]
"""What is no tampering. `torn`: an append that a crash cut off. `written_twice`: an entry that a failing disk kept
after all, and that went to the next segment too. `unanswered`: one that such a disk kept, and whose answer was refused.
`unsigned`: lines for which a signed head is due, so that nobody could tell if they were written anew. `unvouched`:
older heads are not there, so that nobody could tell what was removed or written anew before the oldest one."""

TAMPERING: tuple[Tampering, ...] = get_args(Tampering)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found in a file. `sequence` to `through` are the lines (null where the whole file is meant),
    `record_id` the first of them as far as it is known, `line` its number in the file, `origin` the file that it was
    taken from."""

    kind: Tampering | Remark
    file: str
    told: str
    sequence: int | None = None
    through: int | None = None
    record_id: str | None = None
    line: int | None = None
    origin: str | None = None

    @property
    def is_tampering(self) -> bool:
        """Whether somebody changed the trail."""
        return self.kind in TAMPERING

    def document(self) -> dict[str, Any]:
        """Give the finding as JSON."""
        return asdict(self) | {"tampering": self.is_tampering}

    def text(self) -> str:
        """Write the finding as one line for a person."""
        where = "" if self.sequence is None else f", sequence {self.sequence}"
        if self.through is not None and self.through != self.sequence:
            where += f" to {self.through}"
        line = "" if self.line is None else f" (line {self.line})"
        record = "" if self.record_id is None else f", record {self.record_id}"
        origin = "" if self.origin is None else f" ({self.origin})"
        return f"{self.kind}: {self.file}{where}{line}{record}: {self.told}{origin}"
