"""Step 6: the dates of office, and what is left after its end (VCDR 9, 39; VCCR 53).

Decides by whole days, both ends included. Being declared persona non grata changes nothing by itself; without an end
of functions that has passed, departure, reasonable period and termination change no level and no answer.
"""

from datetime import date

from lookup.law.facts import Facts
from lookup.law.finding import Finding, without_immunity
from lookup.law.periods import last_day_of_period
from lookup.law.policy import Policy


def apply_dates(facts: Facts, finding: Finding, at: date, policy: Policy) -> Finding:
    """Say where the accreditation stands on the day `at`."""
    post = finding.accreditation
    if finding.level == "none":
        finding = finding.marked_as("none_before_dates")
    if post.effective_on is not None and at < post.effective_on:
        return finding.put(policy.rows["unverified", facts.person_role], "not_yet_in_office", "not_yet_in_office")
    if post.terminated_on is None or at <= post.terminated_on:
        return finding
    if finding.level == "none":
        return finding.noted("nothing_to_end")
    return _after_the_end(facts, finding, at, policy)


def _after_the_end(facts: Facts, finding: Finding, at: date, policy: Policy) -> Finding:
    """Take the first that fits: departed, a period set by State, a closed mission, the ordinary period."""
    post = finding.accreditation
    assert post.terminated_on is not None  # noqa: S101 - for the type checker: the caller has asked
    if post.departed_on is not None and at >= post.departed_on:
        return _former(facts, finding, policy, "departed")
    if post.reasonable_period_ends_on is not None:
        if at > post.reasonable_period_ends_on:
            return _former(facts, finding, policy, "set_period_over")
        return finding.noted("set_period", "kept_after_end", until=post.reasonable_period_ends_on.isoformat())
    unverified = policy.rows["unverified", facts.person_role]
    if post.termination == "mission_closed":
        return finding.put(unverified, "mission_closed", "open_after_end")
    last_day = last_day_of_period(post.terminated_on, policy.numbers.reasonable_period_days)
    if at > last_day:
        return finding.put(unverified, "ordinary_period_over", "open_after_end")
    return finding.noted("ordinary_period", "kept_after_end", until=last_day.isoformat())


def _former(facts: Facts, finding: Finding, policy: Policy, rule: str) -> Finding:
    """Make a former member: only past official acts stay protected, and nothing of family or of consular service
    staff."""
    service_staff = finding.accreditation.category == "consular_service_staff" and "lifted" not in finding.marks
    if facts.person_role == "family" or service_staff:
        return without_immunity(finding.noted(rule, "former_member"), "nothing_residual")
    return finding.put(policy.rows["former_member", "principal"], rule, "former_member")
