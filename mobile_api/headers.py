"""The headers that every response has: its request id, what a browser must not do with it, and that nobody keeps it.

Decides the defaults; a route that may be kept (guidance, style sheets) says so itself. No third-party host, no inline
script or style, no framing; who came with TLS never again comes without (OWASP Secure Headers Project). Works where the
response leaves, so that a failure anywhere gets them too.
"""

from collections.abc import Callable
from typing import Any

from mobile_api.request_ids import ENVIRON_KEY, HEADER

NO_STORE = "no-store"
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")
"""For a year. Not for the domain's other hosts (`includeSubDomains`): they are not ours to decide about."""
_CONTENT_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_PAGE_HEADERS = (
    ("Content-Security-Policy", _CONTENT_POLICY),
    # `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null` with our own forms
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)

StartResponse = Callable[..., Any]
"""As WSGI (PEP 3333) defines it: status, list of headers, exception or nothing."""


def completing(start_response: StartResponse, environ: dict[str, Any], refused: Callable[[int], None]) -> StartResponse:
    """Give a `start_response` that completes the headers of the one response to this request, and tells `refused` its
    status where that is 400 or more."""

    def complete(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        given = {name.lower(): value for name, value in headers}
        headers.append((HEADER, environ[ENVIRON_KEY]))
        headers.append(("X-Content-Type-Options", "nosniff"))
        if "cache-control" not in given:
            headers.append(("Cache-Control", NO_STORE))
        if given.get("content-type", "").startswith("text/html"):
            headers.extend(_PAGE_HEADERS)
        if environ["wsgi.url_scheme"] == "https":
            headers.append(HTTPS_ONLY)
        if status >= "4":
            refused(int(status[:3]))
        return start_response(status, headers, exc_info)

    return complete
