"""The expected answer to a lookup, straight from the CSV files of an extract.

`expected_answer` takes the body of a lookup as the HTTP interface has it and returns what is compared: outcome, level,
applies_to, category, permissions, blocks, notices (only those that the contract names), the plate of `vehicle`, the
member id of `person`, and `premises`. Texts, handles, candidates and freshness are left out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import addresses, documents, names, normal_form, plates
from .answer import answer, unreadable
from .asking import Asking, day_of
from .records import Registry, registry_of
from .rows import read_extract, refusals_of

__all__ = ["expected_answer", "read_extract", "refusals_of", "registry_after", "registry_of"]


def registry_after(*directories: Path) -> Registry:
    """Return what the registry holds after syncing these extracts one after the other."""
    registry = None
    for directory in directories:
        registry = registry_of(read_extract(directory), registry)
    if registry is None:
        raise ValueError("name at least one extract")
    return registry


def expected_answer(registry: Registry, body: dict[str, Any]) -> dict[str, Any]:
    """Return the expected answer to one lookup body; `at` must be in it."""
    asking = Asking(registry, day_of(body["at"]), body.get("circumstances") or {})
    driven = asking.circumstances.get("driver_of")
    by_thing = any(name in body for name in ("plate", "vin", "address"))
    if driven is not None and (by_thing or normal_form.plate(driven) is None):
        return unreadable()
    answer_to: dict[str, Callable[[Any], dict[str, Any]]] = {
        "plate": lambda plate: plates.by_plate(asking, plate, body.get("state")),
        "vin": lambda vin: plates.by_vin(asking, vin),
        "document": lambda document: documents.by_document(asking, document, body.get("state")),
        "person": lambda person: names.by_name(asking, person),
        "address": lambda address: addresses.by_address(asking, address),
        "member_id": lambda member_id: by_member_id(asking, member_id),
    }
    kind = next(name for name in answer_to if name in body)
    return answer_to[kind](body[kind])


def by_member_id(asking: Asking, written: str) -> dict[str, Any]:
    """Answer a query by member id."""
    member_id = normal_form.number(written)
    if member_id is None:
        return unreadable()
    if asking.registry.find("members", member_id) or asking.registry.is_held("members", member_id):
        return documents.about_member(asking, member_id)
    return answer(asking, "no_record", asking.assess({"record": "not_found", **asking.driven_vehicle(None)}))
