"""Where a store stands, for people and programs.

Decides the fields of `immunity status`. Whether the age is too much is a setting of the service, not of the store.
"""

from typing import Any

from lookup.clock import Clock, system_clock, utc_text
from lookup.errors import CouldNotSearch
from lookup.records import KINDS
from lookup.store.protocol import Writer


def describe_status(writer: Writer, clock: Clock = system_clock) -> dict[str, Any]:
    """Give the status as JSON; `age_s` is in seconds. Raises `CouldNotSearch` where nothing was ever published."""
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
            "records:",
            *counts,
            "rows in quarantine:",
            *refused,
        ]
    )
