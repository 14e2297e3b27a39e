"""The operators' routes: does the process live, and can it answer lookups now.

Decides what ready means: a record can really be read and the keys can be checked. Old data is no reason to be taken
out of service, else every node would leave at once; the answers say how old they are.
"""

from flask import Response

from lookup.errors import CouldNotSearch, ImmunityError
from lookup.store.protocol import Store
from lookup.store.ways import reading_in_turn
from mobile_api.access.guard import operations
from mobile_api.access.key_store import KeyStore
from mobile_api.interface import Blueprint
from mobile_api.problems import problem_headers, problem_object, problem_response
from mobile_api.runtime import runtime
from mobile_api.schemas.operations import LifeBody, ReadinessBody

LOOK_S = 1.0
"""What the look at the records may take: as much as a lookup."""

blueprint = Blueprint("Operations", __name__, description="Health, for the operators' own network")


class NotReady(CouldNotSearch):
    """The process lives, but cannot answer lookups now."""

    problem = "not-ready"
    title = "No lookup can be answered now"


@blueprint.get("/healthz")
@blueprint.gives(LifeBody)
@operations
def health() -> dict[str, str]:
    """Tell that the process lives."""
    return {"status": "alive"}


@blueprint.get("/readyz")
@blueprint.gives(ReadinessBody)
@operations
def readiness() -> dict[str, str] | Response:
    """Tell whether lookups can be answered now: 200, or 503 with the reasons."""
    now = runtime()
    reasons = reasons_not_ready(now.store, now.keys)
    if not reasons:
        return {"status": "ready"}
    error = NotReady("Take this node out of service until it is ready again.")
    problem = problem_object(error, now.phone()) | {"reasons": reasons}
    return problem_response(problem, problem_headers(error))


def reasons_not_ready(store: Store, keys: KeyStore) -> list[str]:
    """Try what a lookup needs, and give the reasons why one would fail; none where it would be answered."""
    return [reason for reason in (_store_reason(store), _keys_reason(keys)) if reason]


def _store_reason(store: Store) -> str | None:
    try:
        with reading_in_turn(store, LOOK_S) as registry:
            found = registry.scan("mission", limit=1)
    except ImmunityError as error:
        return f"The store cannot be read: {error}"
    return None if found else "The store holds no mission: sync an extract into it."


def _keys_reason(keys: KeyStore) -> str | None:
    try:
        keys.all_keys()
    except ImmunityError as error:
        return f"The keys cannot be read: {error}"
    return None
