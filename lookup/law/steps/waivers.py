"""Step 8: waivers in force that State has confirmed (VCDR 32; VCCR 45).

Decides prosecution, arrest and testimony. Never the level, never a search, never the home; a claim that State has not
confirmed changes nothing.
"""

from lookup.law.facts import Facts, WaiverFacts
from lookup.law.finding import YES, Joint, conditional
from lookup.law.terms import Action, WaiverScope


def apply_waivers(facts: Facts, joint: Joint) -> Joint:
    """Open what the confirmed waivers name. At level `unverified` they change nothing."""
    for waiver in facts.waivers:
        if waiver.confirmed_by_state is not True:
            joint = joint.noted("waiver_not_confirmed")
    if joint.level == "unverified":
        return joint
    criminal = _prevailing(facts, "criminal")
    if criminal is not None:
        joint = _open_to_courts(joint, "prosecute", criminal, "waiver_criminal")
        joint = _open_arrest(joint, criminal)
    testimony = _prevailing(facts, "testimony")
    if testimony is not None:
        joint = _open_to_courts(joint, "subpoena_as_witness", testimony, "waiver_testimony")
    return joint


def _prevailing(facts: Facts, scope: WaiverScope) -> WaiverFacts | None:
    """Of several waivers of one scope, one without a case prevails over those with."""
    confirmed = [waiver for waiver in facts.waivers if waiver.scope == scope and waiver.confirmed_by_state]
    return min(confirmed, key=lambda waiver: waiver.case_reference is not None, default=None)


def _open_to_courts(joint: Joint, action: Action, waiver: WaiverFacts, rule: str) -> Joint:
    if joint.permissions[action].answer == "yes":
        return joint
    if waiver.case_reference is None:
        return joint.decided(action, YES, rule)
    return joint.decided(action, conditional("waiver_for_case_only"), f"{rule}_for_case")


def _open_arrest(joint: Joint, waiver: WaiverFacts) -> Joint:
    """A waiver of jurisdiction does not waive inviolability: arrest waits for State's word on it."""
    if joint.permissions["arrest_or_detain"].answer == "yes":
        return joint
    if waiver.case_reference is None:
        return joint.decided("arrest_or_detain", conditional("waiver_must_cover_arrest"), "waiver_and_arrest")
    permission = conditional("waiver_for_case_only", "waiver_must_cover_arrest")
    return joint.decided("arrest_or_detain", permission, "waiver_and_arrest_for_case")
