"""Responses that the server writes itself: to requests that cannot be read, and to answers that cannot be recorded.

Decides their status and their bytes: a problem document like any other, after which the connection ends. Nothing of
what was sent is repeated.
"""

import json
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask
from gunicorn.http import errors  # type: ignore[import-untyped]

from lookup.errors import ImmunityError
from mobile_api.headers import NO_STORE
from mobile_api.problems import (
    MEDIA_TYPE,
    http_problem,
    log_failure,
    problem_headers,
    problem_object,
    unexpected_failure,
)
from mobile_api.request_ids import ENVIRON_KEY, HEADER, new_request_id
from mobile_api.runtime import EXTENSION
from mobile_api.service_app import Service

_STATUSES = (
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),  # the application's own fault, not the caller's
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
    (ssl.SSLError, HTTPStatus.BAD_REQUEST),  # a broken record in the middle of a connection
    (Exception, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""The first that fits counts."""


def unread_response(app: Service, error: Exception) -> bytes:
    """Answer a request that could not be read, and note it."""
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    request_id = new_request_id()
    app.refused_unread(status, request_id, error)
    with app.test_request_context(environ_overrides={ENVIRON_KEY: request_id}):
        return _response(status, http_problem(status, _phone(app)), {})


def unrecorded_response(app: Service, error: Exception, request_id: str) -> bytes:
    """Answer a request whose own answer cannot be recorded, and note it."""
    told = error if isinstance(error, ImmunityError) else unexpected_failure()
    with app.test_request_context(environ_overrides={ENVIRON_KEY: request_id}):
        log_failure(error)
        app.refused(told.status)
        return _response(HTTPStatus(told.status), problem_object(told, _phone(app)), problem_headers(told))


def _phone(app: Flask) -> str:
    number: str = app.extensions[EXTENSION].phone()
    return number


def _response(status: HTTPStatus, problem: dict[str, Any], headers: Mapping[str, str]) -> bytes:
    body = json.dumps(problem).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        f"Cache-Control: {NO_STORE}",
        f"{HEADER}: {problem['request_id']}",
        "X-Content-Type-Options: nosniff",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + body
