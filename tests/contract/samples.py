"""Invented records, as short as a test can use them."""

from datetime import date
from typing import Any

from lookup.records import (
    CONTENT_CLASSES,
    Accreditation,
    Agreement,
    Content,
    DriverLicense,
    IdentityCard,
    Kind,
    Member,
    Mission,
    Premises,
    Standing,
    Vehicle,
    Waiver,
    record_key,
)
from lookup.store.protocol import Draft

DAY = date(2024, 2, 29)


def draft(content: Content, standing: Standing = "good") -> Draft:
    kind = next(kind for kind, shape in CONTENT_CLASSES.items() if shape is type(content))
    return Draft(record_key(kind, getattr(content, content.__slots__[0])), kind, standing, content)


def vehicle(plate: str = "ZAB1234", **columns: Any) -> Draft:
    return draft(Vehicle(plate, "TRN900", columns.pop("status", "active"), **columns))


def member(number: str = "TRN0001", family_name: str = "Okonjo", **columns: Any) -> Draft:
    return draft(Member(number, family_name, ("FR",), "none", **columns))


def held(kind: Kind, natural_key: str) -> Draft:
    return Draft(record_key(kind, natural_key), kind, "held", None)


def gone(record: Draft) -> Draft:
    return Draft(record.key, record.kind, "good", None, deleted=True)


def one_of_each_kind() -> list[Draft]:
    post = Accreditation("TRN-A1", "TRN900", "diplomatic_agent", DAY, title="Second Secretary", state_confirmed=True)
    return [
        draft(Mission("TRN900", "Embassy of Zubrowka", "embassy", DAY, sending_state="ZZ", plate_code="ZA")),
        draft(Agreement("TRN-G1", "ZZ", "admin_technical_staff", "diplomatic_agent", DAY, "invented", True)),
        member(
            "TRN0001",
            "Ångström",
            given_names="Zoë",
            date_of_birth=DAY,
            recognized=False,
            accreditations=(post,),
            waivers=(Waiver("TRN-W1", "criminal", DAY),),
        ),
        vehicle("ZAB1234", vin="TRN0VIN0000000001", member_id="TRN0001", year=2023, valid_until=DAY),
        draft(IdentityCard("TRN7001", "TRN0001", "active", border="blue", expires_on=DAY)),
        draft(DriverLicense("TRN8001", "TRN0001", "active", license_class="D")),
        draft(Premises("TRN-P1", "TRN900", "chancery", "1 Invented Way", "Washington", "DC", latitude=38.9)),
    ]
