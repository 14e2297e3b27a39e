"""A small invented registry, record by record: each function makes one thing with good defaults, and a test says what
is unusual about it.

Unless a test says otherwise, the member TRN1 is a diplomatic agent of the embassy EM1 of Arcadia (whose code is FR
here), born in 1980, without a tie to the United States.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from lookup.records import (
    Accreditation,
    Agreement,
    DriverLicense,
    IdentityCard,
    Member,
    Mission,
    Premises,
    Vehicle,
    Waiver,
)

DAY = date(2026, 11, 21)
"""The day that tests ask about."""

PLATE = "DEA1234"
CARD = "TRNC1"
LICENSE = "TRNL1"


def day(days: int) -> date:
    """The day so many days after the one asked about."""
    return DAY + timedelta(days=days)


def mission(**changes: Any) -> Mission:
    return replace(Mission("EM1", "Embassy of Arcadia", "embassy", date(2000, 1, 1), sending_state="FR"), **changes)


def organization(name: str | None, **changes: Any) -> Mission:
    given: dict[str, Any] = {"mission_id": "IO1", "name": "Invented Organization", "kind": "international_organization"}
    return mission(**given | {"sending_state": None, "organization": name} | changes)


def post(**changes: Any) -> Accreditation:
    return replace(Accreditation("A1", "EM1", "diplomatic_agent", date(2020, 1, 1)), **changes)


def member(*posts: Accreditation, **changes: Any) -> Member:
    """A member with these posts; without any, an ordinary one."""
    born = Member("TRN1", "Quillfeather", ("FR",), "none", "Ada", date(1980, 5, 17))
    return replace(born, **{"accreditations": posts or (post(),)} | changes)


def unaccredited(**changes: Any) -> Member:
    """A member without any post."""
    return member(**{"accreditations": ()} | changes)


def family(**changes: Any) -> Member:
    """The spouse TRN2 of TRN1, without a post of their own."""
    given: dict[str, Any] = {
        "member_id": "TRN2",
        "given_names": "Bo",
        "date_of_birth": date(1982, 2, 3),
        "principal_id": "TRN1",
        "relationship": "spouse",
    }
    return unaccredited(**given | changes)


def waiver(**changes: Any) -> Waiver:
    return replace(Waiver("W1", "criminal", date(2026, 1, 1)), **changes)


def agreement(**changes: Any) -> Agreement:
    lifts = Agreement(
        "AG1", "FR", "service_staff", "diplomatic_agent", date(2020, 1, 1), "Invented agreement, article 1"
    )
    return replace(lifts, **changes)


def vehicle(**changes: Any) -> Vehicle:
    return replace(Vehicle(PLATE, "EM1", "active", member_id="TRN1", make="Zephyr"), **changes)


def mission_vehicle(**changes: Any) -> Vehicle:
    """A vehicle that is registered to the embassy itself."""
    return vehicle(**{"member_id": None} | changes)


def card(**changes: Any) -> IdentityCard:
    return replace(IdentityCard(CARD, "TRN1", "active"), **changes)


def driver_license(**changes: Any) -> DriverLicense:
    return replace(DriverLicense(LICENSE, "TRN1", "active"), **changes)


def premises(**changes: Any) -> Premises:
    return replace(Premises("P1", "EM1", "chancery", "1234 Example Avenue NW", "Washington", "DC"), **changes)
