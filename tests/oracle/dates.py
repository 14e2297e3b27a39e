"""Step 6: before the beginning, after the end, and the time in between when protection goes on.

All dates are whole days and both ends count. Without an end that has passed, a departure, a reasonable period and a
kind of termination change nothing.
"""

from datetime import date, timedelta
from typing import Any

from .matrix import FORMER_PRINCIPAL, NOTHING, UNVERIFIED
from .standing import Standing

REASONABLE_DAYS = timedelta(days=30)


def _day(accreditation: dict[str, Any], name: str) -> date | None:
    written = accreditation.get(name)
    return None if written is None else date.fromisoformat(written)


def apply_dates_step(standing: Standing, accreditation: dict[str, Any], role: str, at: date) -> None:
    """Change `standing` as the dates of its accreditation say."""
    standing.level_before_dates = standing.level
    begins = _day(accreditation, "effective_on")
    ends = _day(accreditation, "terminated_on")
    has_begun = begins is None or at >= begins
    standing.expelled = has_begun and accreditation.get("termination") == "persona_non_grata"
    if not has_begun:
        _replace_by_unverified(standing)
    elif ends is not None and at > ends and standing.level != "none":
        # 6e: who is at none stays as they are at every point of b.
        _after_the_end(standing, accreditation, role, at, ends)


def _after_the_end(standing: Standing, accreditation: dict[str, Any], role: str, at: date, ends: date) -> None:
    departed = _day(accreditation, "departed_on")
    period_ends = _day(accreditation, "reasonable_period_ends_on")
    if departed is not None and at >= departed:
        _make_former_member(standing, role)
    elif period_ends is not None:
        if at <= period_ends:
            standing.in_reasonable_period = True
        else:
            _make_former_member(standing, role)
    elif accreditation.get("termination") == "mission_closed" or at > ends + REASONABLE_DAYS:
        standing.in_reasonable_period = True
        _replace_by_unverified(standing)
    else:
        standing.in_reasonable_period = True


def _make_former_member(standing: Standing, role: str) -> None:
    standing.former_member = True
    standing.replaced_after_agreement = True
    nothing_residual = standing.category == "consular_service_staff" and not standing.row_of_agreement
    if role == "family" or nothing_residual:
        standing.take(NOTHING)
    else:
        standing.take(FORMER_PRINCIPAL)
        standing.row_former_principal = True


def _replace_by_unverified(standing: Standing) -> None:
    standing.take(UNVERIFIED)
    standing.replaced_after_agreement = True
