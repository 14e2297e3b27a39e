"""Step 5: a bilateral agreement replaces the row by that of the category whose treatment it gives.

Decides when it lifts and when only the US status stands in its way. For family it runs before step 3, and the lifted
row then passes step 3.
"""

from lookup.law.facts import Facts
from lookup.law.finding import Finding
from lookup.law.policy import Policy, Row
from lookup.law.terms import LEVELS

EMBASSY_STAFF = frozenset({"diplomatic_agent", "admin_technical_staff", "service_staff", "private_servant"})
"""These are lifted only as nationals of the sending State."""


def apply_agreement(facts: Facts, finding: Finding, policy: Policy) -> Finding:
    """Lift the finding where an agreement covers the person; note where only a US status keeps it from doing so."""
    agreement, category = finding.accreditation.agreement, finding.accreditation.category
    if agreement is None or category is None or finding.level == "unverified":
        return finding
    row = policy.rows[agreement.treated_as, facts.person_role]
    if _is_lower(row, policy.rows[category, facts.person_role]):
        return finding
    if facts.person_role == "family" and not agreement.covers_family:
        return finding.noted("default_covers_family") if agreement.covers_family is None else finding
    if category in EMBASSY_STAFF and not finding.accreditation.national_of_sending_state:
        assumed = finding.accreditation.national_of_sending_state is None
        return finding.noted("default_national_of_sending_state") if assumed else finding
    if facts.is_us_person or (facts.person_role == "family" and facts.principal_is_us_person):
        return finding.noted("agreement_not_for_us_person", "us_person_reduced")
    if facts.us_status is None:
        finding = finding.noted("default_us_status")
    if facts.person_role == "family" and facts.principal_us_status is None:
        finding = finding.noted("default_principal_us_status")
    return finding.put(row, "agreement_lifts", "lifted", treated_as=agreement.treated_as)


def _is_lower(row: Row, own: Row) -> bool:
    """Whether a row's level is lower than that of the category's own row, in the order of the levels."""
    return LEVELS.index(row.level) > LEVELS.index(own.level)
