"""The missions that a search means: by mission id, by the code on their plates, or by words of their name.

Decides which index words a mission's name is searched from; the score is that of `search_words`.
"""

from collections.abc import Iterable, Iterator

from lookup.names import name_tokens, phonetic_code
from lookup.records import Mission, Record, record_key
from lookup.search_hits import Hit
from lookup.search_words import TOKEN_LIMIT, Start, find_by_words, hits_among
from lookup.store.protocol import Registry
from lookup.terms import plate_code_term


def find_missions(registry: Registry, text: str) -> Iterator[Hit]:
    """Give the missions that `text` may mean."""
    record = registry.get(record_key("mission", text.strip()))
    if record and not record.deleted:
        yield Hit(record, 1.0, ("has this mission id",))
    for with_code in registry.find(plate_code_term(text.strip()), "mission"):
        yield Hit(with_code, 0.95, ("has this plate code",))
    asked = _read(text)
    yield from find_by_words(registry, asked, _start(asked), _words_of)


def missions_among(records: Iterable[Record], text: str) -> Iterator[Hit]:
    """Give those of the records whose name `text` may mean."""
    return hits_among(records, _read(text), _words_of)


def _read(text: str) -> tuple[str, ...]:
    return name_tokens(text)[:TOKEN_LIMIT]


def _start(asked: tuple[str, ...]) -> Start:
    words = (f"m:{part}" for part in asked)
    sounds = (f"mp:{code}" for part in asked if (code := phonetic_code(part)))
    return Start((*words, *sounds), tuple(f"m:{part[:3]}" for part in asked if len(part) > 1))


def _words_of(record: Record) -> tuple[str, ...]:
    mission = record.content
    return name_tokens(f"{mission.name} {mission.organization or ''}") if isinstance(mission, Mission) else ()
