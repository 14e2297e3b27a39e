"""Strict schema fields for JSON: a value is taken only in the one form that the interface documents.

marshmallow's own fields read `"yes"` as true and `20260601` as a date; where somebody acts on the answer nothing is
guessed. Turns schema errors into faults with JSON pointers.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, validate

from lookup.clock import day_in_washington
from lookup.errors import FieldFault

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "Give this field.",
    "null": "Give a value, not null.",
}
"""What every field says in place of the library's own words, which do not say what to do."""


class Text(fields.String):
    """A JSON string."""

    default_error_messages = {**_MESSAGES, "invalid": "Write a text.", "invalid_utf8": "Write a text."}  # noqa: RUF012


class Flag(fields.Field[bool]):
    """`true` or `false`, nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Write true or false.")
        return value


class WholeNumber(fields.Field[int]):
    """A JSON number without a fraction; `1.0` and `true` are refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("Write a whole number.")
        return value


class Day(fields.Field[date]):
    """A day, `YYYY-MM-DD`."""

    default_error_messages = _MESSAGES

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            if not isinstance(value, str) or _DAY.fullmatch(value) is None:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("Write a day that exists as YYYY-MM-DD.") from error


class Moment(fields.Field[datetime]):
    """A timestamp with an offset (RFC 3339); given back in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        try:
            if not isinstance(value, str) or _MOMENT.fullmatch(value) is None:
                raise ValueError
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
            day_in_washington(moment)  # the first hours of the calendar have no day there
            return moment
        except (ValueError, OverflowError) as error:
            raise ValidationError("Write a moment with its offset, such as 2026-06-01T14:03:00-04:00.") from error


class StrictBody(Schema):
    """A JSON object that holds nothing but its fields."""

    error_messages = {"unknown": "There is no such field.", "type": "Write a JSON object."}  # noqa: RUF012


def one_of(values: object) -> Text:
    """A field for one word of a closed list."""
    choices = values if isinstance(values, tuple) else get_args(values)
    return Text(allow_none=True, validate=validate.OneOf(choices, error=f"Write one of: {', '.join(choices)}."))


def faults_of(messages: Any, pointer: str = "") -> list[FieldFault]:
    """Turn the messages of a schema into faults, each with the JSON pointer of its field (RFC 6901)."""
    if isinstance(messages, Mapping):
        return [
            fault
            for name, inner in messages.items()
            for fault in faults_of(inner, pointer if name == "_schema" else f"{pointer}/{_escaped(name)}")
        ]
    return [FieldFault(pointer, str(message)) for message in messages]


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
