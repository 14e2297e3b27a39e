"""Where a store stands, for people and programs.

Decides the fields of `immunity status`. Whether the age is too much is a setting of the service, not of the store.
"""

from collections.abc import Iterator
from typing import Any

from lookup.clock import Clock, system_clock, utc_text
from lookup.errors import CouldNotSearch
from lookup.records import KINDS
from lookup.store.protocol import Writer
from lookup.store.replica.state import ReplicaState
from lookup.store.work import work_document


def describe_status(writer: Writer, replica: ReplicaState | None = None, clock: Clock = system_clock) -> dict[str, Any]:
    """Give the status as JSON; `age_s` is in seconds; `replica` is that of this node, where it should have one.

    Raises `CouldNotSearch` where nothing was ever published.
    """
    head = writer.head()
    if head is None:
        raise CouldNotSearch("Nothing was published in this store yet. Run `immunity sync` first.")
    return {
        "environment": head.environment,
        "generation": head.generation,
        "activation": head.activation,
        "revision": head.revision,
        "as_of": utc_text(head.as_of),
        "age_s": int((clock() - head.as_of).total_seconds()),
        "fictitious": head.fictitious,
        "held_after_rollback": writer.held(),
        "counts": {kind: head.counts.get(kind, 0) for kind in KINDS},
        "quarantine": dict(head.quarantine),
        "reindex": work_document(writer.work()),
        "replica": None if replica is None else replica.document(clock()),
    }


def status_text(status: dict[str, Any]) -> str:
    """Give the status for a person."""
    counts = [f"  {kind:<18}{count:>10,}" for kind, count in status["counts"].items()]
    refused = [f"  {name:<18}{count:>10,}" for name, count in status["quarantine"].items()] or ["  none"]
    hours, minutes = divmod(status["age_s"] // 60, 60)
    return "\n".join(
        [
            *(["The whole store was checked: it is what was published."] if status.get("verified") else []),
            f"environment {status['environment']}" + (", invented data" if status["fictitious"] else ""),
            f"generation  {status['generation']}, revision {status['revision']}, activation {status['activation']}",
            f"data as of  {status['as_of']} ({hours} h {minutes} min ago)",
            *(["The indexer is held after a rollback."] if status["held_after_rollback"] else []),
            *_work_lines(status["reindex"]),
            *_replica_lines(status["replica"]),
            "records:",
            *counts,
            "rows in quarantine:",
            *refused,
        ]
    )


def _work_lines(reindex: dict[str, Any]) -> Iterator[str]:
    """Say what the indexer is doing, and how its last passes ended."""
    if reindex["phase"] != "idle":
        of = "" if reindex["total"] is None else f" of {reindex['total']:,}"
        yield f"the indexer is {reindex['phase']} since {reindex['started_at']}: {reindex['done']:,}{of} done"
    if reindex["last_success_at"]:
        yield f"last success {reindex['last_success_at']}"
    if reindex["last_failure_at"]:
        yield f"last failure {reindex['last_failure_at']} ({reindex['failure']})"


def _replica_lines(replica: dict[str, Any] | None) -> Iterator[str]:
    """Say how far this node's copy is, and what it last met."""
    if replica is None:
        return
    if replica["caught_up_at"] is None:
        yield "replica of this node: nothing copied yet"
    else:
        where = f"generation {replica['generation']}, revision {replica['revision']}"
        yield f"replica of this node: {replica['phase']}, {where}, {replica['lag_s']} s behind"
    if replica["failure"]:
        yield f"  last failure: {replica['failure']}"
