"""What a page of the console posts: its fields, and the proof that the form was ours.

Decides that every form carries a token of its session (CSRF), beside the browser's own word for where it comes from.
Each POST of a page goes through here before its view, so that no form can forget it.
"""

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf, validate_csrf  # type: ignore[import-untyped]
from wtforms import ValidationError  # type: ignore[import-untyped]

from mobile_api.access.guard import stated_accesses
from mobile_api.access.same_origin import check_same_origin
from mobile_api.bodies import read_form
from mobile_api.refusals import Forbidden
from mobile_api.runtime import Runtime

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a field


def posted() -> dict[str, str]:
    """Give the fields of the form that this request posts."""
    fields: dict[str, str] = g.posted
    return fields


def install_forms(app: Flask, now: Runtime) -> None:
    """Check every form of an application's pages; call it when all routes are there, after the guard."""
    accesses = stated_accesses(app)
    app.secret_key = now.sessions.form_key()
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token holds as long as its session
    app.jinja_env.globals[TOKEN_FIELD] = generate_csrf

    @app.before_request
    def check_form() -> None:
        if request.method != "POST" or request.endpoint is None:
            return  # nothing of ours is posted to an address that does not exist: Flask answers that itself
        if accesses[request.endpoint].entrance not in ("page", "session"):
            return
        check_same_origin(request)
        g.posted = read_form(request)
        try:
            validate_csrf(g.posted.pop(TOKEN_FIELD, ""))
        except ValidationError as error:
            raise Forbidden("This page was open for too long: open it again and send the form from there.") from error
