"""The changes of a pass, written down before the first of them goes out.

Decides their order: what is pointed at before what points at it, and deletions after everything else, backwards. So
no reader ever meets a pointer at a record that is not there yet, or not any more.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from indexer.compare import Change
from indexer.staging import CHUNK, Staging
from lookup.records import KINDS, decode_body
from lookup.store.protocol import REVISION_LIMIT, Draft

_PLANNED = """
SELECT key, kind, body FROM changes WHERE body IS NOT NULL
UNION ALL
SELECT key, kind, body FROM (SELECT key, kind, body FROM changes WHERE body IS NULL ORDER BY kind DESC, key)
"""


class Plan:
    """The changes, in the staging file of their pass."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        staging.change("CREATE TABLE changes (kind INTEGER NOT NULL, key TEXT NOT NULL, body TEXT)")

    def write(self, changes: Iterable[Change]) -> None:
        """Write down what changes; kinds must come in the order of their pointers."""
        drafts = (change.draft for change in changes if change.action != "unchanged")
        while chunk := list(islice(drafts, CHUNK)):
            self._staging.change_many("INSERT INTO changes VALUES (?,?,?)", map(_row, chunk))

    def __len__(self) -> int:
        return int(self._staging.ask_one("SELECT COUNT(*) FROM changes"))

    def revisions(self) -> Iterator[list[Draft]]:
        """Give the changes in the order in which they go out, in portions that fit a revision."""
        drafts = (_draft(*row) for row in self._staging.ask(_PLANNED))
        while portion := list(islice(drafts, REVISION_LIMIT)):
            yield portion


def _row(draft: Draft) -> tuple[int, str, str | None]:
    return KINDS.index(draft.kind), draft.key, draft.body


def _draft(key: str, kind_number: int, body: str | None) -> Draft:
    kind = KINDS[kind_number]
    if body is None:
        return Draft(key, kind, "good", None, deleted=True)
    standing, content = decode_body(kind, body)
    return Draft(key, kind, standing, content)
