"""Whom to tell of a weakness in a service: `/.well-known/security.txt` (RFC 9116).

Decides the fields. The contact is the operator's, from the setting `security_contact`; without one there is no such
file.
"""

from datetime import timedelta

from flask import Blueprint, Response

from lookup.clock import utc_text
from lookup.errors import NotFound
from mobile_api.access.guard import public
from mobile_api.runtime import runtime

GOOD_FOR = timedelta(days=90)
"""How long what stands there may be relied on; RFC 9116 (2.5.5) advises less than a year."""

blueprint = Blueprint("security_txt", __name__)


@blueprint.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Give the file; 404 where the operator named nobody."""
    now = runtime()
    contact = now.settings.security_contact
    if contact is None:
        raise NotFound("No contact is named here: ask whoever runs this service.")
    expires = (now.clock() + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (f"Contact: {contact}", f"Expires: {utc_text(expires)}", "Preferred-Languages: en")
    return Response("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
