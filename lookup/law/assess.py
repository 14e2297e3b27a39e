"""The law as a function: facts and a day in, assessment out.

Decides the order of the steps, which is that of docs/law.md. Pure: no clock, no store, no I/O. Total: every set of
facts gets an assessment.
"""

from dataclasses import replace
from datetime import date

from lookup.law.assessment import Assessment
from lookup.law.blocks import Result, block_codes
from lookup.law.facts import AccreditationFacts, Facts
from lookup.law.finding import Finding, Joint, TraceLine
from lookup.law.policy import Policy
from lookup.law.steps.agreement import apply_agreement
from lookup.law.steps.category import read_row
from lookup.law.steps.dates import apply_dates
from lookup.law.steps.family import check_family
from lookup.law.steps.felony_warrant import decide_felony_and_warrant
from lookup.law.steps.identification import applies_to, note_community, obstacles, taken_for_granted
from lookup.law.steps.plate import leave_driver_open
from lookup.law.steps.several import join
from lookup.law.steps.us_persons import reduce_us_person
from lookup.law.steps.vehicle import decide_vehicle_search, protect_bag
from lookup.law.steps.waivers import apply_waivers

_NARROWER = {
    "former_member": "official_acts_former",
    "us_person_in_office": "official_acts_us_person",
    "consular_service_staff": "official_acts_consular_service_staff",
}


def assess(facts: Facts, at: date, policy: Policy) -> Assessment:
    """Say what the law allows towards this person, or the holder of this vehicle, on the day `at` in Washington."""
    stopped = obstacles(facts)
    joint = _unidentified(facts, at, policy, stopped) if stopped else _identified(facts, at, policy)
    archives = "except_archives_and_bag" in joint.permissions["search_vehicle"].codes
    joint = decide_vehicle_search(facts, joint)
    target = applies_to(facts)
    if target == "registrant" and not stopped:
        joint = leave_driver_open(joint)
    joint = note_community(facts, protect_bag(facts, joint))
    return Assessment(
        at=at,
        policy=policy.name,
        level=joint.level,
        applies_to=target,
        category=None if target == "nobody_yet" else _category(facts, joint),
        permissions=joint.permissions,
        blocks=_in_order(block_codes(Result(facts, joint, archives)), policy),
        basis=joint.trace,
        deciders=joint.deciders,
        authorities=tuple(dict.fromkeys(found.authority for found in joint.governing if found.authority)),
        wording=_wording(joint),
        protected_until=_protected_until(joint),
    )


def _identified(facts: Facts, at: date, policy: Policy) -> Joint:
    """Run steps 1 and 3 to 7 for each accreditation, join them (step 2), then the waivers (step 8)."""
    findings = [_find(facts, accreditation, at, policy) for accreditation in facts.accreditations]
    joint = join(findings)
    return apply_waivers(facts, replace(joint, trace=taken_for_granted(facts) + joint.trace))


def _find(facts: Facts, accreditation: AccreditationFacts, at: date, policy: Policy) -> Finding:
    finding = read_row(facts, accreditation, policy)
    if facts.person_role == "family":
        finding = check_family(facts, apply_agreement(facts, finding, policy), at, policy)
    else:
        finding = apply_agreement(facts, reduce_us_person(facts, finding, policy), policy)
    return decide_felony_and_warrant(facts, apply_dates(facts, finding, at, policy))


def _unidentified(facts: Facts, at: date, policy: Policy, reasons: tuple[TraceLine, ...]) -> Joint:
    """Answer with the row `unverified`. Of stale data the last known level is told, as information only."""
    row = policy.rows["unverified", facts.person_role]
    known = facts.record == "stale" and len(reasons) == 1
    if known:
        last = _identified(facts, at, policy)
        reasons = (*reasons, TraceLine("stale_last_known", (("level", last.level),)))
    return Joint(row.level, row.permissions, trace=reasons)


def _category(facts: Facts, joint: Joint) -> str | None:
    """Give the registry's category: of the first accreditation that has the joint level; where step 0 stopped, of the
    first."""
    governing = joint.governing
    return governing[0].accreditation.category if governing else facts.accreditations[0].category


def _wording(joint: Joint) -> str:
    """Say which level text fits: some results share `official_acts` though they are narrower."""
    rows = {found.row.category for found in joint.governing}
    if joint.level == "official_acts" and len(rows) == 1:
        return _NARROWER.get(rows.pop(), joint.level)
    return joint.level


def _in_order(codes: frozenset[str], policy: Policy) -> tuple[str, ...]:
    return tuple(code for code in policy.blocks if code in codes)


def _protected_until(joint: Joint) -> date | None:
    """Give the last day of the reasonable period that is running, the latest of those that govern; None where one of
    them has no known last day."""
    days = [_last_day(finding) for finding in joint.governing]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _last_day(finding: Finding) -> date | None:
    """Give the day on which the first of the periods of one accreditation ends."""
    if finding.marks & {"open_after_end", "former_member"}:
        return None
    days = [date.fromisoformat(value) for entry in finding.trace for name, value in entry.values if name == "until"]
    return min(days, default=None)
