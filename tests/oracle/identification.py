"""Step 0 and whom a result is about: is there somebody to whom the steps can be applied?

`stops` says that there is not; the row `unverified` is then the answer, and only vehicles and the bag are looked at.
"""

from typing import Any

from .vehicle_search import MEMBERS, registrant_of

UNRELIABLE_CARDS = ("lost", "stolen", "surrendered", "revoked")


def accreditations_of(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the accreditations, each saying everything: what an element does not say, the outer facts say."""
    shared = ("mission_kind", "organization", "agreement", "national_of_sending_state", "state_confirmed")
    listed = facts.get("accreditations")
    if listed is not None:
        outer = {name: facts.get(name) for name in shared}
        return [{**outer, **{name: value for name, value in one.items() if value is not None}} for one in listed]
    if facts.get("category") is None:
        return []
    dates = ("effective_on", "terminated_on", "termination", "departed_on", "reasonable_period_ends_on")
    return [{name: facts.get(name) for name in ("category", *dates, *shared)}]


def applies_to(facts: dict[str, Any]) -> str:
    """Say whom the result is about, the first that fits."""
    is_plate = facts.get("lookup") == "plate"
    vehicle = facts.get("vehicle")
    if facts.get("record") in ("not_found", "unavailable"):
        return "nobody_yet"
    if all(one.get("category") is None for one in accreditations_of(facts)):
        return "nobody_yet"
    if is_plate and vehicle is not None and registrant_of(vehicle) not in MEMBERS:
        return "nobody_yet"
    return "registrant" if is_plate else "person"


def stops(facts: dict[str, Any]) -> bool:
    """Say whether step 0 ends in `unverified`."""
    return (
        facts.get("record") in ("not_found", "unavailable", "stale", "conflict")
        or facts.get("card_status") in UNRELIABLE_CARDS
        or applies_to(facts) == "nobody_yet"
    )
