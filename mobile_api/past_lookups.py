"""One lookup of the last 24 hours as it was answered, for the officer who calls back, and to whom it was passed on.

Decides how far back the console may look, and that nothing is shown as an answer that is not what was said. The answer
is derived again from the audit trail of all nodes; the trail is the only place where anything of it is kept.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from lookup.audit.entry import Entry, moment_text
from lookup.audit.explaining.derive import Present
from lookup.audit.explaining.explain import explain
from lookup.audit.explaining.recorded_lookup import recorded_lookup
from lookup.audit.reading.all_nodes import all_nodes
from lookup.errors import FieldFault, InvalidRequest
from lookup.lookup_ids import reference_number
from mobile_api.access.guard import token
from mobile_api.audited import told
from mobile_api.interface import Blueprint
from mobile_api.runtime import Runtime, runtime
from mobile_api.schemas.past_lookups import DisclosureAnswer, DisclosureBody, PastLookupAnswer

SHOWN_FOR = timedelta(hours=24)
"""How long after it was asked a lookup is shown: a shift and the next one. Older ones are for who reads the audit."""

blueprint = Blueprint("Past lookups", __name__, description="Lookups of the last 24 hours, for who calls back")


@blueprint.get("/v1/lookups/<lookup>")
@blueprint.gives(PastLookupAnswer)
@token("console", event="view.lookup")
def past_lookup(lookup: str) -> dict[str, Any]:
    """Give one lookup as it was answered, by its lookup_id or reference number."""
    now = runtime()
    recorded = _recorded(now, lookup)
    explained = explain(recorded, Present(now.store))
    matches = explained.verdict == "matches"
    shown = {name: recorded[name] for name in ("records", "disclosed")} if matches else {}
    told().happened(
        "view.lookup", "done", lookup_id=recorded["lookup_id"], details={"verdict": explained.verdict}, **shown
    )
    return _named(recorded, now) | {
        "asked_at": recorded["occurred_at"],
        "agency": recorded["agency_ori"],
        "requestor": recorded["requestor"],
        "case_number": recorded["case_number"],
        "purpose": recorded["purpose"],
        "entered_by": recorded["query"]["entered_by"],
        "verdict": explained.verdict,
        "because": explained.because,
        "answer": explained.answer.document() if explained.answer is not None and matches else None,
    }


@blueprint.post("/v1/lookups/<lookup>/disclosures")
@blueprint.takes_body(DisclosureBody)
@blueprint.gives(DisclosureAnswer)
@token("console", event="disclosure")
def disclose(body: dict[str, Any], lookup: str) -> dict[str, Any]:
    """Write down to whom an answer was passed on, before it is read out."""
    now = runtime()
    recorded = _recorded(now, lookup)
    _check_parts(body["parts"], recorded)
    told().happened(
        "disclosure",
        "done",
        lookup_id=recorded["lookup_id"],
        secondary_recipient=body,
        disclosed=body["parts"],
    )
    return _named(recorded, now) | {"disclosed_at": moment_text(now.clock()), "secondary_recipient": body}


def _recorded(now: Runtime, name: str) -> Entry:
    with all_nodes(now.settings, now.clock) as nodes:
        return recorded_lookup(nodes, name, now.clock() - SHOWN_FOR)


def _check_parts(parts: list[str], recorded: Entry) -> None:
    held = recorded["disclosed"]
    faults = [
        FieldFault(f"/parts/{index}", f"Name each part once, and only what the answer holds: {', '.join(held)}.")
        for index, part in enumerate(parts)
        if part not in held or part in parts[:index]
    ]
    if faults:
        raise InvalidRequest(faults)


def _named(recorded: Entry, now: Runtime) -> dict[str, Any]:
    lookup_id = UUID(recorded["lookup_id"])
    return {
        "lookup_id": str(lookup_id),
        "reference_number": reference_number(lookup_id),
        "environment": now.settings.environment,
    }
