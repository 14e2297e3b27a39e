"""Step 0: is there a usable identification, and whom is the result about?

Decides `applies_to` and every reason for which the row `unverified` is the answer before any category is looked at.
Reasons add up.
"""

from typing import Literal

from lookup.law.facts import Facts
from lookup.law.finding import Joint, TraceLine
from lookup.law.terms import MEMBER_REGISTRANTS

AppliesTo = Literal["person", "registrant", "nobody_yet"]

UNRELIABLE_CARDS = frozenset({"lost", "stolen", "surrendered", "revoked"})
"""With these the bearer may not be the member. An expired card does not end an accreditation."""

_UNUSABLE_RECORDS = {
    "not_found": "record_not_found",
    "unavailable": "record_unavailable",
    "stale": "record_stale",
    "conflict": "record_conflict",
}


def applies_to(facts: Facts) -> AppliesTo:
    """Say whom the result is about; the first that fits."""
    if facts.record in ("not_found", "unavailable") or not names_a_category(facts) or plate_is_not_a_members(facts):
        return "nobody_yet"
    return "registrant" if facts.is_plate_lookup else "person"


def obstacles(facts: Facts) -> tuple[TraceLine, ...]:
    """Give every reason why nobody can safely be identified; none means: go on with step 1."""
    rules = []
    if facts.record in _UNUSABLE_RECORDS:
        rules.append(_UNUSABLE_RECORDS[facts.record])
    if facts.card_status in UNRELIABLE_CARDS:
        rules.append("card_not_reliable")
    if not names_a_category(facts):
        rules.append("nobody_identified")
    if plate_is_not_a_members(facts):
        rules.append("plate_not_of_a_member")
        if facts.vehicle is not None and facts.vehicle.registrant is None:
            rules.append("default_registrant")
    return tuple(TraceLine(rule) for rule in rules)


def taken_for_granted(facts: Facts) -> tuple[TraceLine, ...]:
    """Give what was not said and is taken as the ordinary case, where somebody is identified."""
    said = {
        "default_record": facts.record,
        "default_lookup": facts.lookup,
        "default_role": facts.role,
        "default_card_status": facts.card_status,
    }
    return tuple(TraceLine(rule) for rule, value in said.items() if value is None)


def note_community(facts: Facts, joint: Joint) -> Joint:
    """Note where the people to call are those of the United Nations only because nothing says another organization."""
    assumed = any(accreditation.organization_is_assumed for accreditation in facts.accreditations)
    return joint.noted("default_organization") if assumed else joint


def names_a_category(facts: Facts) -> bool:
    """Whether the facts name what anybody is accredited as."""
    return any(accreditation.category is not None for accreditation in facts.accreditations)


def plate_is_not_a_members(facts: Facts) -> bool:
    """Whether a plate was asked about whose registrant is not a member; an unknown registrant is not one."""
    return facts.is_plate_lookup and facts.vehicle is not None and facts.vehicle.registrant not in MEMBER_REGISTRANTS
