"""Reads a request body as strict JSON: one meaning for everybody who reads it, and a bounded cost.

Decides which bytes are a JSON body: at most so many, UTF-8, each name once per object, finite numbers, not nested too
deep. Does not decide what the values mean: that is the schema of each route.
"""

import json
import math
from typing import IO, Any, NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from mobile_api.refusals import BodyTooLarge, MalformedBody, NotJson

BODY_LIMIT = 64 * 1024
"""Bytes of one query; a query with all its facts stays below 2 KiB."""
BATCH_LIMIT = 256 * 1024
"""Bytes of a batch: room for a hundred queries with their facts."""
DEPTH_LIMIT = 32
"""Objects and lists inside one another; the deepest body of ours has four."""

_PLAIN_TYPES = frozenset({"application/json", "application/json; charset=utf-8"})


def read_json_body(request: Request, limit: int = BODY_LIMIT) -> Any:
    """Give the value that the body holds.

    Raises `NotJson` (415) by its label, `BodyTooLarge` (413) over `limit` bytes, `MalformedBody` (400) where it is not
    strict JSON.
    """
    if request.environ.get("CONTENT_TYPE") not in _PLAIN_TYPES and request.mimetype != "application/json":
        raise NotJson("Send the body with the header Content-Type: application/json.")
    return parse_json(_read(request, limit))


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
    """Read at most `limit` bytes, also where the length was not announced."""
    announced = request.environ.get("CONTENT_LENGTH", "")
    if announced.isdecimal() and int(announced) <= limit:
        stream: IO[bytes] = request.environ["wsgi.input"]
        return stream.read(int(announced))  # Flask's own stream does the same and takes a tenth of a hello-world
    request.max_content_length = limit
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise BodyTooLarge(f"Send at most {limit // 1024} KiB in one body.") from error


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
