"""Every failure as problem details (RFC 9457): one shape, whatever went wrong and wherever.

Decides what a caller is told: what to do, the number to call where an officer may be waiting, when to come back. An
unexpected exception becomes a plain 500 whose text says nothing; the log gets its place in the code, never its message,
which could hold a plate or a name.
"""

import json
import logging
from collections.abc import Callable
from http import HTTPMethod, HTTPStatus
from typing import Any

from flask import Flask, Response, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from lookup.errors import ImmunityError, InvalidRequest, NotFound
from lookup.logs import failure_fields
from mobile_api.access.guard import bearer_token
from mobile_api.refusals import BodyTooLarge, NotJson, TooManyQueries
from mobile_api.request_ids import current_request_id

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
"""Seconds after which a 503 is worth another try: a store is reopened, or a worker replaced, in about one."""
SIGN_IN = 'Bearer realm="immunity-lookup"'

_LOG = logging.getLogger("mobile_api")
_HTTP_PROBLEMS = {
    400: ("bad-request", "Bad Request", "The request is broken: correct it and send it again."),
    404: (
        NotFound.problem,
        NotFound.title,
        "Nothing is at this address; /docs lists the routes. This says nothing about the registry.",
    ),
    405: ("method-not-allowed", "Method Not Allowed", "Use a method that the header Allow names."),
    413: (BodyTooLarge.problem, BodyTooLarge.title, "Send a smaller body."),
    415: (NotJson.problem, NotJson.title, "Send application/json."),
}


class FaultBody(Schema):
    """One fault in a body."""

    pointer = fields.String(required=True, metadata={"description": "JSON pointer (RFC 6901) into the body"})
    detail = fields.String(required=True, metadata={"description": "What to do about it"})


class ProblemBody(Schema):
    """A failure, as RFC 9457 lays it out."""

    type = fields.String(required=True, metadata={"description": "Stable path of the kind of problem"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "What to do"})
    request_id = fields.String(required=True)
    phone = fields.String(metadata={"description": "The number to call: in every 5xx, 403 and 429"})
    errors = fields.List(fields.Nested(FaultBody), metadata={"description": "Where a body failed validation"})


def problem_object(error: ImmunityError, phone: str, at: str = "") -> dict[str, Any]:
    """Describe an error of ours. `at` is the JSON pointer of the part of the body that it speaks of."""
    problem = _problem(error.status, error.problem, error.title, str(error), phone)
    if isinstance(error, InvalidRequest):
        problem["errors"] = [{"pointer": at + fault.pointer, "detail": fault.detail} for fault in error.faults]
    return problem


def install_problems(app: Flask, phone: Callable[[], str]) -> None:
    """Let the application answer every failure with problem details; `phone` gives the number to call."""

    @app.errorhandler(ImmunityError)
    def refuse(error: ImmunityError) -> Response:
        if error.status >= 500:
            log_failure(error)
        return problem_response(problem_object(error, phone()), problem_headers(error))

    @app.errorhandler(HTTPException)
    def refuse_request(error: HTTPException) -> Response:
        status = error.code or 500
        headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
        return problem_response(http_problem(status, phone()), headers)

    @app.errorhandler(Exception)
    def fail(error: Exception) -> Response:
        log_failure(error)
        return problem_response(problem_object(unexpected_failure(), phone()))


def unexpected_failure() -> ImmunityError:
    """Give the error that stands for an exception of which nothing may be told."""
    return ImmunityError("Ask again; if it fails again, call the number given here and name the request_id.")


def problem_headers(error: ImmunityError) -> dict[str, str]:
    """Give the headers that belong to an error: when to come back, how to sign in."""
    if isinstance(error, TooManyQueries):
        return {"Retry-After": str(error.retry_after)}
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)}
    if error.status == HTTPStatus.UNAUTHORIZED:
        given = bool(bearer_token(request))
        return {"WWW-Authenticate": SIGN_IN + (', error="invalid_token"' if given else "")}
    return {}


def log_failure(error: Exception) -> None:
    """Log where an exception came from: its class and the places in the code, without its message."""
    fields = _request_fields() | {"status": error.status if isinstance(error, ImmunityError) else 500}
    _LOG.error("A request failed: %s.", type(error).__name__, extra=fields | failure_fields(error))


def log_refusal(status: int) -> None:
    """Log that a request was refused: by its route, never by what stands in its address."""
    _LOG.info("A request was refused.", extra=_request_fields() | {"status": status})


def log_unread(status: int, request_id: str, error: Exception) -> None:
    """Log that a request could not be read, or that the server failed with it: nothing of what was sent."""
    named, kind = {"request_id": request_id, "status": status}, type(error).__name__
    if status != HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.info("A request could not be read: %s.", kind, extra=named)
    else:
        _LOG.error("A request failed in the server: %s.", kind, extra=named | failure_fields(error))


def _request_fields() -> dict[str, Any]:
    """Tell which request it is. A method can be any word, so only those that exist are written."""
    rule = request.url_rule
    return {
        "request_id": current_request_id(),
        "method": request.method if request.method in HTTPMethod.__members__ else None,
        "route": None if rule is None else rule.rule,
    }


def http_problem(status: int, phone: str) -> dict[str, Any]:
    """Describe a fault of the request that HTTP knows by its status alone."""
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem_object(unexpected_failure(), phone)
    unknown = ("http-error", "The request failed", "Correct the request and send it again.")
    return _problem(status, *_HTTP_PROBLEMS.get(status, unknown), phone)


def _problem(status: int, kind: str, title: str, detail: str, phone: str) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": current_request_id(),
    }
    if status >= 500 or status in (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS):
        problem["phone"] = phone
    return problem


def problem_response(problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Send problem details with their status."""
    body = json.dumps(problem, ensure_ascii=False)
    return Response(body, problem["status"], headers, content_type=MEDIA_TYPE)
