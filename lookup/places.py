"""Countries and the States and territories of the United States: which codes there are, and their English names.

Decides nothing about a place; whose consulate is told and which office serves is data of the law.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

_PLACES: dict[str, dict[str, str]] = tomllib.loads(files("lookup").joinpath("places.toml").read_text(encoding="utf-8"))

COUNTRIES: Mapping[str, str] = MappingProxyType(_PLACES["countries"])
"""ISO 3166-1 alpha-2 codes, in capitals, to short English names."""

US_STATES: Mapping[str, str] = MappingProxyType(_PLACES["us_states"])
"""USPS codes of the States, the District, the territories, and the three freely associated States that USPS serves; not
the armed forces' AA, AE and AP, which are no places."""
