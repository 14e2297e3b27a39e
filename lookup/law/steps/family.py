"""Step 3: is this family member eligible for what the row gives?

Decides by the principal's US status (a), the person's own (b), recognition and household (c), relationship and age (d):
the first that decides, decides. Sources: VCDR 37(1), 37(2); VCCR 53(3); CPIUN s.19; State's rules on household members.
"""

from datetime import date

from lookup.law.facts import Facts
from lookup.law.finding import Finding, Mark, without_immunity
from lookup.law.periods import last_day_of_period
from lookup.law.policy import Policy

EXCLUDED_WITH_US_PRINCIPAL = frozenset({"diplomatic_agent", "io_mission_diplomat", "admin_technical_staff"})
EXCLUDED_IF_US_NATIONAL = frozenset({"diplomatic_agent", "io_mission_diplomat"})


def check_family(facts: Facts, finding: Finding, at: date, policy: Policy) -> Finding:
    """Let the first of a to d that decides, decide; a row that gives nothing, or is unverified, is not asked
    further."""
    if finding.level == "none":
        return finding.noted("family_row_gives_nothing", "none_by_row")
    if finding.level == "unverified":
        return finding
    finding = _by_principal(facts, finding, policy)
    if "family_decided" not in finding.marks:
        finding = _by_own_us_status(facts, finding, policy)
    if "family_decided" not in finding.marks:
        finding = _by_household(facts, finding, at, policy)
    if "family_decided" not in finding.marks:
        finding = _by_age(facts, finding, policy)
    return finding


def _by_principal(facts: Facts, finding: Finding, policy: Policy) -> Finding:
    if not facts.principal_is_us_person:
        return finding.noted("default_principal_us_status") if facts.principal_us_status is None else finding
    if finding.row.category in EXCLUDED_WITH_US_PRINCIPAL:
        return _excluded(finding, "family_of_us_person", "us_person_reduced")
    return _open(finding, policy, "family_of_us_person_unsettled", "us_person_reduced")


def _by_own_us_status(facts: Facts, finding: Finding, policy: Policy) -> Finding:
    if not facts.is_us_person:
        return finding.noted("default_us_status") if facts.us_status is None else finding
    if finding.row.category in EXCLUDED_IF_US_NATIONAL:
        if facts.us_status != "national":
            return finding
        return _excluded(finding, "family_us_national", "us_person_reduced")
    if finding.row.category == "admin_technical_staff":
        return _excluded(finding, "family_us_person", "us_person_reduced")
    return _open(finding, policy, "family_us_person_unsettled", "us_person_reduced")


def _by_household(facts: Facts, finding: Finding, at: date, policy: Policy) -> Finding:
    if facts.recognized is False:
        return _excluded(finding, "family_not_recognized")
    if facts.recognized is None:
        finding = finding.noted("default_recognized")
    if facts.household_until is None or at <= facts.household_until:
        return finding
    last_day = last_day_of_period(facts.household_until, policy.numbers.household_grace_days)
    if at <= last_day:
        return finding.noted("family_household_grace", "household_grace", until=last_day.isoformat())
    return _excluded(finding, "family_left_household")


def _by_age(facts: Facts, finding: Finding, policy: Policy) -> Finding:
    if facts.relationship is None:
        finding = finding.noted("default_relationship")
    if finding.row.category == "io_senior_official":
        return _by_age_at_senior_official(facts, finding, policy)
    if facts.relationship != "child" or facts.household_exception is True:
        return finding
    if facts.age is None:
        return _open(finding, policy, "family_age_unknown")
    if facts.age < policy.numbers.adult_child_age:
        return finding
    if facts.age < policy.numbers.oldest_student_age:
        return _by_evidence(facts.full_time_student, "student", finding, policy)
    return _by_evidence(facts.household_exception, "exception", finding, policy)


def _by_age_at_senior_official(facts: Facts, finding: Finding, policy: Policy) -> Finding:
    minor = facts.age is not None and facts.age < policy.numbers.senior_official_child_age
    if facts.relationship == "spouse" or (facts.relationship == "child" and minor):
        return finding
    age_is_open = facts.relationship == "child" and facts.age is None
    return _open(finding, policy, "family_age_unknown" if age_is_open else "family_of_senior_official")


def _by_evidence(evidence: bool | None, ground: str, finding: Finding, policy: Policy) -> Finding:
    """Decide by a ground that is known to be there (eligible), known not to be (none), or not known (unverified)."""
    if evidence is True:
        return finding
    if evidence is False:
        return _excluded(finding, f"family_no_{ground}")
    return _open(finding, policy, f"family_{ground}_unknown")


def _excluded(finding: Finding, rule: str, *marks: Mark) -> Finding:
    return without_immunity(finding, rule, "family_decided", *marks)


def _open(finding: Finding, policy: Policy, rule: str, *marks: Mark) -> Finding:
    return finding.put(policy.rows["unverified", "family"], rule, "family_decided", *marks)
