"""The kinds of cells that an extract holds: how each is read, and when it cannot be.

Decides one cell at a time; what a row may hold is `rows`. A fault is one of two words, `missing` or `invalid`, which
are the first two reasons of the quarantine. Formats: docs/extract.md.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from marshmallow import ValidationError, fields

from lookup.identifiers import UnreadableIdentifier
from lookup.places import COUNTRIES, US_STATES

MISSING = "missing"
INVALID = "invalid"

Value = TypeVar("Value")


class Column(fields.Field[Value], Generic[Value]):
    """One column. Cells arrive as text that is not blank, and blanks around it mean nothing; an empty cell does not
    arrive."""

    default_error_messages = {"required": MISSING, "null": MISSING, "validator_failed": INVALID}  # noqa: RUF012

    def _deserialize(self, value: str, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Value:
        read = self.read(value.strip())
        if read is None:
            raise ValidationError(INVALID)
        return read

    def read(self, cell: str) -> Value | None:
        """Give the value of a cell; None where it cannot be read."""
        raise NotImplementedError


class Text(Column[str]):
    """Words as they stand; also the keys that have no normal form of their own."""

    def read(self, cell: str) -> str:
        """Any text can be read."""
        return cell


class Identifier(Column[str]):
    """A plate, member id, vehicle or document number, brought into its normal form."""

    def __init__(self, normalize: Callable[[str], str], *, required: bool = False) -> None:
        self._normalize = normalize
        super().__init__(required=required)

    def read(self, cell: str) -> str | None:
        """Normalize; what has no normal form cannot be read."""
        try:
            return self._normalize(cell)
        except UnreadableIdentifier:
            return None


class Word(Column[str]):
    """One of a closed list, written exactly so."""

    def __init__(self, words: tuple[str, ...] | frozenset[str], *, required: bool = False) -> None:
        self._words = frozenset(words)
        super().__init__(required=required)

    def read(self, cell: str) -> str | None:
        """Look the word up."""
        return cell if cell in self._words else None


class Country(Word):
    """An ISO 3166-1 alpha-2 code."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(frozenset(COUNTRIES), required=required)


class UspsState(Word):
    """The USPS code of a state or territory."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(frozenset(US_STATES), required=required)


class Countries(Column[tuple[str, ...]]):
    """One or more country codes with `;` between them."""

    def read(self, cell: str) -> tuple[str, ...] | None:
        """Split, and drop what is said twice."""
        codes = tuple(dict.fromkeys(cell.split(";")))
        return codes if all(code in COUNTRIES for code in codes) else None


class Day(Column[date]):
    """A day in Washington, `YYYY-MM-DD` and nothing else that ISO 8601 allows."""

    _form = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

    def read(self, cell: str) -> date | None:
        """Read the day; 30 February is none."""
        try:
            return date.fromisoformat(cell) if self._form.fullmatch(cell) else None
        except ValueError:
            return None


class Flag(Column[bool]):
    """`true` or `false`."""

    def read(self, cell: str) -> bool | None:
        """Compare with the two words."""
        return cell == "true" if cell in ("true", "false") else None


class PlateCode(Column[str]):
    """The two letters by which plates name a mission; stored in capitals."""

    _form = re.compile(r"[A-Za-z]{2}")

    def read(self, cell: str) -> str | None:
        """Check that there are two letters."""
        return cell.upper() if self._form.fullmatch(cell) else None


class Year(Column[int]):
    """A model year of four digits."""

    _form = re.compile(r"(?:19|20|21)[0-9]{2}")

    def read(self, cell: str) -> int | None:
        """Read the digits."""
        return int(cell) if self._form.fullmatch(cell) else None


class Degrees(Column[float]):
    """A latitude or longitude in decimal degrees, from minus `limit` to `limit`."""

    _form = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        super().__init__()

    def read(self, cell: str) -> float | None:
        """Read the number if it lies on the globe."""
        if not self._form.fullmatch(cell) or abs(float(cell)) > self._limit:
            return None
        return float(cell)
