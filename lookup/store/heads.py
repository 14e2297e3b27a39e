"""The head of a generation as text: what every engine writes down about where its data stand.

Decides the JSON of a head. `activation` is not in it: a rollback raises it without touching the generation, so it
stands where the engine says which generation serves.
"""

import json
from datetime import datetime

from lookup.records import KINDS
from lookup.store.protocol import Head


def encode_head(head: Head) -> str:
    """Write a head as JSON with sorted keys. Raises `ValueError` where `as_of` has no zone."""
    if head.as_of.tzinfo is None:
        raise ValueError("as_of must have a time zone")
    document = {
        "environment": head.environment,
        "generation": head.generation,
        "revision": head.revision,
        "as_of": head.as_of.isoformat(),
        "fictitious": head.fictitious,
        "counts": dict(head.counts),
        "quarantine": dict(head.quarantine),
        "position": dict(head.position),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def decode_head(text: str, activation: int) -> Head:
    """Read a head back. Raises `KeyError`, `TypeError` or `ValueError` where it is not one."""
    document = json.loads(text)
    if not set(document["counts"]) <= set(KINDS):
        raise ValueError("unknown kind in counts")
    return Head(
        environment=document["environment"],
        generation=document["generation"],
        activation=activation,
        revision=document["revision"],
        as_of=datetime.fromisoformat(document["as_of"]),
        fictitious=document["fictitious"],
        counts=document["counts"],
        quarantine=document["quarantine"],
        position=document["position"],
    )
