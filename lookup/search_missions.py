"""The missions that a search means: by mission id, by the code on their plates, by words of their name or their
address.

Decides which index words a mission's name and address are searched from; the score is that of `search_words`.
"""

from collections.abc import Iterable, Iterator

from lookup.addresses import address_words
from lookup.names import name_tokens, phonetic_code
from lookup.records import Mission, Record, record_key
from lookup.search_hits import Found, Hit
from lookup.search_words import TOKEN_LIMIT, Start, find_by_words, hits_among
from lookup.store.paging import find_all
from lookup.store.protocol import Registry
from lookup.terms import plate_code_term


def find_missions(registry: Registry, text: str) -> Found:
    """Give the missions that `text` may mean."""
    asked = _read(text)
    exactly = Found(tuple(_with_id_or_code(registry, text.strip())))
    by_name = find_by_words(registry, asked, _start(asked), _words_of)
    address = _read_address(text)
    start = Start(tuple(f"ma:{word}" for word in address), ())
    return exactly + by_name + find_by_words(registry, address, start, _address_of)


def missions_among(records: Iterable[Record], text: str) -> Iterator[Hit]:
    """Give those of the records whose name or address `text` may mean."""
    known = tuple(records)
    yield from hits_among(known, _read(text), _words_of)
    yield from hits_among(known, _read_address(text), _address_of)


def _read(text: str) -> tuple[str, ...]:
    return name_tokens(text)[:TOKEN_LIMIT]


def _read_address(text: str) -> tuple[str, ...]:
    return address_words(text)[:TOKEN_LIMIT]


def _with_id_or_code(registry: Registry, text: str) -> Iterator[Hit]:
    record = registry.get(record_key("mission", text))
    if record and not record.deleted:
        yield Hit(record, 1.0, ("has this mission id",))
    for with_code in find_all(registry, plate_code_term(text), "mission"):
        yield Hit(with_code, 0.95, ("has this plate code",))


def _start(asked: tuple[str, ...]) -> Start:
    words = (f"m:{part}" for part in asked)
    sounds = (f"mp:{code}" for part in asked if (code := phonetic_code(part)))
    return Start((*words, *sounds), tuple(f"m:{part[:3]}" for part in asked if len(part) > 1))


def _words_of(record: Record) -> tuple[str, ...]:
    mission = record.content
    return name_tokens(f"{mission.name} {mission.organization or ''}") if isinstance(mission, Mission) else ()


def _address_of(record: Record) -> tuple[str, ...]:
    mission = record.content
    if not isinstance(mission, Mission) or mission.address is None:
        return ()
    return address_words(f"{mission.address} {mission.city or ''} {mission.state or ''}")
