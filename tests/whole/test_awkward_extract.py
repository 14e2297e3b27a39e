"""Every question about the awkward extract, through extract, sync, store, facts and law, against the independent
statement.

What is compared is all that an officer acts on: outcome, level, whom it is about, category, all seven permissions
with their conditions, the guidance blocks, the notices, and which vehicle, person and premises are shown.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lookup.errors import InvalidRequest
from lookup.freshness import FreshnessLimits
from lookup.law.load import load_policies
from lookup.queries import read_query
from lookup.service import LookupService
from lookup.store.open import open_store
from tests.oracle.awkward import questions
from tests.oracle.registry import expected_answer
from tests.whole.conftest import Synced

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
"""After every day that is asked about, and never the real time."""

UNCOMPARED_NOTICES = {"history_incomplete", "trailing_consular_plate"}
"""The oracle does not speak of them; tests/unit/test_notices.py does."""

DRIVEN_VEHICLE_NOTICES = {"plate_not_valid", "registration_expired", "registration_suspended", "newer_row_refused"}
"""The oracle does not show the vehicle that a person is said to drive; the answer does, with what is unusual about
it."""


@pytest.mark.usefixtures("unmeasured")
def test_every_question_about_the_awkward_extract_is_answered_as_the_oracle_says(synced: Synced) -> None:
    service = _service(synced)
    asked = questions(synced.extract)
    wrong = [
        (body, differing)
        for body in asked
        if (differing := _differing(_answer(service, body), expected_answer(synced.expected, body), body))
    ]
    assert len(asked) > 20_000
    assert wrong[:3] == []


def _service(synced: Synced) -> LookupService:
    never = FreshnessLimits(timedelta(days=9_000), timedelta(days=9_999))
    store = open_store(synced.store, "training")
    with store.reading() as registry:
        now = max(NOW, registry.head.as_of)
    return LookupService(store, load_policies(), "training", never, lambda: now)


def _answer(service: LookupService, body: dict[str, Any]) -> dict[str, Any]:
    try:
        document = service.answer(read_query(body)).document()
    except InvalidRequest:
        return {"status": 422}
    immunity = document["immunity"] or {}
    return {
        "status": 200,
        "outcome": document["outcome"],
        "level": immunity.get("level"),
        "applies_to": immunity.get("applies_to"),
        "category": immunity.get("category"),
        "permissions": _permissions(immunity),
        "blocks": sorted(block["code"] for block in document["guidance"]["blocks"]),
        "notices": sorted({notice["code"] for notice in document["notices"]} - UNCOMPARED_NOTICES),
        "vehicle": _vehicle(document),
        "person": document["person"] and document["person"]["member_id"],
        "premises": _premises(document["premises"]),
    }


def _permissions(immunity: dict[str, Any]) -> dict[str, Any] | None:
    if not immunity:
        return None
    return {
        action: {"answer": permission["answer"], "codes": permission["codes"]}
        for action, permission in immunity["permissions"].items()
    }


def _vehicle(document: dict[str, Any]) -> str | None:
    """The plate of a vehicle that was asked about and is known by more than its plate."""
    vehicle = document["vehicle"]
    if vehicle is None or document["query"]["kind"] not in ("plate", "vin"):
        return None
    return vehicle["plate"] if vehicle["registration_status"] else None


def _premises(premises: dict[str, Any] | None) -> dict[str, Any] | None:
    if premises is None:
        return None
    shown = {name: premises[name] for name in ("premises_id", "kind", "occupant_level")}
    return shown | {"mission_id": premises["mission"]["mission_id"]}


def _differing(answer: dict[str, Any], expected: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    if "driver_of" in body.get("circumstances", {}) and "notices" in answer:
        answer = answer | {"notices": sorted(set(answer["notices"]) - DRIVEN_VEHICLE_NOTICES)}
        expected = expected | {"notices": sorted(set(expected.get("notices", ())) - DRIVEN_VEHICLE_NOTICES)}
    return {
        name: (answer.get(name), expected.get(name))
        for name in answer | expected
        if answer.get(name) != expected.get(name)
    }
