"""The pointer: which generation serves from which file, under which activation, and whether the indexer is held.

Decides the text of the pointer file and refuses one that is damaged or belongs to another environment or schema. Does
not decide when it changes.
"""

import json
import re
from dataclasses import asdict, dataclass

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.records import body_version
from lookup.store.sqlite.directory import StoreDirectory, write_whole
from lookup.store.sqlite.schema import SCHEMA

_NAME = re.compile(r"g\d{8}T\d{6}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the pointer file says. `activation` is in milliseconds since 1970 or more; `previous` is what a rollback
    goes back to; `held` is set by a rollback until the indexer is resumed. A replica copies one generation more than
    once, so each copy has a `file` of its own name; `damaged` withdraws it: nobody reads it, its activation stands."""

    environment: str
    generation: str
    activation: int
    previous: str | None = None
    held: bool = False
    schema: int = SCHEMA
    file: str | None = None
    damaged: bool = False

    @property
    def file_name(self) -> str:
        """The name of the file of the generation: where it has none of its own, that of the generation."""
        return self.file or self.generation

    @property
    def generations(self) -> set[str]:
        """The generations that must stay."""
        return {self.generation} if self.previous is None else {self.generation, self.previous}


def read_pointer(directory: StoreDirectory) -> Pointer | None:
    """Read the pointer; None where nothing was ever published.

    Raises `StoreDamaged` where the file is not what was written, `CouldNotSearch` where it cannot be read.
    """
    try:
        return _decode(directory.pointer.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CouldNotSearch(f"The pointer file of the store cannot be read: {error.strerror}.") from error
    except (KeyError, TypeError, ValueError):
        raise StoreDamaged("The pointer file of the store is damaged: build the store again.") from None


def write_pointer(directory: StoreDirectory, pointer: Pointer) -> None:
    """Make this pointer the one in force, in one step."""
    text = _encode(asdict(pointer))
    document = {"pointer": asdict(pointer), "check": body_version(text)}
    write_whole(directory.pointer, json.dumps(document, indent=1), durably=True)


def check_pointer(pointer: Pointer, environment: str) -> None:
    """Raise `ConfigurationError` where the store is of another environment or schema than this process."""
    check_environment(pointer.environment, environment)
    if pointer.schema != SCHEMA:
        raise ConfigurationError(
            f"The store has schema {pointer.schema}, this program reads schema {SCHEMA}: use the program that wrote "
            "it, or build the store again."
        )


def check_environment(found: str, expected: str) -> None:
    """Raise `ConfigurationError` where data made for one environment are opened under another."""
    if found != expected:
        raise ConfigurationError(
            f"The store holds data for the environment {found}, but this process runs as {expected}: set "
            "`environment`, or choose another store."
        )


def _decode(raw: bytes) -> Pointer:
    document = json.loads(raw.decode())
    if document["check"] != body_version(_encode(document["pointer"])):
        raise ValueError("checksum")
    pointer = Pointer(**document["pointer"])
    for name in (pointer.generation, pointer.previous, pointer.file):
        if name is not None and not _NAME.fullmatch(name):
            raise ValueError("name of a generation")
    return pointer


def _encode(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
