"""The word lists from which an invented registry is made, read from the TOML files beside this module.

Decides nothing but how the files are read. Everything in them is invented, but for the States and cities.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A city: USPS state, telephone area code, position in hundredths of a degree."""

    city: str
    state: str
    area_code: str
    latitude: int
    longitude: int


@cache
def read(name: str) -> dict[str, Any]:
    """Give the lists of `NAME.toml`."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def places(name: str) -> tuple[Place, ...]:
    """Give one group of places of `places.toml`; a single place is a group of one."""
    found = read("places")[name]
    rows = found if isinstance(found[0], list) else [found]
    return tuple(Place(*row) for row in rows)
