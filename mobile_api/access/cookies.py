"""The cookies of both services: for this host alone, closed to scripts, over TLS wherever there is TLS.

Decides their names and attributes; what is in them is decided by whoever sets them. A cookie does not tell ports apart,
so the console and the roadside page share theirs where they are reached under one host name.
"""

from datetime import timedelta
from typing import Literal

from flask import Request
from werkzeug.wrappers import Response

from lookup.settings import Settings

SameSite = Literal["Strict", "Lax"]
HOST_PREFIX = "__Host-"
"""With it a browser takes a cookie over TLS only, from this very host and for no other."""


def is_secure(asked: Request, settings: Settings) -> bool:
    """Tell whether cookies of this request are for TLS alone: under TLS, and always in live."""
    return asked.is_secure or settings.environment == "live"


def cookie_name(base: str, secure: bool) -> str:
    """Give the name under which a cookie is set and read."""
    return HOST_PREFIX + base if secure else base


def set_cookie(
    response: Response,
    base: str,
    value: str,
    *,
    secure: bool,
    max_age: timedelta | None = None,
    same_site: SameSite = "Strict",
) -> None:
    """Set a cookie. Without `max_age` it goes with the browser's window."""
    response.set_cookie(
        cookie_name(base, secure), value, max_age=max_age, httponly=True, samesite=same_site, secure=secure
    )


def clear_cookie(response: Response, base: str, *, secure: bool) -> None:
    """Take a cookie out of the browser."""
    response.delete_cookie(cookie_name(base, secure), httponly=True, samesite="Strict", secure=secure)
