"""The pages' style sheet, from this host and no other."""

from flask import Blueprint, Response, send_from_directory

from mobile_api.access.guard import public

blueprint = Blueprint("assets", __name__)

KEEP_FOR_S = 3600
"""A new version of the service is seen after an hour at the latest."""


@blueprint.get("/static/<name>")
@public
def asset(name: str) -> Response:
    """Give a file of `pages/static`."""
    response = send_from_directory("pages/static", name, max_age=KEEP_FOR_S)
    response.headers["Cache-Control"] = f"public, max-age={KEEP_FOR_S}"
    return response
