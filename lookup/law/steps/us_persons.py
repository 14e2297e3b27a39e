"""Step 4: US nationals and permanent residents among principals (VCDR 38; VCCR 71).

Decides the line of each category. Categories without a line here keep what they have.
"""

from dataclasses import replace

from lookup.law.facts import Facts
from lookup.law.finding import Finding, conditional, without_immunity
from lookup.law.policy import Policy

OFFICIAL_ACTS_IN_OFFICE = frozenset({"diplomatic_agent", "io_mission_diplomat", "career_consular_officer"})
NO_IMMUNITY = frozenset({"admin_technical_staff", "service_staff"})
ARCHIVES_ONLY = frozenset({"consular_employee", "consular_service_staff"})
UNSETTLED = frozenset(
    {
        "io_senior_official",
        "io_conference_delegate",
        "tecro_designated_employee",
        "teco_head_or_deputy",
        "teco_designated_employee",
        "special_mission_member",
        "visiting_head_of_state_or_government",
        "diplomat_in_transit",
    }
)
"""Sources are silent or disagree: State must say."""


def reduce_us_person(facts: Facts, finding: Finding, policy: Policy) -> Finding:
    """Apply the line of the category to a principal who is a US national or permanent resident."""
    category = finding.accreditation.category
    if category not in OFFICIAL_ACTS_IN_OFFICE | NO_IMMUNITY | ARCHIVES_ONLY | UNSETTLED:
        return finding
    if not facts.is_us_person:
        return finding.noted("default_us_status") if facts.us_status is None else finding
    if category in OFFICIAL_ACTS_IN_OFFICE:
        row = policy.rows["us_person_in_office", "principal"]
        return finding.put(row, "us_person_in_office", "us_person_reduced")
    if category in UNSETTLED:
        return finding.put(policy.rows["unverified", "principal"], "us_person_unsettled", "us_person_reduced")
    if category in NO_IMMUNITY:
        return without_immunity(finding, "us_person_no_immunity", "us_person_reduced")
    reduced = without_immunity(finding, "us_person_archives_only", "us_person_reduced")
    archives = {**reduced.permissions, "search_vehicle": conditional("except_archives_and_bag")}
    return replace(reduced, permissions=archives)
