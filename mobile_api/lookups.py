"""The roadside queries: one lookup, a batch of them, and the law alone.

Decides how a question is read from HTTP and its answer sent; what the answer is decides `lookup.service`. The single
lookup is the hot path: its schemas describe it, and the answer is written once, directly.
"""

import json
from collections.abc import Iterable
from typing import Any

from flask import Response, g, request
from marshmallow import ValidationError

from lookup.clock import day_in_washington
from lookup.errors import ImmunityError, InvalidRequest
from lookup.fields import faults_of
from lookup.law.facts_schema import FactsBody
from lookup.queries import LookupBody
from lookup.service import assess_document
from mobile_api.access.caller import Caller
from mobile_api.access.guard import token
from mobile_api.asking import ask
from mobile_api.audited import told
from mobile_api.bodies import BATCH_LIMIT, read_json_body
from mobile_api.interface import Blueprint
from mobile_api.problems import log_failure, problem_object, unexpected_failure
from mobile_api.runtime import Runtime, runtime
from mobile_api.schemas.answers import AnswerBody, BatchAnswer, BatchBody, BatchFrame
from mobile_api.schemas.law import AssessmentAnswer

JSON = "application/json"

_FRAME = BatchFrame()

blueprint = Blueprint("Lookups", __name__, description="Questions from the roadside")


@blueprint.post("/v1/lookups")
@blueprint.describes(LookupBody, AnswerBody)
@token("lookup", event="query.unreadable")
def look_up() -> Response:
    """Answer one query."""
    asked = told().asked  # the request itself: Flask's stand-in for it costs at each use
    return _answer(ask(runtime(), g.caller, read_json_body(asked))[1])


@blueprint.post("/v1/lookups/batch")
@blueprint.describes(BatchBody, BatchAnswer)
@token("lookup", event="query.unreadable", person_kind=False)
def look_up_batch() -> Response:
    """Answer 1 to 100 queries, in their order; one bad query never fails the others."""
    queries = _queries_of(read_json_body(request, BATCH_LIMIT))
    now, caller = runtime(), g.caller
    now.quotas.charge(caller, len(queries) - 1)  # the guard has counted the first
    answers = (_answer_or_problem(now, caller, query, f"/queries/{index}") for index, query in enumerate(queries))
    return _answer(b'{"answers":[' + b",".join(answers) + b"]}")


@blueprint.post("/v1/assessments")
@blueprint.describes(FactsBody, AssessmentAnswer)
@token("lookup", event="assessment")
def assess() -> dict[str, Any]:
    """Apply the law to given facts, without the registry."""
    now = runtime()
    today = day_in_washington(now.clock())
    return assess_document(read_json_body(request), now.policies, today) | {"environment": now.settings.environment}


class _Whole(Response):
    """An answer to a question: whole and complete, so nothing has to be looked up about it before it leaves."""

    def get_wsgi_response(self, _environ: Any) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Give body, status and headers as they are."""
        return self.response, self.status, self.headers.to_wsgi_list()  # type: ignore[return-value]  # bytes went in


def _answer(text: bytes) -> Response:
    told().is_answer = True
    return _Whole(text, content_type=JSON)


def _answer_or_problem(now: Runtime, caller: Caller, body: Any, pointer: str) -> bytes:
    try:
        return ask(now, caller, body)[1]
    except Exception as error:  # also an unforeseen one: it must not lose the other answers
        refusal = error if isinstance(error, ImmunityError) else unexpected_failure()
        if refusal.status >= 500:
            log_failure(error)
        told().failed(refusal.status)
        return json.dumps(problem_object(refusal, now.phone(), at=pointer), ensure_ascii=False).encode()


def _queries_of(body: Any) -> list[Any]:
    try:
        queries: list[Any] = _FRAME.load(body)["queries"]
    except ValidationError as error:
        raise InvalidRequest(faults_of(error.messages)) from None
    return queries
