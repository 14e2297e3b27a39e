"""The bilateral agreements on record, read once per revision of the registry.

Decides how they are kept: there are some dozens, every accreditation asks for them, and most have none. Which one
counts is for `facts_of_records`. Held ones lift nobody and are left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from lookup.records import Agreement, Record
from lookup.store.protocol import Registry

Agreements: TypeAlias = Mapping[tuple[str, str], Sequence[tuple[Agreement, Record]]]
"""By sending State and category."""

_PAGE = 1000


class AgreementBook:
    """Gives the agreements of a view of the registry. Safe to share between threads: what was read is replaced
    whole."""

    def __init__(self) -> None:
        self._read: tuple[tuple[str, int, int], Agreements] | None = None

    def of(self, registry: Registry) -> Agreements:
        """Give the agreements as this view has them. Raises `CouldNotSearch` where the registry cannot really look."""
        edition = registry.head.edition
        known = self._read
        if known is None or known[0] != edition:
            known = (edition, _read_all(registry))
            self._read = known
        return known[1]


def _read_all(registry: Registry) -> Agreements:
    found: defaultdict[tuple[str, str], list[tuple[Agreement, Record]]] = defaultdict(list)
    after = ""
    while page := registry.scan("agreement", after, _PAGE):
        for record in page:
            if isinstance(record.content, Agreement):
                found[record.content.sending_state, record.content.category].append((record.content, record))
        after = page[-1].key
    return dict(found)
