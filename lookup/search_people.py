"""The members whom a search means: by member id, or by parts of their name in any order and spelling.

Decides which index words a name is searched from; the score is that of `search_words`.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from lookup.identifiers import UnreadableIdentifier, normalize_member_id
from lookup.names import name_tokens, phonetic_code
from lookup.records import Member, Record, record_key
from lookup.search_hits import Found, Hit
from lookup.search_words import TOKEN_LIMIT, Start, find_by_words, hits_among
from lookup.store.protocol import Registry


def find_people(registry: Registry, text: str) -> Found:
    """Give the members whom `text` may mean."""
    asked = _read(text)
    exactly = Found(tuple(_with_member_id(registry, text)))
    return exactly + find_by_words(registry, asked, _start(asked), _words_of)


def people_among(records: Iterable[Record], text: str) -> Iterator[Hit]:
    """Give those of the records whose name `text` may mean."""
    return hits_among(records, _read(text), _words_of)


def _read(text: str) -> tuple[str, ...]:
    return name_tokens(text)[:TOKEN_LIMIT]


def _with_member_id(registry: Registry, text: str) -> Iterator[Hit]:
    try:
        record = registry.get(record_key("member", normalize_member_id(text)))
    except UnreadableIdentifier:
        return
    if record and not record.deleted:
        yield Hit(record, 1.0, ("has this member id",))


def _start(asked: tuple[str, ...]) -> Start:
    """A slip leaves one half of a word whole: its first half finds it by its beginning, its last half from behind."""
    threes = zip(asked, asked[1:], asked[2:], strict=False)
    words = (f"n:{part}" for part in (*asked, *map("".join, pairwise(asked)), *map("".join, threes)))
    sounds = (f"p:{code}" for part in asked if (code := phonetic_code(part)))
    typed = (f"n:{part}" for part in asked if len(part) > 1)
    halves = (
        half
        for part in asked
        if len(part) > 2
        for half in (f"n:{part[: len(part) // 2]}", f"r:{part[::-1][: len(part) // 2]}")
    )
    return Start((*words, *sounds), (*typed, *halves))


def _words_of(record: Record) -> tuple[str, ...]:
    member = record.content
    return name_tokens(f"{member.family_name} {member.given_names or ''}") if isinstance(member, Member) else ()
