"""The headers that every response has: its request id, what a browser must not do with it, and that nobody keeps it.

Decides the defaults; a route that may be kept (guidance, style sheets) says so itself. No third-party host, no inline
script or style, no framing.
"""

from flask import Flask, Response, g, request

from mobile_api.request_ids import HEADER, request_id_of

NO_STORE = "no-store"
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


def install_headers(app: Flask) -> None:
    """Give each request its id before anything else looks at it, and each response its headers."""

    @app.before_request
    def name_request() -> None:
        g.request_id = request_id_of(request)

    @app.after_request
    def complete(response: Response) -> Response:
        headers = response.headers
        headers.add(HEADER, g.request_id)
        headers.add("X-Content-Type-Options", "nosniff")
        if "Cache-Control" not in headers:
            headers.add("Cache-Control", NO_STORE)
        if (response.content_type or "").startswith("text/html"):
            headers.extend(_PAGE_HEADERS)
        return response
