"""The premises that a search means: by words of their address, each by its postal abbreviation.

Decides which index words an address is searched from; the score is that of `search_words`.
"""

from collections.abc import Iterator

from lookup.addresses import address_words
from lookup.records import Premises, Record
from lookup.search_hits import Hit
from lookup.search_words import TOKEN_LIMIT, Start, find_by_words
from lookup.store.protocol import Registry


def find_premises(registry: Registry, text: str) -> Iterator[Hit]:
    """Give the premises that `text` may mean."""
    asked = address_words(text)
    first = asked[:TOKEN_LIMIT]
    start = Start(
        tuple(f"a:{word}" for word in first),
        tuple(f"a:{word[:3]}" for word in first if len(word) > 2 and word.isalpha()),
    )
    yield from find_by_words(registry, asked, start, _words_of)


def _words_of(record: Record) -> tuple[str, ...]:
    premises = record.content
    if not isinstance(premises, Premises):
        return ()
    return address_words(f"{premises.address} {premises.city} {premises.state} {premises.postal_code or ''}")
