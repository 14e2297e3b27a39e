"""What the registry's memory of a past day is known to lack.

Decides the gaps of an answer about the past: accreditations, waivers, agreements and premises have dates, everything
else is taken as it is now. The sentences are data of the policy.
"""

from collections.abc import Iterator
from datetime import date

from lookup.identify import Identification
from lookup.records import DriverLicense, IdentityCard, Vehicle


def history_gaps(found: Identification, day: date, today: date) -> Iterator[str]:
    """Give the codes of what is not known of `day`; none for today."""
    if day >= today:
        return
    if found.gone:
        yield "record_deleted"
    if found.outcome != "match":
        return
    if found.vehicle is not None and isinstance(found.vehicle.content, Vehicle):
        valid_from = found.vehicle.content.valid_from
        if valid_from is not None and day < valid_from:
            yield "registered_later"
    if found.document is not None and isinstance(found.document.content, IdentityCard | DriverLicense):
        issued_on = found.document.content.issued_on
        if issued_on is not None and day < issued_on:
            yield "issued_later"
    if not found.premises:
        yield "undated_as_now"
