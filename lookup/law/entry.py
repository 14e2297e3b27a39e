"""One dated entry of a file of the law's data, read strictly.

Decides what a well-formed entry is: `since`, `source` and `checked_on` are there, every value has its type, and nothing
is left over that nobody asked for. Decides nothing about what the values mean.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from copy import copy
from datetime import date, datetime
from typing import NoReturn, TypeVar, cast

from lookup.errors import PolicyError

Word = TypeVar("Word", bound=str)

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""How a text names what is filled in later. Any other brace is a mistake."""


class Entry:
    """A table of one file under one key. Every reader removes what it read; `close` refuses the rest."""

    def __init__(self, file: str, key: str, table: Mapping[str, object]) -> None:
        self.file = file
        self.key = key
        self._left = dict(table)
        self.since = self.day("since")
        self.source = self.text("source")
        self.checked_on = self.day("checked_on")

    def refuse(self, name: str, why: str) -> NoReturn:
        """Raise a `PolicyError` that names file and key."""
        raise PolicyError(f"{self.file}: {self.key}.{name}: {why}")

    def known_key(self, known: Collection[Word]) -> Word:
        """Give the key as the word that it is. Raises PolicyError where it is none of `known`."""
        if self.key not in known:
            raise PolicyError(f"{self.file}: {self.key}: is not known; correct the heading or remove the entry")
        return cast("Word", self.key)

    def text(self, name: str) -> str:
        """Give a text that is not empty; its braces must be placeholders."""
        value = self._take(name)
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, "must be a text that is not empty; write one between quotation marks")
        if re.search(r"[{}]", PLACEHOLDER.sub("", value)):
            self.refuse(name, "has a brace that is no placeholder; write placeholders as {small_letters}")
        return value

    def optional_text(self, name: str) -> str | None:
        """Give a text, or None where the key is not there."""
        return self.text(name) if name in self._left else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of different texts, none of them empty; the list itself may be empty."""
        value = self._take(name)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.refuse(name, "must be a list of texts that are not empty")
        if len(set(value)) != len(value):
            self.refuse(name, "holds the same text twice; leave one out")
        return tuple(value)

    def words(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """Give a list of different words out of `known`."""
        values = self.texts(name)
        for value in values:
            if value not in known:
                self.refuse(name, f"does not know {value!r}; correct or remove it")
        return values

    def word(self, name: str, known: Collection[Word]) -> Word:
        """Give one word out of `known`."""
        value = self.text(name)
        if value not in known:
            self.refuse(name, f"does not know {value!r}; it is one of {', '.join(known)}")
        return cast("Word", value)

    def whole(self, name: str) -> int:
        """Give a whole number above 0."""
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.refuse(name, "must be a whole number above 0")
        return value

    def day(self, name: str) -> date:
        """Give a day; a moment with a time of day is refused."""
        value = self._take(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(name, "must be a day such as 2026-01-31, without quotation marks and without a time")
        return value

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """Give true or false; `default` where the key is not there."""
        if default is not None and name not in self._left:
            return default
        value = self._take(name)
        if not isinstance(value, bool):
            self.refuse(name, "must be true or false")
        return value

    def mapping(self, name: str, known: Collection[str]) -> dict[str, str]:
        """Give a table from words out of `known` to texts; an empty one where the key is not there."""
        return {word: inner.text(word) for word, inner in self._inner(name, known)}

    def lists(self, name: str, known: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Give a table from words out of `known` to lists of texts; an empty one where the key is not there."""
        return {word: inner.texts(word) for word, inner in self._inner(name, known)}

    def close(self) -> None:
        """Refuse what was not read."""
        for name in self._left:
            self.refuse(name, "is not known here; correct its spelling or remove it")

    def _take(self, name: str) -> object:
        if name not in self._left:
            self.refuse(name, "is missing; add it")
        return self._left.pop(name)

    def _inner(self, name: str, known: Collection[str]) -> Iterator[tuple[str, "Entry"]]:
        table = self._left.pop(name, {})
        if not isinstance(table, dict):
            self.refuse(name, f"must be a table, written as [{self.key}.{name}]")
        inner = copy(self)
        inner.key = f"{self.key}.{name}"
        inner._left = dict(table)
        for word in table:
            if word not in known:
                inner.refuse(word, "is not known here; correct or remove it")
            yield word, inner
