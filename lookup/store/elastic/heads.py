"""The head of a generation in Elasticsearch, as the writer reads and replaces it.

Decides when nothing was ever published, and that a head is replaced only where nobody else replaced it meanwhile.
"""

import json
from dataclasses import replace
from typing import Any

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.store.elastic.client import Ask
from lookup.store.elastic.documents import HEAD_ID, PUBLISHED_ID, StoredHead, head_document
from lookup.store.elastic.head import ServingHead, read_serving, serving_head
from lookup.store.elastic.names import Names, writing_alias
from lookup.store.protocol import Head


class Overtaken(Exception):
    """Somebody else wrote first. The lease tells whether that ends our work."""


class Heads:
    """The heads of one store. Raises `CouldNotSearch` where they cannot be read or written."""

    def __init__(self, ask: Ask, names: Names, environment: str) -> None:
        self._ask = ask
        self._names = names
        self._environment = environment

    def serving(self) -> ServingHead | None:
        """Give the head that serves; None where nothing was ever published.

        Raises `StoreDamaged` where something was and the alias is gone: an empty store would be filled without asking
        what it would lose.
        """
        found = read_serving(self._ask, self._names, self._environment)
        if found is None and self.last_activation():
            raise StoreDamaged("No generation serves, but one did: build the store again.")
        return found

    def of(self, generation: str) -> ServingHead:
        """Give the head of a generation, which need not serve."""
        answer = self._ask(
            "reading a head",
            lambda client: client.options(ignore_status=404).get(index=self._names.generation(generation), id=HEAD_ID),
        )
        if not answer.get("found"):
            raise StoreDamaged("A generation of the store is gone or has no head.")
        return serving_head(answer, self._names, self._environment)

    def create(self, index: str, stored: StoredHead) -> None:
        """Write the first head of a generation, for searches too."""
        self._ask(
            "writing the head of a build",
            lambda client: client.index(
                index=writing_alias(index), id=HEAD_ID, document=head_document(stored), require_alias=True, refresh=True
            ),
        )

    def replace(self, placed: ServingHead, stored: StoredHead) -> ServingHead:
        """Put a head in the place of the one that was read. Raises `Overtaken` where somebody did so meanwhile."""
        document = head_document(stored)
        answer = self._ask(
            "writing the head",
            lambda client: client.options(ignore_status=409).index(
                index=writing_alias(placed.index),
                id=HEAD_ID,
                document=document,
                if_seq_no=placed.seq_no,
                if_primary_term=placed.primary_term,
                require_alias=True,
            ),
        )
        if "error" not in answer:
            return ServingHead(placed.index, stored, answer["_seq_no"], answer["_primary_term"])
        now = self.of(placed.stored.head.generation)
        if now.stored == stored:  # our own: the answer to the first attempt was lost, and the client tried again
            return now
        raise Overtaken

    def touch(self, placed: ServingHead) -> ServingHead:
        """Write the same head again: who prepared another one before can no longer write it."""
        return self.replace(placed, placed.stored)

    def last_activation(self) -> int:
        """Give the activation that was noted last, 0 where nothing was ever published. Also where no head can be read
        it must not go down: replicas refuse that."""
        answer = self._ask(
            "reading whether anything was published",
            lambda client: client.options(ignore_status=404).get(index=self._names.control, id=PUBLISHED_ID),
        )
        if not answer.get("found"):
            return 0
        try:
            return int(json.loads(answer["_source"]["text"])["activation"])
        except (KeyError, TypeError, ValueError):
            raise CouldNotSearch("What the store notes about its activation cannot be read.") from None

    def note_activation(self, head: Head) -> None:
        """Note that something was published, after it was: who finds it served and not noted notes it."""
        document: dict[str, Any] = {"text": json.dumps({"activation": head.activation})}
        self._ask(
            "noting an activation",
            lambda client: client.index(
                index=writing_alias(self._names.control), id=PUBLISHED_ID, document=document, require_alias=True
            ),
        )


def with_head(stored: StoredHead, head: Head) -> StoredHead:
    """Give the head document with this head in the place of its own, under its own activation."""
    return replace(stored, head=replace(head, activation=stored.head.activation))
