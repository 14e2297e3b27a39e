"""How the value of a setting is written: lengths of time, counts, addresses, networks, files.

Decides what is taken for each and what is said to whoever wrote something else. Which settings there are is declared
in `setting_table`.
"""

import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields

_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(?P<number>\d{1,6})\s*(?P<unit>s|min|h|d)")


class Duration(fields.Field[timedelta]):
    """A length of time such as `90 s`, `10 min`, `26 h` or `7 d`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> timedelta:
        match = _DURATION.fullmatch(str(value).strip())
        if match is None:
            raise ValidationError("write a number and a unit: 90 s, 10 min, 26 h or 7 d")
        return timedelta(**{_UNITS[match["unit"]]: int(match["number"])})


def duration_text(length: timedelta) -> str:
    """Write a length of time as it can be set, in the longest unit that is a whole number but never in days: people
    compare ages in hours.

    >>> duration_text(timedelta(hours=72)), duration_text(timedelta(minutes=90)), duration_text(timedelta(seconds=90))
    ('72 h', '90 min', '90 s')
    """
    seconds = int(length.total_seconds())
    unit, size = next((unit, size) for unit, size in (("h", 3600), ("min", 60), ("s", 1)) if seconds % size == 0)
    return f"{seconds // size} {unit}"


class Count(fields.Integer):
    """A whole number; a fraction is refused, never cut off."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, float):
            raise ValidationError("write a whole number")
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


class Address(fields.String):
    """An address to listen at, `HOST:PORT`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        host, colon, port = str(value).rpartition(":")
        if not (colon and host and port.isdecimal() and int(port) < 65536):
            raise ValidationError("write HOST:PORT, such as 127.0.0.1:8080")
        return str(value)


class Networks(fields.Field[tuple[str, ...]]):
    """A list of networks or addresses, in a string separated by commas."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[str, ...]:
        try:
            parts = value.split(",") if isinstance(value, str) else list(value)
            return tuple(str(ipaddress.ip_network(str(part).strip())) for part in parts if str(part).strip())
        except (TypeError, ValueError) as error:
            raise ValidationError("write networks such as 10.1.2.0/24, separated by commas") from error


class FilePath(fields.Field[Path]):
    """The path of a file."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Path:
        if not str(value).strip():
            raise ValidationError("write a path, or leave it out")
        return Path(str(value)).expanduser().absolute()
