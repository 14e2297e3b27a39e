"""Steps 4 and 5: what US nationality or residence takes away, and what an agreement between States gives.

Step 4 is for principals only. Step 5 is for both; for family it comes before the family step.
"""

from typing import Any

from .matrix import NOTHING, NOTHING_BUT_ARCHIVES, UNVERIFIED, US_PERSON_IN_OFFICE, Row, is_higher_or_same, row_of
from .standing import Standing

US_PERSON_ROW: dict[str, Row | None] = {
    "diplomatic_agent": US_PERSON_IN_OFFICE,
    "io_mission_diplomat": US_PERSON_IN_OFFICE,
    "career_consular_officer": US_PERSON_IN_OFFICE,
    "admin_technical_staff": NOTHING,
    "service_staff": NOTHING,
    "consular_employee": NOTHING_BUT_ARCHIVES,
    "consular_service_staff": NOTHING_BUT_ARCHIVES,
    # unchanged
    "honorary_consular_officer": None,
    "io_staff": None,
    "io_expert_on_mission": None,
    "io_mission_support_staff": None,
    "diplomatic_courier": None,
    "consular_courier": None,
    "private_servant": None,
    "temporary_duty_visitor": None,
    # sources silent or in disagreement
    "io_senior_official": UNVERIFIED,
    "io_conference_delegate": UNVERIFIED,
    "tecro_designated_employee": UNVERIFIED,
    "teco_head_or_deputy": UNVERIFIED,
    "teco_designated_employee": UNVERIFIED,
    "special_mission_member": UNVERIFIED,
    "visiting_head_of_state_or_government": UNVERIFIED,
    "diplomat_in_transit": UNVERIFIED,
}

EMBASSY_STAFF = ("diplomatic_agent", "admin_technical_staff", "service_staff", "private_servant")


def apply_us_person_step(standing: Standing, facts: dict[str, Any]) -> None:
    """Step 4: reduce a principal who is a US national or permanent resident."""
    if facts.get("us_status") in (None, "none") or standing.category is None:
        return
    row = US_PERSON_ROW[standing.category]
    if row is not None:
        standing.take(row)
        standing.us_status_decided = True


def apply_agreement_step(standing: Standing, facts: dict[str, Any], accreditation: dict[str, Any], role: str) -> str:
    """Step 5: replace the row by that of an agreement; return the category of the row that now stands."""
    category = standing.category
    assert category is not None
    agreement = accreditation.get("agreement") or {}
    treated_as = agreement.get("treated_as")
    if treated_as is None:
        return category
    if category in EMBASSY_STAFF and not accreditation.get("national_of_sending_state"):
        return category
    if role == "family" and not agreement.get("covers_family"):
        return category
    row = row_of(treated_as, role)
    if not is_higher_or_same(row.level, row_of(category, role).level) or standing.level == "unverified":
        return category
    if not _no_us_status(facts, role):
        standing.us_status_decided = True
        return category
    standing.take(row)
    standing.row_of_agreement = True
    return str(treated_as)


def _no_us_status(facts: dict[str, Any], role: str) -> bool:
    own = facts.get("us_status") in (None, "none")
    principals = facts.get("principal_us_status") in (None, "none")
    return own and (principals or role != "family")
