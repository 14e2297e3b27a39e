"""Where the store stands, for the operations center.

Decides nothing; old data is shown as old, and a store that cannot be read is a 503.
"""

from typing import Any

from lookup.audit.entry import moment_text
from lookup.audit.signing.volumes import last_signed
from lookup.errors import CouldNotSearch
from lookup.freshness import FreshnessLimits, freshness_of
from lookup.store.protocol import Store
from lookup.store.replica.store import ReplicaStore
from lookup.store.work import work_document
from mobile_api.access.guard import token
from mobile_api.interface import Blueprint
from mobile_api.runtime import Runtime, runtime
from mobile_api.schemas.operations import StatusBody

blueprint = Blueprint("Status", __name__, description="Where the store stands")


@blueprint.get("/v1/status")
@blueprint.gives(StatusBody)
@token("console", event="view.status")
def status() -> dict[str, Any]:
    """Give generation, revision, age, counts, what was refused, what the indexer does, how far the replica is, and
    how the audit trail is written."""
    now = runtime()
    with now.reading() as registry:
        head = registry.head
    limits = FreshnessLimits(now.settings.stale_after, now.settings.expire_after)
    fresh = freshness_of(head, now.store.source, now.clock(), limits).document()
    return fresh | {
        "environment": head.environment,
        "activation": head.activation,
        "fictitious": head.fictitious,
        "counts": head.counts,
        "quarantine": head.quarantine,
        "policy": now.policy().name,
        "reindex": _reindex(now.store),
        "audit": _audit(now),
        "replica": now.store.state().document(now.clock()) if isinstance(now.store, ReplicaStore) else None,
    }


def _reindex(store: Store) -> dict[str, Any] | None:
    """Say what the indexer is doing; None where the store that it notes that in cannot be reached."""
    try:
        return work_document(store.work())
    except CouldNotSearch:
        return None


def _audit(now: Runtime) -> dict[str, Any]:
    """Say where entries go, as this process finds it, and when a head was last signed on this node."""
    gap, signed = now.trail.gap, last_signed(now.settings.audit_dir)
    return {
        "state": now.trail.state,
        "gap_since": None if gap is None else moment_text(gap.since),
        "signed_at": None if signed is None else moment_text(signed),
    }
