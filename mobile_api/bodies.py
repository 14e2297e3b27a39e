"""Reads a request body, strict JSON or the form of a page: one meaning for everybody who reads it, a bounded cost.

Decides how many bytes are read, all of them or none, and which are JSON: UTF-8, each name once per object, finite
numbers, not nested too deep. Does not decide what the values mean: that is the schema of each route.
"""

import json
import math
from typing import IO, Any, NoReturn
from urllib.parse import parse_qsl

from flask import Request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from mobile_api.refusals import BodyTooLarge, MalformedBody, NotJson

BODY_LIMIT = 64 * 1024
"""Bytes of one query; a query with all its facts stays below 2 KiB."""
BATCH_LIMIT = 256 * 1024
"""Bytes of a batch: room for a hundred queries with their facts."""
DEPTH_LIMIT = 32
"""Objects and lists inside one another; the deepest body of ours has four."""
NOT_WHOLE = "Send the body again, whole: it broke off, or one of its chunks cannot be read."

_PLAIN_TYPES = frozenset({"application/json", "application/json; charset=utf-8"})


def read_json_body(request: Request, limit: int = BODY_LIMIT) -> Any:
    """Give the value that the body holds.

    Raises `NotJson` (415) by its label, `BodyTooLarge` (413) over `limit` bytes, `MalformedBody` (400) where it is not
    strict JSON.
    """
    if request.environ.get("CONTENT_TYPE") not in _PLAIN_TYPES and request.mimetype != "application/json":
        raise NotJson("Send the body with the header Content-Type: application/json.")
    return parse_json(_read(request, limit))


def read_form(request: Request) -> dict[str, str]:
    """Give the fields of a form as our pages post it; none where the body is labelled as something else.

    Raises `BodyTooLarge` (413) over `BODY_LIMIT` bytes, `MalformedBody` (400) where it did not arrive whole.
    """
    data = _read(request, BODY_LIMIT)
    if request.mimetype != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))


def parse_json(data: bytes) -> Any:
    """Give the value that these bytes hold. Raises `MalformedBody` where they are not strict JSON."""
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no character
    except (ValueError, RecursionError) as error:
        raise MalformedBody(
            "Send one JSON value in UTF-8, each name once per object, numbers finite, at most 32 levels deep."
        ) from error
    if data.count(b"{") + data.count(b"[") > DEPTH_LIMIT and _depth(value) > DEPTH_LIMIT:
        raise MalformedBody(f"Nest objects and lists at most {DEPTH_LIMIT} levels deep.")
    return value


def _read(request: Request, limit: int) -> bytes:
    """Read the whole body, whose length is announced or which the server ends (chunked). Flask's own stream ends a
    chunked one at its limit as if nothing followed."""
    environ = request.environ
    announced = environ.get("CONTENT_LENGTH", "")
    length = int(announced) if announced.isdecimal() else 0
    unannounced = not announced and environ.get("wsgi.input_terminated")
    data = b"" if length > limit else _arrived(environ["wsgi.input"], limit + 1 if unannounced else length)
    if max(length, len(data)) > limit:
        raise BodyTooLarge(f"Send at most {limit // 1024} KiB in one body.")
    if len(data) < length:
        raise MalformedBody(NOT_WHOLE)
    return data


def _arrived(stream: IO[bytes], size: int) -> bytes:
    try:
        return stream.read(size)
    except (ParseException, OSError) as error:  # a broken chunk; a caller who is too slow or went away
        raise MalformedBody(NOT_WHOLE) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("not a number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("not a finite number")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)


def _depth(value: Any) -> int:
    """Count the levels without recursion: what was sent must not be able to exhaust the stack."""
    depth, level = 0, [value]
    while level:
        containers = [item for item in level if isinstance(item, dict | list)]
        depth += bool(containers)
        level = [inner for item in containers for inner in (item.values() if isinstance(item, dict) else item)]
    return depth
