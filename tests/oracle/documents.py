"""The expected answer to a query by identity card or driver license, and about a member once they are found."""

from typing import Any

from . import normal_form
from .answer import answer, is_of_another_issuer, unreadable
from .asking import Asking
from .person_facts import UnusableError
from .records import Record, Values

TABLE_OF_KIND = {"identity_card": "identity_cards", "driver_license": "driver_licenses"}


def about_member(asking: Asking, member_id: str, card: Values | None = None) -> dict[str, Any]:
    """Answer about a member who was found, with the card fact of the document that named them."""
    driven = asking.driven_vehicle(member_id)
    try:
        facts = asking.facts_of(member_id, **(card or {}))
    except UnusableError:
        return answer(asking, "match", asking.assess({"record": "conflict", **(card or {}), **driven}))
    return answer(asking, "match", asking.assess({**facts, **driven}), person=member_id)


def by_document(asking: Asking, document: Values, state: str | None) -> dict[str, Any]:
    """Answer a query by document; without a kind both are looked at, and on one member the card counts."""
    number = normal_form.document(document["number"])
    if number is None:
        return unreadable()
    kind = document.get("kind")
    tables = [TABLE_OF_KIND[kind]] if kind is not None else list(TABLE_OF_KIND.values())
    good = {table: record for table in tables if (record := asking.registry.find(table, number)) is not None}
    is_held = any(asking.registry.is_held(table, number) for table in tables)
    if is_of_another_issuer(state):
        asking.notices.add("issuer_differs")
        return _several(asking) if good or is_held else _none(asking)
    if len({record.values["member_id"] for record in good.values()}) > 1:
        return _several(asking)
    if good:
        return _about_document(asking, *next(iter(good.items())))  # the card comes first
    if is_held:
        facts = {"record": "conflict", **asking.driven_vehicle(None)}
        return answer(asking, "match", asking.assess(facts))
    return _none(asking)


def _none(asking: Asking) -> dict[str, Any]:
    return answer(asking, "no_record", asking.assess({"record": "not_found", **asking.driven_vehicle(None)}))


def _several(asking: Asking) -> dict[str, Any]:
    return answer(asking, "possible_matches", asking.assess(asking.driven_vehicle(None)))


def _about_document(asking: Asking, table: str, record: Record) -> dict[str, Any]:
    asking.touched.append(record)
    status, expires = record.values["status"], record.values.get("expires_on")
    has_expired = expires is not None and expires < asking.day
    card: Values = {}
    if table == "identity_cards":
        card["card_status"] = "expired" if status == "active" and has_expired else status
    else:
        if status == "surrendered":
            card["card_status"] = "surrendered"
        if status != "active" or has_expired:
            asking.notices.add("license_not_valid")
    return about_member(asking, record.values["member_id"], card)
