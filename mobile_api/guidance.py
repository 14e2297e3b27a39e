"""The law without a query: the matrix and its texts, the consular notification duty, the offices.

Decides how much of the policy a client gets and how long it may keep it. Decides nothing about anybody: what these
routes give holds for everyone with the same standing.
"""

import functools
import hashlib
from typing import Any

from flask import Response, request
from marshmallow import Schema

from lookup.errors import NotFound
from lookup.law.policy import Policy
from lookup.law.terms import ROLES
from mobile_api.access.guard import token
from mobile_api.interface import Blueprint
from mobile_api.runtime import runtime
from mobile_api.schemas.law import CategoryAnswer, PolicyAnswer

KEEP_FOR_S = 3600
"""A client asks again after an hour, and is answered 304 as long as the policy is the same."""

blueprint = Blueprint("Guidance", __name__, description="What the law says, for a client to keep offline")


@blueprint.get("/v1/guidance")
@blueprint.gives(PolicyAnswer)
@token(None)
def guidance() -> Response:
    """Give the whole matrix and the texts in force, with their citations."""
    now = runtime()
    return _kept(*_whole(now.policy(), now.settings.environment))


@blueprint.get("/v1/guidance/<category>")
@blueprint.gives(CategoryAnswer)
@token(None)
def guidance_of_category(category: str) -> Response:
    """Give the rows of one category, with the sentences of their conditions."""
    now = runtime()
    policy = now.policy()
    if category not in policy.categories:
        raise NotFound("There is no such category; /v1/guidance lists them.")
    return _kept(*_of_category(policy, category, now.settings.environment))


@functools.lru_cache(maxsize=8)
def _whole(policy: Policy, environment: str) -> tuple[bytes, str]:
    shown = {
        "name": policy.name,
        "since": policy.since,
        "language": policy.language,
        "matrix": list(policy.rows.values()),
        "conditions": list(policy.conditions.values()),
        "blocks": list(policy.blocks.values()),
        "categories": list(policy.categories.values()),
        "levels": policy.levels,
        "verification": policy.verification,
        "environment": environment,
    }
    return _written(PolicyAnswer(), shown)


@functools.lru_cache(maxsize=64)
def _of_category(policy: Policy, category: str, environment: str) -> tuple[bytes, str]:
    rows = [policy.rows[category, role] for role in ROLES if (category, role) in policy.rows]
    codes = {code for row in rows for permission in row.permissions.values() for code in permission.codes}
    shown = {
        "policy": policy.name,
        "since": policy.since,
        "language": policy.language,
        "category": policy.categories[category],
        "matrix": rows,
        "conditions": [condition for code, condition in policy.conditions.items() if code in codes],
        "environment": environment,
    }
    return _written(CategoryAnswer(), shown)


def _written(schema: Schema, shown: dict[str, Any]) -> tuple[bytes, str]:
    body = schema.dumps(shown, ensure_ascii=False).encode()
    return body, hashlib.sha256(body).hexdigest()[:32]


def _kept(body: bytes, etag: str) -> Response:
    """Send what a client may keep, or 304 where it has it already."""
    response = Response(body, content_type="application/json")
    response.set_etag(etag)
    response.headers["Cache-Control"] = f"private, max-age={KEEP_FOR_S}"
    response.make_conditional(request)
    return response
