"""Every record under a term, page by page: for who must not miss any.

Decides how many are read at once. Who wants only some of them asks `Registry.find` with a limit of its own.
"""

from collections.abc import Iterator

from lookup.records import Kind, Record
from lookup.store.protocol import Registry

PAGE = 1000
"""Records that are read at once: nearly always all there are."""


def find_all(registry: Registry, term: str, kind: Kind | None = None) -> Iterator[Record]:
    """Give all live records that carry this exact term, of one kind if asked, by key."""
    after: str | None = ""
    while after is not None:
        page = registry.find(term, kind, after, PAGE)
        yield from page
        after = page[-1].key if len(page) == PAGE else None
