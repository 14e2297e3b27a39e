"""Facts without what cannot bear on the result on a given day: the key under which equal assessments are shared.

Decides no law: for every set of facts, `assess` of the settled facts is the same assessment, trace included
(tests/law holds it). A date that has done its work, or does not do it yet, is left out; an age becomes the youngest
of its class; what only family or only an arrest asks for goes where there is none. So of 124,000 people a few hundred
different sets of facts remain.
"""

from datetime import date

from lookup.law.facts import AccreditationFacts, Facts
from lookup.law.policy import Numbers, Policy


def settle(facts: Facts, at: date, policy: Policy) -> Facts:
    """Give the facts that have the same assessment on the day `at` and say no more than it needs."""
    family = facts.person_role == "family"
    left = facts.household_until is not None and facts.household_until < at
    # Written out, because `replace` costs more than all the rest of this function, which stands on the hot path.
    return Facts(
        record=facts.record,
        lookup=facts.lookup,
        accreditations=tuple([_settled_accreditation(accreditation, at) for accreditation in facts.accreditations]),
        mission_kind=facts.mission_kind,
        role=facts.role,
        relationship=facts.relationship if family else None,
        age=_youngest_of_class(facts.age, policy.numbers) if family else None,
        full_time_student=facts.full_time_student if family else None,
        household_exception=facts.household_exception if family else None,
        household_until=facts.household_until if family and left else None,
        recognized=facts.recognized if family else None,
        us_status=facts.us_status,
        principal_us_status=facts.principal_us_status if family else None,
        mandatory_notification_country=facts.mandatory_notification_country if facts.arrest_contemplated else None,
        waivers=facts.waivers,
        card_status=facts.card_status,
        vehicle=facts.vehicle,
        premises=facts.premises,
        bag=facts.bag,
        offense=facts.offense,
        warrant=facts.warrant,
        arrest_contemplated=facts.arrest_contemplated,
        situation=facts.situation,
    )


def _settled_accreditation(accreditation: AccreditationFacts, at: date) -> AccreditationFacts:
    """Leave out a beginning that has come, and an end with all that belongs to it where it has not."""
    begun = accreditation.effective_on is None or accreditation.effective_on <= at
    ended = accreditation.terminated_on is not None and accreditation.terminated_on < at
    return AccreditationFacts(
        category=accreditation.category,
        effective_on=None if begun else accreditation.effective_on,
        terminated_on=accreditation.terminated_on if ended else None,
        termination=accreditation.termination if ended or accreditation.termination == "persona_non_grata" else None,
        departed_on=accreditation.departed_on if ended else None,
        reasonable_period_ends_on=accreditation.reasonable_period_ends_on if ended else None,
        mission_kind=accreditation.mission_kind,
        organization=accreditation.organization,
        agreement=accreditation.agreement,
        national_of_sending_state=accreditation.national_of_sending_state,
        state_confirmed=accreditation.state_confirmed,
    )


def _youngest_of_class(age: int | None, numbers: Numbers) -> int | None:
    if age is None:
        return None
    limits = (numbers.oldest_student_age, numbers.adult_child_age, numbers.senior_official_child_age)
    return next((limit for limit in limits if age >= limit), 0)
