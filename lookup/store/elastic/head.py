"""Which generation serves in Elasticsearch: the head that the alias leads to.

Decides what a head must be for its index to be read: of our schema, of our environment, in the index of its own name.
Whether it is newer than another is for who reads it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.store.elastic.client import Ask
from lookup.store.elastic.documents import HEAD_ID, StoredHead, change_id, change_of_document, head_of_document
from lookup.store.elastic.names import SCHEMA, Names
from lookup.store.sqlite.pointer import check_environment

INDEX_NOT_FOUND = "index_not_found_exception"


@dataclass(frozen=True, slots=True)
class ServingHead:
    """The head document, and the index in which it lies: every further question goes there. `seq_no` and
    `primary_term` name this writing of it, for who replaces it."""

    index: str
    stored: StoredHead
    seq_no: int
    primary_term: int

    @property
    def order(self) -> tuple[int, int]:
        """What never goes down: activation, then revision."""
        return self.stored.head.activation, self.stored.head.revision


def read_serving(ask: Ask, names: Names, environment: str) -> ServingHead | None:
    """Read the head through the alias, as it was written a moment ago; None where no index has the alias.

    Raises `ConfigurationError` where the store is of another environment or schema, `StoreDamaged` where the head is
    not what was written or not where it belongs, `CouldNotSearch` where it cannot be read or the alias is on two
    indices.
    """
    answer = ask(
        "reading the head", lambda client: client.options(ignore_status=404).get(index=names.alias, id=HEAD_ID)
    )
    if "error" in answer:
        if answer["error"]["type"] == INDEX_NOT_FOUND:
            return None
        raise CouldNotSearch("Elasticsearch failed while reading the head.")
    _check_schema(answer["_index"], names)
    if not answer["found"]:
        raise StoreDamaged("The generation that serves has no head: build the store again.")
    return serving_head(answer, names, environment)


def serving_head(document: Mapping[str, Any], names: Names, environment: str) -> ServingHead:
    """Read a head document that lies in an index of ours. Raises as `read_serving` does."""
    stored = head_of_document(document["_source"])
    check_environment(stored.head.environment, environment)
    if names.generation(stored.head.generation) != document["_index"]:
        raise StoreDamaged("The head of the store belongs to another generation: build the store again.")
    return ServingHead(document["_index"], stored, document["_seq_no"], document["_primary_term"])


def confirm(ask: Ask, names: Names, environment: str, newest: ServingHead) -> ServingHead:
    """Give `newest`, a head that was read before, as its index has it now, where the alias leads to something older.
    Raises `StoreDamaged` where that index does not confirm it: this is another cluster, or one that was restored.

    A node may be behind the others for a moment. And a node that died may have taken along a head that was already read
    and not yet copied; its revision is not lost: the log entry, which is the commit, was copied before.
    """
    ids = [HEAD_ID, change_id(newest.stored.head.revision)]
    answer = ask("looking for the newest head", lambda client: client.mget(index=newest.index, ids=ids))
    head, change = (document if document.get("found") else None for document in answer["docs"])
    confirmed = [] if head is None else [serving_head(head, names, environment)]
    if change is not None:
        stored = replace(newest.stored, head=change_of_document(change["_source"]).head)
        confirmed.append(replace(newest, stored=stored))
    for serving in confirmed:
        if serving.order >= newest.order:
            return serving
    raise StoreDamaged(
        "The store is older than what was read from it before: it is another cluster, or it was restored. Restart this "
        "process if that is meant."
    )


def _check_schema(index: str, names: Names) -> None:
    found = re.match(rf"{re.escape(names.prefix)}-s(\d+)-", index)
    if found is None:
        raise StoreDamaged("What the alias leads to is no generation of a store: build the store again.")
    if int(found[1]) != SCHEMA:
        raise ConfigurationError(
            f"The store has schema {found[1]}, this program reads schema {SCHEMA}: use the program that wrote it, or "
            "build the store again."
        )
