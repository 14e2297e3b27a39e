"""Failures of pages, as pages: what to do, the number to call, and a way back.

Decides that nothing which fails is ever taken for an answer, and where a page of the console leads whoever is not
signed in. What a failure is, is decided in `problems`.
"""

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lookup.errors import ImmunityError
from mobile_api.access.refused_pages import tell_refused_page
from mobile_api.problems import log_failure, problem_headers, unexpected_failure
from mobile_api.refusals import Forbidden, SignInNeeded
from mobile_api.request_ids import current_request_id
from mobile_api.runtime import runtime


def page_frame() -> dict[str, Any]:
    """Give what stands on every page: the number to call, the environment, whether somebody is signed in."""
    now = runtime()
    return {"phone": now.phone(), "environment": now.settings.environment, "signed_in": g.get("caller") is not None}


def install_page_problems(pages: Blueprint, home: str) -> None:
    """Let the pages of a blueprint show each failure as a page; `home` is the endpoint that leads back."""

    def show(error: ImmunityError) -> Response:
        tell_refused_page(error)
        if isinstance(error, SignInNeeded):
            return redirect(url_for("sign_in.form"), 303)
        if error.status >= 500:
            log_failure(error)
        html = render_template(
            "problem.html",
            title=error.title,
            detail=str(error),
            request_id=current_request_id(),
            home=url_for(home),
            **page_frame(),
        )
        return make_response(html, error.status, problem_headers(error))

    def show_refusal(_error: HTTPException) -> Response:
        return show(Forbidden("Go back to the form and ask again."))

    def show_failure(error: Exception) -> Response:
        log_failure(error)
        return show(unexpected_failure())

    pages.register_error_handler(ImmunityError, show)
    pages.register_error_handler(HTTPException, show_refusal)
    pages.register_error_handler(Exception, show_failure)
