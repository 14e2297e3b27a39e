"""Bulk writes into Elasticsearch: what is sent, and that every single answer is looked at.

Decides that a conflict is counted, and anything else that is not done fails the whole. Whether a conflict is a fault is
for who writes: mostly it means that what is written is there already, or something newer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from lookup.errors import CouldNotSearch
from lookup.store.elastic.client import Ask
from lookup.store.elastic.names import writing_alias

BULK_BYTES = 1_000_000
"""Bytes of one request, about: larger ones were no faster, and a small node refuses several of them at once."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Line(NamedTuple):
    """One write: what is done, and the document as JSON; a deletion has none."""

    action: str
    document: str | None


def create_line(document_id: str, document: Mapping[str, Any]) -> Line:
    """Write a document that must not be there yet."""
    return Line(_encode({"create": {"_id": document_id}}), _encode(document))


def record_line(key: str, revision: int, document: Mapping[str, Any]) -> Line:
    """Write a record under its external version: an older one, or the same, is refused with a conflict."""
    action = f'{{"index":{{"_id":{_encode(key)},"version":{revision},"version_type":"external"}}}}'
    return Line(action, _encode(document))


def delete_line(document_id: str) -> Line:
    """Remove a document."""
    return Line(_encode({"delete": {"_id": document_id}}), None)


def in_portions(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Give the lines in portions of about `BULK_BYTES`."""
    portion, size = [], 0
    for line in lines:
        portion.append(line)
        size += len(line.action) + len(line.document or "")
        if size >= BULK_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def send(ask: Ask, index: str, lines: Sequence[Line], doing: str, *, by_alias: bool = True) -> int:
    """Write these lines, and say how many were refused as conflicts. Raises `CouldNotSearch` where one of them failed
    otherwise: the others may be written. Without `by_alias` it is for the cluster to refuse a write to an index that
    is not there: who may only create documents cannot give an index an alias."""
    if not lines:
        return 0
    operations: list[Any] = [part for line in lines for part in line if part is not None]
    answer = ask(
        doing,
        lambda client: client.bulk(
            index=writing_alias(index) if by_alias else index,
            operations=operations,
            require_alias=by_alias,
            filter_path="items.*.status,items.*.error.type",
        ),
    )
    return _conflicts(answer.get("items", ()), len(lines), doing)


def refresh(ask: Ask, index: str) -> None:
    """Let searches see what was written into an index."""
    if ask("refreshing", lambda client: client.indices.refresh(index=index))["_shards"]["failed"]:
        raise CouldNotSearch("Elasticsearch did not refresh every copy of an index.")


def _conflicts(items: Sequence[Mapping[str, Any]], expected: int, doing: str) -> int:
    conflicts = 0
    for item in items:
        ((action, done),) = item.items()
        if done["status"] == HTTPStatus.CONFLICT:
            conflicts += 1
        elif done["status"] >= HTTPStatus.BAD_REQUEST and (action, done["status"]) != ("delete", HTTPStatus.NOT_FOUND):
            kind = done.get("error", {}).get("type", "error")
            raise CouldNotSearch(f"Elasticsearch failed while {doing} ({done['status']}, {kind}).")
    if len(items) != expected:
        raise CouldNotSearch(f"Elasticsearch did not answer for every document while {doing}.")
    return conflicts
