"""The notices beside an answer: what is unusual about the plate, the document or the data.

Decides when a notice is there. Severity and text are data of the policy. A notice changes no level.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from lookup.facts_of_records import NOBODYS_REGISTRATIONS
from lookup.freshness import Freshness
from lookup.identify import Identification
from lookup.law.policy import Policy
from lookup.queries import Query
from lookup.records import DriverLicense, Record, Vehicle

_RESERVED_CODE_LETTERS = frozenset("EIOZ")
"""No mission's plate code begins with these; invented plates do."""

_RESERVED_NUMBERS = "TRN"
"""Invented numbers begin so."""


def notice_objects(codes: Iterable[str], policy: Policy, **values: str) -> list[dict[str, str]]:
    """Give the `notices` of an answer, each code once."""
    notices = [policy.notices[code] for code in dict.fromkeys(codes)]
    return [
        {"code": notice.code, "severity": notice.severity, "text": notice.text.format(**values)} for notice in notices
    ]


def vehicle_notices(vehicle: Vehicle, day: date) -> Iterator[str]:
    """Say what is unusual about a registration. A stolen vehicle is a matter of the law, not of a notice."""
    if vehicle.registration_status in NOBODYS_REGISTRATIONS:
        yield "plate_not_valid"
    elif vehicle.registration_status == "expired" or (
        vehicle.registration_status == "active" and vehicle.valid_until is not None and vehicle.valid_until < day
    ):
        yield "registration_expired"
    elif vehicle.registration_status == "suspended":
        yield "registration_suspended"


def document_notices(document: Any, day: date) -> Iterator[str]:
    """Say what is unusual about a driver license; of an identity card the law speaks."""
    if isinstance(document, DriverLicense) and (
        document.status != "active" or (document.expires_on is not None and document.expires_on < day)
    ):
        yield "license_not_valid"


def query_notices(query: Query, found: Identification, environment: str) -> Iterator[str]:
    """Say what is unusual about the question."""
    if not query.asks_department:
        yield "issuer_differs"
    reading = query.reading
    if reading is not None and reading.series == "trailing_status" and reading.status_letter == "C":
        yield "trailing_consular_plate"
    if environment == "live" and found.outcome == "no_record" and query.asks_department and _is_reserved(query):
        yield "training_identifier"


def data_notices(freshness: Freshness, policy: Policy, today: date, rests_on: Iterable[Record]) -> Iterator[str]:
    """Say what is unusual about the data and the law's data."""
    if any(record.standing == "newer_row_refused" for record in rests_on):
        yield "newer_row_refused"
    if freshness.clock_suspect:
        yield "clock_suspect"
    if freshness.state != "fresh":
        yield "data_stale"
    if policy.check_overdue(today):
        yield "policy_check_overdue"


def _is_reserved(query: Query) -> bool:
    if query.reading is not None:
        return query.reading.mission_code[0] in _RESERVED_CODE_LETTERS
    return query.kind in ("member_id", "document") and query.normalized.startswith(_RESERVED_NUMBERS)
