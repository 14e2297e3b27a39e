"""The shape in which an expected answer is compared."""

from typing import Any

from .asking import Asking

OWN_ISSUER = ("us", "us-dos")


def unreadable() -> dict[str, Any]:
    """Return what is expected where the input can't be read."""
    return {"status": 422}


def is_of_another_issuer(state: str | None) -> bool:
    """Say whether a plate or document is somebody else's than the Department of State's."""
    return state is not None and state.strip().casefold() not in OWN_ISSUER


def answer(asking: Asking, outcome: str, assessment: dict[str, Any] | None, **shown: Any) -> dict[str, Any]:
    """Put an answer together; `shown` are the plate of `vehicle`, the member id of `person`, and `premises`."""
    notices = set(asking.notices)
    if any(record.newer_refused for record in asking.touched):
        notices.add("newer_row_refused")
    nothing: dict[str, Any] = {"level": None, "applies_to": None, "category": None, "permissions": None, "blocks": []}
    return {
        "status": 200,
        "outcome": outcome,
        **(assessment or nothing),
        "notices": sorted(notices),
        "vehicle": None,
        "person": None,
        "premises": None,
        **shown,
    }
