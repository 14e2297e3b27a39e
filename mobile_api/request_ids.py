"""The id of a request, by which its problem report is found again in the log.

Decides which id a caller may choose, how one is made, and where it stands while the request is answered. Every
response carries it as `X-Request-Id`.
"""

import re
from typing import Any

from flask import has_request_context, request

from lookup.random_bytes import random_bytes

HEADER = "X-Request-Id"
ENVIRON_KEY = "immunity.request_id"
"""Where the id stands in the WSGI environment."""
_SANE = re.compile(r"[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}")
"""A UUID, with or without hyphens: it goes into log lines, so nothing that could be a plate or a number is taken."""


def name_request(environ: dict[str, Any]) -> str:
    """Give a request its id: the one that the caller chose, if it is sane, else a new one."""
    chosen: str = environ.get("HTTP_X_REQUEST_ID", "")
    request_id = environ[ENVIRON_KEY] = chosen if chosen and _SANE.fullmatch(chosen) else new_request_id()
    return request_id


def new_request_id() -> str:
    """Make an id that nobody chose."""
    return random_bytes(12).hex()


def current_request_id() -> str:
    """Give the id of the request that is being answered; a hyphen outside of one."""
    named: str = request.environ.get(ENVIRON_KEY, "-") if has_request_context() else "-"
    return named


def request_id_to_log() -> str | None:
    """Give the same for a line of the log, which leaves it out where there is none."""
    return request.environ.get(ENVIRON_KEY) if has_request_context() else None
