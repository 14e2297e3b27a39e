"""The entry of one query that was answered: what was asked, what was told, on what basis.

Decides what of an answer goes into the trail: enough to derive it again (the question as it was given, the records by
version, the policy, the moment, the state of the data) and a digest of the very bytes; none of the personal data.
"""

from collections.abc import Mapping
from typing import Any

from lookup.answers import NULL, Answer, Substance
from lookup.audit.chain import digest_of
from lookup.audit.entry import Scene, entry, record_objects
from lookup.clock import utc_text
from lookup.freshness import Freshness

PARTS = ("level", "immunity", "vehicle", "person", "premises", "candidates")
"""The parts of an answer that an entry may name as disclosed."""


def answer_entry(
    answer: Answer,
    text: bytes,
    asked: Mapping[str, Any],
    scene: Scene,
    entered_by: str,
    **more: Any,
) -> dict[str, Any]:
    """Make the entry of an answer that is about to leave as `text`. `asked` is the question as its caller wrote it;
    `entered_by` `person`, `system` or `camera`."""
    query, said = answer.query, answer.substance
    return entry(
        f"query.{query.kind}",  # type: ignore[arg-type]  # there is an event for each kind of query
        said.outcome,  # type: ignore[arg-type]  # and an outcome for each of an answer
        scene,
        entry_id=answer.lookup_id,
        purpose=query.purpose,
        purpose_defaulted=query.purpose_defaulted,
        case_number=query.reference,
        query={
            "kind": query.kind,
            "value": query.normalized,
            "issuer": query.issuer or "US",
            "entered_by": entered_by,
            "at": utc_text(answer.at),
            "language": said.language,
            "asked": asked,
        },
        level=said.level,
        records=record_objects(said.rests_on),
        disclosed=disclosed_parts(said),
        data=data_object(answer.freshness) | {"environment": answer.environment},
        policy=said.policy,
        answer_digest=digest_of(text),
        lookup_id=str(answer.lookup_id),
        bytes_out=len(text),
        **more,
    )


def disclosed_parts(said: Substance) -> list[str]:
    """Name the parts of an answer that hold something, as its fields are named."""
    parts = [name for name, held in (("level", said.level), ("immunity", said.immunity)) if held is not None]
    shown = (("vehicle", said.vehicle), ("person", said.person), ("premises", said.premises))
    parts += [name for name, text in shown if text != NULL]
    return parts if said.candidates == b"[]" else [*parts, "candidates"]


def data_object(freshness: Freshness) -> dict[str, Any]:
    """Say on which data an answer rests."""
    return {
        "source": freshness.source,
        "generation": freshness.generation,
        "revision": freshness.revision,
        "as_of": utc_text(freshness.as_of),
        "age_seconds": round(freshness.age.total_seconds(), 1),
        "state": freshness.state,
        "clock_suspect": freshness.clock_suspect,
    }
