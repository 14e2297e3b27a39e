"""Step 3: which members of a household share what the principal has.

Asked only where the row gives family something: a row of `none` stays `none`, an unverified one unverified. The
questions a to d are asked in order, and the first that decides, decides. The category is that of the row, so after an
agreement the one whose treatment it gives.
"""

from datetime import date, timedelta
from typing import Any

from .matrix import NOTHING, UNVERIFIED
from .standing import Standing

EXCLUDED_BY_NATIONALITY_ALONE = ("diplomatic_agent", "io_mission_diplomat")  # VCDR 37(1)
EXCLUDED_BY_RESIDENCE_TOO = "admin_technical_staff"  # VCDR 37(2)
HOUSEHOLD_DAYS = timedelta(days=30)


def apply_family_step(standing: Standing, facts: dict[str, Any], category_of_row: str, at: date) -> None:
    """Change `standing` of a family member as step 3 says."""
    if standing.level == "none":
        standing.family_none_by_row = True
        return
    if standing.level == "unverified":
        return
    decided = _by_principal(facts, category_of_row) or _by_nationality(facts, category_of_row)
    if decided is not None:
        standing.us_status_decided = True
    else:
        decided = _by_household(standing, facts, at) or _by_age(facts, category_of_row)
    if decided is not None:
        standing.take(NOTHING if decided == "none" else UNVERIFIED)
        standing.replaced_after_agreement = True


def _by_principal(facts: dict[str, Any], category: str) -> str | None:
    """3a: the principal is a US national or permanent resident."""
    if facts.get("principal_us_status") in (None, "none"):
        return None
    if category in EXCLUDED_BY_NATIONALITY_ALONE or category == EXCLUDED_BY_RESIDENCE_TOO:
        return "none"
    return "unverified"


def _by_nationality(facts: dict[str, Any], category: str) -> str | None:
    """3b: the family member is one."""
    us_status = facts.get("us_status")
    if us_status in (None, "none"):
        return None
    if category in EXCLUDED_BY_NATIONALITY_ALONE:
        return "none" if us_status == "national" else None
    if category == EXCLUDED_BY_RESIDENCE_TOO:
        return "none"
    return "unverified"


def _by_household(standing: Standing, facts: dict[str, Any], at: date) -> str | None:
    """3c: not recognized, or no longer in the household."""
    if facts.get("recognized") is False:
        return "none"
    if facts.get("household_until") is None:
        return None
    last_day = date.fromisoformat(facts["household_until"])
    if at <= last_day:
        return None
    if at <= last_day + HOUSEHOLD_DAYS:
        standing.kept_after_household = True
        return None
    return "none"


def _by_age(facts: dict[str, Any], category: str) -> str | None:
    """3d: the age, by relationship."""
    relationship = facts.get("relationship") or "other"
    age = facts.get("age")
    if category == "io_senior_official":
        if relationship == "spouse":
            return None
        if relationship == "child" and age is not None and age < 18:
            return None
        return "unverified"
    if relationship == "child":
        return _by_age_of_child(facts, age)
    return None


def _by_age_of_child(facts: dict[str, Any], age: int | None) -> str | None:
    exception = facts.get("household_exception")
    student = facts.get("full_time_student")
    if exception is True:
        return None
    if age is None:
        return "unverified"
    if age < 21:
        return None
    if age < 23:
        return {True: None, False: "none", None: "unverified"}[student]
    return "none" if exception is False else "unverified"
