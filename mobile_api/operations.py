"""The operators' routes: does the process live, can it answer lookups now, and how does it do.

Decides how that is told. What ready means is decided in `readiness`, what is counted in `metrics` and `node_metrics`.
"""

from flask import Response, current_app

from lookup.errors import CouldNotSearch
from mobile_api.access.guard import operations
from mobile_api.interface import Blueprint
from mobile_api.problems import problem_headers, problem_object, problem_response
from mobile_api.readiness import reasons_not_ready
from mobile_api.runtime import runtime
from mobile_api.schemas.operations import LifeBody, ReadinessBody

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The text format of Prometheus."""

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
    reasons = reasons_not_ready(now)
    if not reasons:
        return {"status": "ready"}
    error = NotReady("Take this node out of service until it is ready again.")
    problem = problem_object(error, now.phone()) | {"reasons": reasons}
    return problem_response(problem, problem_headers(error))


@blueprint.get("/metrics")
@blueprint.gives_text
@operations
def metrics() -> Response:
    """Give the metrics of all processes of this service and of the node, as Prometheus reads them."""
    from mobile_api.metrics import metrics_of  # noqa: PLC0415 - in a worker only, see there
    from mobile_api.node_metrics import NodeMetrics  # noqa: PLC0415

    return Response(metrics_of(current_app).text([NodeMetrics(runtime())]), content_type=METRICS_TYPE)
