"""The identity cards and driver licenses of one member: which kinds of record they are, and how all are found.

Decides nothing about what they say.
"""

from lookup.queries import DocumentKind
from lookup.records import Record
from lookup.store.paging import find_all
from lookup.store.protocol import Registry
from lookup.terms import member_term

DOCUMENT_KINDS: tuple[DocumentKind, ...] = ("identity_card", "driver_license")
"""In the order in which they count where both belong to one member."""


def documents_of(registry: Registry, member_id: str) -> list[Record]:
    """Give all documents on record for a member, cards first, each kind by number."""
    return [record for kind in DOCUMENT_KINDS for record in find_all(registry, member_term(member_id), kind)]
