"""Forms are taken from our own pages only.

Decides by what the browser says of where a request comes from: `Sec-Fetch-Site`, and `Origin` where an old browser does
not send that. A form that another site posts in the officer's name is refused.
"""

from urllib.parse import urlsplit

from flask import Request

from mobile_api.refusals import Forbidden


def check_same_origin(asked: Request) -> None:
    """Raise `Forbidden` unless the request comes from a page of this very host."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        own = site == "same-origin"
    else:
        origin = urlsplit(asked.headers.get("Origin", ""))
        own = (origin.scheme, origin.netloc) == (asked.scheme, asked.host)
    if not own:
        raise Forbidden("Open the page itself and send the form from there.")
