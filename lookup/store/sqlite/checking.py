"""The full check of an embedded generation: what no single question can notice.

Decides whether a file holds exactly what was published: every row, every tree, every term, the counts. Reads the whole
file once, in constant memory.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from lookup.errors import StoreDamaged
from lookup.records import Kind, Record
from lookup.store.protocol import Head
from lookup.store.rows import record_of, row_terms
from lookup.store.sqlite.pointer import Pointer
from lookup.store.sqlite.reading import SqliteRegistry


class _Sums:
    """Order-free sums over what the records say that each tree must hold. Hashes hold for one process only."""

    def __init__(self) -> None:
        self.live: dict[Kind, int] = {}
        self.keys = self.kinds = self.exact = self.words = 0

    def add(self, record: Record) -> None:
        self.keys += hash(record.key)
        self.kinds += hash((record.kind, int(record.deleted), record.key))
        if record.deleted:
            return
        self.live[record.kind] = self.live.get(record.kind, 0) + 1
        terms = row_terms(record.handle, record.content)
        self.exact += sum(hash((term, record.key)) for term in terms.exact)
        self.words += sum(hash((word, record.key)) for word in terms.words)


def verify_generation(path: Path, pointer: Pointer) -> Head:
    """Check a generation as a whole and give its head.

    Raises `StoreDamaged` at the first fault, `CouldNotSearch` where the file cannot be opened.
    """
    with closing(SqliteRegistry(path, pointer)) as view:
        view.begin(floor=0)
        check_structure(view, "integrity_check")
        sums = _Sums()
        for row in view.stream("SELECT * FROM records NOT INDEXED"):
            sums.add(record_of.__wrapped__(*row))
        _agree(sums.live == {kind: count for kind, count in view.head.counts.items() if count}, "counts")
        _agree(sums.keys == _sum(key for (key,) in _tree(view, "key", "records INDEXED BY records_by_key")), "keys")
        _agree(sums.kinds == _sum(_tree(view, "kind, deleted, key", "records INDEXED BY records_by_kind")), "kinds")
        _agree(sums.exact == _sum(_tree(view, "term, key", "exact")), "exact terms")
        _agree(sums.exact == _sum(_tree(view, "term, key", "exact_again")), "exact terms")
        _agree(sums.words == _sum(_tree(view, "term, key", "words")), "words")
        for _ in view.stored_texts("quarantine"):
            pass  # each text is checked while it is read
        return view.head


def check_structure(view: SqliteRegistry, pragma: str = "quick_check") -> None:
    """See that SQLite finds its own structures whole: the pages, with `integrity_check` also that each entry of an
    index leads to its row. Neither notices a changed value."""
    _agree(view.rows(f"PRAGMA {pragma}(1)") == [("ok",)], "pages")


def _tree(view: SqliteRegistry, columns: str, tree: str) -> Iterator[tuple[Any, ...]]:
    return view.stream(f"SELECT {columns} FROM {tree}")  # noqa: S608 - our own names


def _sum(values: Iterable[Any]) -> int:
    return sum(hash(value) for value in values)


def _agree(whole: bool, what: str) -> None:
    if not whole:
        raise StoreDamaged(f"The {what} of the store are not what was published: build the store again.")
