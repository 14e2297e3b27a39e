"""The files of the law's data: keys with one or more dated entries each.

Decides which entry of a key is in force on a day: the one with the greatest `since` not after it. Refuses a file that
cannot be read, a key or an entry that is there twice, and an entry that no policy carries.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Generic, TypeVar

from lookup.errors import PolicyError
from lookup.law.entry import Entry

T = TypeVar("T")
Folder = Traversable | Path


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value, the day from which it holds, and the day on which somebody last compared it with its source."""

    since: date
    checked_on: date
    value: T


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """All entries of one file, by key, the oldest first."""

    file: str
    entries: Mapping[str, tuple[Dated[T], ...]]

    def in_force(self, day: date) -> dict[str, Dated[T]]:
        """Give, for each key that has begun by `day`, the entry in force, in the order of the file."""
        begun = {key: [entry for entry in dated if entry.since <= day] for key, dated in self.entries.items()}
        return {key: dated[-1] for key, dated in begun.items() if dated}

    def demand(self, keys: Iterable[str], day: date) -> list[str]:
        """Give `keys` back; refuse the file where one of them has no entry on `day`. Raises PolicyError."""
        there, demanded = self.in_force(day), list(keys)
        for key in demanded:
            if key not in there:
                raise PolicyError(f"{self.file}: {key}: is missing; add an entry with a since not after {day}")
        return demanded

    def demand_all_carried(self, days: Iterable[date]) -> None:
        """Refuse an entry that is in force on none of `days`, the first days of all policies. Raises PolicyError."""
        carried = {(key, entry.since) for day in days for key, entry in self.in_force(day).items()}
        for key, dated in self.entries.items():
            for entry in dated:
                if (key, entry.since) not in carried:
                    raise PolicyError(
                        f"{self.file}: {key}: the entry since {entry.since} is in no policy; "
                        "add a policy that begins then, or remove the entry"
                    )


def read_table(folder: Folder, path: str, build: Callable[[Entry], T], *, depth: int = 1) -> Table[T]:
    """Read `path` (relative to `folder`), each entry made by `build`. With `depth` 2 the keys are written `a.b`.

    Raises PolicyError, whose message names the file and the key.
    """
    tables = _parse(folder, path)
    for _ in range(depth - 1):
        tables = _flatten(path, tables)
    return Table(path, {key: _dated(path, key, entries, build) for key, entries in tables.items()})


def _parse(folder: Folder, path: str) -> dict[str, object]:
    try:
        return tomllib.loads(folder.joinpath(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({type(error).__name__}); put the file back") from error
    except ValueError as error:
        raise PolicyError(f"{path}: is not valid TOML: {error}; correct it there") from error


def _flatten(path: str, tables: Mapping[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for outer, inner in tables.items():
        if not isinstance(inner, dict):
            raise PolicyError(f"{path}: {outer}: must be written as [[{outer}.…]]")
        flat |= {f"{outer}.{key}": value for key, value in inner.items()}
    return flat


def _dated(path: str, key: str, tables: object, build: Callable[[Entry], T]) -> tuple[Dated[T], ...]:
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise PolicyError(f"{path}: {key}: must be written as [[{key}]]")
    found: dict[date, Dated[T]] = {}
    for table in tables:
        entry = Entry(path, key, table)
        if entry.since in found:
            raise PolicyError(f"{path}: {key}: has two entries since {entry.since}; remove one or change its since")
        found[entry.since] = Dated(entry.since, entry.checked_on, build(entry))
        entry.close()
    return tuple(found[since] for since in sorted(found))
