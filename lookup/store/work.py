"""What the indexer notes about its work, as text: the same for every engine.

Decides what becomes of a note that cannot be read: an empty one.
"""

from typing import Any, get_args

from lookup.store.notes import decode_note, encode_note, note_document
from lookup.store.protocol import Phase, Work


def work_document(work: Work) -> dict[str, Any]:
    """Give a note as the `reindex` object of a status."""
    return note_document(work)


def encode_work(work: Work) -> str:
    """Write a note as JSON."""
    return encode_note(work)


def decode_work(text: str | None) -> Work:
    """Read a note back; an empty one where there is none, or where it is not one."""
    work = decode_note(text, Work)
    return work if work is not None and work.phase in get_args(Phase) else Work()
