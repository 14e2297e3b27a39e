"""What of the audit trail lies in Elasticsearch: the indices, their mappings, and the documents in them.

Decides what of a line can be asked by. There is one index for each month, so that a month whose time is over is removed
as a whole; and one for the signed heads. The copy is for reading, the files are the evidence: a document holds the very
line, and a line that cannot be read is copied all the same. Asks nothing of any server.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lookup.audit.chain import digest_of
from lookup.audit.entry import moment_text
from lookup.lookup_ids import REFERENCE_HEX
from lookup.store.elastic.documents import CHECKED_TEXT

_WORD = {"type": "keyword", "ignore_above": 1000}
_MOMENT = {"type": "date", "ignore_malformed": True}
_WORDS = (
    "id", "event", "component", "source_address", "destination_address", "device", "session", "user", "agency_ori",
    "requestor", "purpose", "reason", "case_number", "outcome", "level", "policy", "answer_digest", "lookup_id",
)  # fmt: skip
_PARTS: Mapping[str, Sequence[str]] = {
    "query": ("kind", "value", "issuer", "entered_by"),
    "data": ("source", "generation"),
}
"""Fields of an entry that are objects, and what of them can be asked by."""

_LISTS = ("records", "disclosed", "secondary_recipient")

SHIPPED_FIELDS = frozenset(
    (*_WORDS, *_LISTS, *(f"{name}.{part}" for name, parts in _PARTS.items() for part in parts), "segment")
)
"""Everything that the copy can be asked by, beside the time: `records` by the keys of the records told,
`secondary_recipient` and the value of a query about a person by any part, and `lookup_id` by its end too, of which the
reference number is made."""

LINES_MAPPING: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "segment": _WORD,
        "sequence": {"type": "long"},
        "line": CHECKED_TEXT,
        "occurred_at": _MOMENT,
        **dict.fromkeys((*_WORDS, *_LISTS), _WORD),
        **{name: {"properties": dict.fromkeys(parts, _WORD)} for name, parts in _PARTS.items()},
    },
}
HEADS_MAPPING: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {"text": CHECKED_TEXT, "digest": _WORD, "at": _MOMENT},
}

REACHES_MAPPING: Mapping[str, Any] = {"dynamic": "strict", "properties": {"node": _WORD, "at": {"type": "date"}}}


class SegmentLine(NamedTuple):
    """A line of a segment: the segment's name, the byte at which it begins there, and itself without its break."""

    segment: str
    offset: int
    text: bytes


def line_document(line: SegmentLine) -> tuple[str, dict[str, Any]]:
    """Give the document of a line and its `_id`, segment and sequence number: what is already there under it is the
    same line. One that tells no number is known by where it begins."""
    document: dict[str, Any] = {"segment": line.segment, "line": line.text.decode("utf-8", "replace")}
    told = _told(line.text)
    sequence = told.get("sequence")
    if not isinstance(sequence, int) or not 0 <= sequence < 2**63:
        return f"{line.segment}:at-{line.offset}", document
    document |= {"sequence": sequence} | {name: value for name, value in _asked(told) if value}
    return f"{line.segment}:{sequence}", document


def head_document(text: bytes) -> tuple[str, dict[str, Any]]:
    """Give the document of a signed head and its `_id`."""
    digest = digest_of(text)
    return digest, {"text": text.decode("utf-8", "replace"), "digest": digest, "at": _told(text).get("at")}


def reach_document(node: str, at: datetime) -> tuple[str, dict[str, Any]]:
    """Give the document that says up to when the trail of a node is copied, and its `_id`."""
    return f"{node}:{moment_text(at)}", {"node": node, "at": moment_text(at)}


def _told(text: bytes) -> Mapping[str, Any]:
    """Read a line; nothing where it is not JSON or no object."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _asked(told: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Give what can be asked by; a value of another shape, where somebody tampered with a line, is left out."""
    for name in ("occurred_at", *_WORDS, *_LISTS):
        yield name, _texts(told.get(name))
    if isinstance(lookup_id := told.get("lookup_id"), str):
        yield "lookup_id", [lookup_id, lookup_id[-REFERENCE_HEX:]]
    for name, parts in _PARTS.items():
        held = told.get(name)
        if isinstance(held, dict):
            yield name, {part: texts for part in parts if (texts := _texts(held.get(part)))}


def _texts(value: object) -> list[str]:
    """Give the texts of a value: itself, or what an object or a list holds; of a record its key."""
    if isinstance(value, dict):
        return [text for part in (value.values() if "id" not in value else [value["id"]]) for text in _texts(part)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []
