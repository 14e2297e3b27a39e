"""What lies in the indices of a store: their mappings, and every kind of document in them.

Decides shapes, and that each document is checked when it is read back. How the indices are called is decided in
`names`. Asks nothing of any server.

Documents of a generation, by `_id`:

- the key of a record: a record, `type` `record`, with its external version equal to its revision;
- `head`: where the generation stands, `type` `head`;
- `change:N`: revision N whole, the commit of that revision, `type` `change`;
- `quarantine:PASS:I`: a portion of the rows that pass PASS refused, `type` `quarantine`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Any

from lookup.errors import StoreDamaged
from lookup.records import Content, body_version
from lookup.store.elastic.names import SCHEMA
from lookup.store.heads import decode_head, encode_head
from lookup.store.protocol import Head
from lookup.store.rows import Row, row_terms

HEAD_ID = "head"
LEASE_ID, WORK_ID, PUBLISHED_ID = "lease", "work", "published"
"""The documents of the control index: who is at work, what they noted, and that something was published once."""

CHECKED_TEXT = {"type": "keyword", "index": False, "doc_values": False}
"""Kept and given back, never asked for: no limit of length applies."""
_ASKED = {"type": "keyword", "doc_values": False}

MAPPING: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "type": {"type": "keyword"},
        "key": {"type": "keyword"},
        "kind": {"type": "keyword"},
        "revision": {"type": "long"},
        "version": {"type": "keyword", "index": False},
        "handle": CHECKED_TEXT,
        "deleted": {"type": "boolean"},
        "body": CHECKED_TEXT,
        "checksum": CHECKED_TEXT,
        "exact": _ASKED,
        "words": _ASKED,
        "text": CHECKED_TEXT,
        "at": {"type": "date"},
    },
}
"""Strict, so that no document of somebody else gets in. `exact` and `words` are made in Python, the same for every
engine, so no analysis plugin is needed."""

HISTORY_MAPPING: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "key": {"type": "keyword"},
        "version": {"type": "keyword"},
        "deleted": {"type": "boolean"},
        "body": CHECKED_TEXT,
        "generation": {"type": "keyword"},
        "revision": {"type": "long"},
        "published_at": {"type": "date"},
    },
}
CONTROL_MAPPING: Mapping[str, Any] = {"dynamic": "strict", "properties": {"text": CHECKED_TEXT}}


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The head document: the head, what a rollback goes back to, whether one holds the indexer, under which pass the
    quarantine lies and in how many portions, and whether all versions of the build are in the history yet."""

    head: Head
    previous: str | None = None
    held: bool = False
    quarantine_pass: str = ""
    quarantine_portions: int = 0
    history_kept: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A revision whole: its rows, the head after it, and when it was committed."""

    rows: tuple[Row, ...]
    head: Head
    at: datetime


def index_body(mapping: Mapping[str, Any], meta: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an index is made with; `meta` marks it as ours and is checked before it serves."""
    return {"mappings": {**mapping, "_meta": dict(meta)}, "settings": dict(settings)}


def index_meta(environment: str) -> dict[str, Any]:
    """Give the mark inside the mapping of an index of ours: one made by accident, or by somebody else, has none."""
    return {"product": "immunity-lookup", "schema": SCHEMA, "environment": environment}


def generation_meta(environment: str, generation: str) -> dict[str, Any]:
    """Give the mark inside a generation's mapping."""
    return index_meta(environment) | {"generation": generation}


def record_document(row: Row, content: Content | None) -> dict[str, Any]:
    """Give the document of a record. `content` is that of the row, None for a held record and for a tombstone."""
    terms = row_terms(row.handle, content)
    return {
        "type": "record",
        "key": row.key,
        "kind": row.kind,
        "revision": row.revision,
        "version": row.version,
        "handle": row.handle,
        "deleted": bool(row.deleted),
        "body": row.body,
        "checksum": row.checksum,
        "exact": [] if row.deleted else list(terms.exact),
        "words": [] if row.deleted else list(terms.words),
    }


ROW_FIELDS = ("key", "kind", "revision", "version", "handle", "deleted", "body", "checksum")
"""What is read of a record; its terms are left out."""

_ROW_TYPES: Mapping[str, type | UnionType] = dict.fromkeys(ROW_FIELDS, str) | {
    "revision": int,
    "deleted": int,
    "body": str | None,
}


def row_of_document(source: Mapping[str, Any]) -> Row:
    """Give the row of a record's document, unchecked but for the types: `rows.record_of` checks it. Raises
    `StoreDamaged` where it is none. A field may hold a list for all that the mapping knows."""
    try:
        row = Row(**{name: source[name] for name in ROW_FIELDS} | {"deleted": int(source["deleted"])})
    except (KeyError, TypeError, ValueError):
        row = None
    if row is None or not all(isinstance(getattr(row, name), kinds) for name, kinds in _ROW_TYPES.items()):
        raise StoreDamaged("A document of the store is not a record: build the store again.")
    return row


def history_id(row: Row) -> str:
    """Give the `_id` of a version in the history: it is created once, so the first publishing stays."""
    return f"{row.version}:{row.key}"


def history_document(row: Row, generation: str, at: datetime) -> dict[str, Any]:
    """Give the document of a version in the history."""
    return {
        "key": row.key,
        "version": row.version,
        "deleted": bool(row.deleted),
        "body": row.body,
        "generation": generation,
        "revision": row.revision,
        "published_at": at.isoformat(),
    }


def head_document(stored: StoredHead) -> dict[str, Any]:
    """Give the head document."""
    return checked_document(
        "head",
        {
            "head": encode_head(stored.head),
            "activation": stored.head.activation,
            "previous": stored.previous,
            "held": stored.held,
            "quarantine_pass": stored.quarantine_pass,
            "quarantine_portions": stored.quarantine_portions,
            "history_kept": stored.history_kept,
        },
    )


def head_of_document(source: Mapping[str, Any]) -> StoredHead:
    """Read a head document. Raises `StoreDamaged` where it is not what was written."""
    text = checked_text("head", source)
    try:
        return StoredHead(
            decode_head(text["head"], text["activation"]),
            text["previous"],
            text["held"],
            text["quarantine_pass"],
            text["quarantine_portions"],
            text["history_kept"],
        )
    except (KeyError, TypeError, ValueError):
        raise StoreDamaged("The head of the store is damaged: build the store again.") from None


def change_id(revision: int) -> str:
    """Give the `_id` of the log entry of a revision."""
    return f"change:{revision}"


def change_document(change: Change) -> dict[str, Any]:
    """Give the log entry of a revision."""
    rows = [list(row) for row in change.rows]
    text = {"rows": rows, "head": encode_head(change.head), "activation": change.head.activation}
    return checked_document("change", text) | {"revision": change.head.revision, "at": change.at.isoformat()}


def change_of_document(source: Mapping[str, Any]) -> Change:
    """Read a log entry. Raises `StoreDamaged` where it is not what was written."""
    text = checked_text("change", source)
    try:
        rows = tuple(Row(*row) for row in text["rows"])
        return Change(rows, decode_head(text["head"], text["activation"]), datetime.fromisoformat(source["at"]))
    except (KeyError, TypeError, ValueError):
        raise StoreDamaged("An entry of the store's log is damaged: build the store again.") from None


def quarantine_id(quarantine_pass: str, portion: int) -> str:
    """Give the `_id` of a portion of the quarantine."""
    return f"quarantine:{quarantine_pass}:{portion}"


def quarantine_document(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the document of a portion of the quarantine."""
    return checked_document("quarantine", {"rows": [dict(row) for row in rows]})


def quarantine_of_document(source: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """Read a portion of the quarantine. Raises `StoreDamaged` where it is not what was written."""
    rows: list[dict[str, Any]] = checked_text("quarantine", source)["rows"]
    return rows


def checked_document(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Give a document that holds `content` as text, with a checksum over it."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {"type": kind, "text": text, "checksum": body_version(text)}


def checked_text(kind: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """Give what such a document holds. Raises `StoreDamaged` where it is not what was written."""
    text = source.get("text")
    if source.get("type") != kind or not isinstance(text, str) or body_version(text) != source.get("checksum"):
        raise StoreDamaged(f"A document of the store ({kind}) is not what was written: build the store again.")
    content: dict[str, Any] = json.loads(text)
    return content
