"""The id of a request, by which its problem report is found again in the log.

Decides which id a caller may choose and how one is made. Every response carries it as `X-Request-Id`.
"""

import os
import re

from flask import Request

HEADER = "X-Request-Id"
_SANE = re.compile(r"[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}")
"""A UUID, with or without hyphens: it goes into log lines, so nothing that could be a plate or a number is taken."""


def request_id_of(asked: Request) -> str:
    """Give the id that the caller chose, if it is sane, else a new one."""
    chosen: str = asked.environ.get("HTTP_X_REQUEST_ID", "")
    return chosen if chosen and _SANE.fullmatch(chosen) else new_request_id()


def new_request_id() -> str:
    """Make an id that nobody chose."""
    return os.urandom(12).hex()
