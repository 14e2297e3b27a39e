"""The rows that a pass refused, as they lie in a generation in Elasticsearch: in portions, under the name of the pass.

Decides the portions. The head names the pass that counts, so writing one changes nothing until the head is written.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lookup.errors import StoreDamaged
from lookup.store.elastic.bulk import create_line, delete_line, in_portions, send
from lookup.store.elastic.client import Ask
from lookup.store.elastic.documents import StoredHead, quarantine_document, quarantine_id, quarantine_of_document
from lookup.store.elastic.head import ServingHead

_ROWS = 200
"""Rows of one portion, about 100 kB."""


def write_quarantine(ask: Ask, index: str, rows: Iterable[Mapping[str, Any]]) -> tuple[str, int]:
    """Write these rows and give the name of the pass and the number of its portions, for the head."""
    name, remaining, written = secrets.token_hex(8), iter(rows), 0
    lines = (
        create_line(quarantine_id(name, number), quarantine_document(portion))
        for number, portion in enumerate(iter(lambda: list(islice(remaining, _ROWS)), []))
    )
    for portion in in_portions(lines):
        send(ask, index, portion, "writing the quarantine")
        written += len(portion)
    return name, written


def read_quarantine(ask: Ask, placed: ServingHead) -> Iterator[dict[str, Any]]:
    """Give the rows of the pass that counts, in their order. Raises `StoreDamaged` where a portion is gone."""
    for document_id in quarantine_ids(placed.stored):
        yield from _read_portion(ask, placed.index, document_id)


def remove_quarantine(ask: Ask, index: str, ids: Sequence[str]) -> None:
    """Remove portions of passes that no longer count."""
    send(ask, index, [delete_line(one) for one in ids], "removing refused rows of earlier passes")


def _read_portion(ask: Ask, index: str, document_id: str) -> Sequence[dict[str, Any]]:
    answer = ask(
        "reading the quarantine",
        lambda client: client.options(ignore_status=404).get(index=index, id=document_id),
    )
    if not answer.get("found"):
        raise StoreDamaged("Refused rows in the store are gone: build the store again.")
    return quarantine_of_document(answer["_source"])


def quarantine_ids(stored: StoredHead) -> list[str]:
    """Give the portions that count."""
    return [quarantine_id(stored.quarantine_pass, number) for number in range(stored.quarantine_portions)]
