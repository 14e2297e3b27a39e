"""Facts as JSON in, the answer of the law out: how the tests of this folder ask.

The day is 2026-06-01 where the facts name none. `facts_of` is a quick reader for the large walks; the tests hold it
to the real one.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lookup.law.assess import assess
from lookup.law.assessment import Assessment
from lookup.law.facts import AccreditationFacts, AgreementFacts, Facts, VehicleFacts, WaiverFacts
from lookup.law.facts_schema import FROM_OUTSIDE, SINGLE_ACCREDITATION, read_facts
from lookup.law.load import load_policies

TODAY = date(2026, 6, 1)
POLICY = load_policies().on(TODAY)
Json = dict[str, Any]
_DAYS = frozenset({"effective_on", "terminated_on", "departed_on", "reasonable_period_ends_on", "household_until"})


def assessed(facts: Json) -> Assessment:
    """Assess these facts, read as a request is read."""
    question = read_facts(facts)
    return assess(question.facts, question.at or TODAY, POLICY)


def answers(assessment: Assessment) -> dict[str, str]:
    """Write the seven answers as the matrix does: yes, no, or conditional: and the codes."""
    return {
        action: f"conditional:{'+'.join(given.codes)}" if given.codes else given.answer
        for action, given in assessment.permissions.items()
    }


def rules(assessment: Assessment) -> list[str]:
    """Give the rules of the basis, in order."""
    return [entry.rule for entry in assessment.basis]


def facts_of(body: Json) -> Facts:
    """Read facts that are known to be valid, without the checks of a request."""
    known = _known(body)
    known.pop("at", None)
    outside = {name: known.pop(name) for name in FROM_OUTSIDE if name in known}
    single = {name: known.pop(name) for name in SINGLE_ACCREDITATION if name in known}
    posts = [_known(post) for post in known.pop("accreditations", [])] or [single] * ("category" in single)
    waivers = tuple([WaiverFacts(**waiver) for waiver in known.pop("waivers", ())])
    vehicle = known.pop("vehicle", None)
    kind = outside.get("mission_kind")
    return Facts(
        accreditations=tuple([_accreditation(outside | post) for post in posts]),
        mission_kind=kind,
        waivers=waivers,
        vehicle=None if vehicle is None else VehicleFacts(**vehicle),
        **known,
    )


def _accreditation(said: Json) -> AccreditationFacts:
    agreement = said.pop("agreement", None)
    treated_as = agreement and agreement.get("treated_as")
    lifting = AgreementFacts(treated_as, agreement.get("covers_family")) if treated_as else None
    return AccreditationFacts(agreement=lifting, **said)


def _known(body: Mapping[str, Any]) -> Json:
    return {
        name: date.fromisoformat(value) if name in _DAYS else value for name, value in body.items() if value is not None
    }
