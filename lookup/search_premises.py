"""The premises that a search means: by words of their address, each by its postal abbreviation.

Decides which index words an address is searched from; the score is that of `search_words`.
"""

from collections.abc import Iterable, Iterator

from lookup.addresses import address_words
from lookup.records import Premises, Record
from lookup.search_hits import Found, Hit
from lookup.search_words import TOKEN_LIMIT, Start, find_by_words, hits_among
from lookup.store.protocol import Registry


def find_premises(registry: Registry, text: str) -> Found:
    """Give the premises that `text` may mean."""
    asked = _read(text)
    beginnings = tuple(f"a:{word[:3]}" for word in asked if len(word) > 2 and word.isalpha())
    return find_by_words(registry, asked, Start(tuple(f"a:{word}" for word in asked), beginnings), _words_of)


def premises_among(records: Iterable[Record], text: str) -> Iterator[Hit]:
    """Give those of the records whose address `text` may mean."""
    return hits_among(records, _read(text), _words_of)


def _read(text: str) -> tuple[str, ...]:
    return address_words(text)[:TOKEN_LIMIT]


def _words_of(record: Record) -> tuple[str, ...]:
    premises = record.content
    if not isinstance(premises, Premises):
        return ()
    return address_words(f"{premises.address} {premises.city} {premises.state} {premises.postal_code or ''}")
