"""From an assessment to what a person reads: headline, answers with their conditions, guidance, and why.

Decides which text goes with which code, and the shape of the `immunity` and `guidance` objects. All texts are data of
the policy.
"""

from collections.abc import Iterable
from typing import Any

from lookup.law.assessment import Assessment
from lookup.law.policy import LevelText, Policy
from lookup.law.terms import ACTIONS, Action


def immunity_document(assessment: Assessment, policy: Policy, outcome: str = "match") -> dict[str, Any]:
    """Give the `immunity` object, without its `at`."""
    return {
        "level": assessment.level,
        "applies_to": assessment.applies_to,
        "category": assessment.category,
        "headline": level_text(assessment, policy, outcome).headline,
        "permissions": {action: _permission(assessment, policy, action) for action in ACTIONS},
        "basis": [_basis(entry.rule, dict(entry.values), policy) for entry in assessment.basis],
    }


def guidance_document(assessment: Assessment, policy: Policy, outcome: str = "match") -> dict[str, Any]:
    """Give the `guidance` object."""
    until = None if assessment.protected_until is None else assessment.protected_until.isoformat()
    summary = level_text(assessment, policy, outcome).summary
    return guidance_of_blocks(assessment.blocks, policy, summary, until)


def guidance_of_blocks(codes: Iterable[str], policy: Policy, summary: str, until: str | None = None) -> dict[str, Any]:
    """Give a `guidance` object with these blocks, in this order."""
    codes = tuple(codes)
    verification = policy.verification[_community(codes)]
    return {
        "summary": summary,
        "blocks": [_block(code, policy, until) for code in codes],
        "verify": {"phone": verification.phone, "hours": verification.hours, "say": verification.say},
        "policy": policy.name,
        "language": policy.language,
    }


def level_text(assessment: Assessment, policy: Policy, outcome: str) -> LevelText:
    """Give the text at the top: of an outcome that identifies nobody, of a registrant, or of the level."""
    if outcome != "match":
        return policy.levels[outcome]
    if assessment.applies_to == "registrant" and assessment.level != "unverified":
        return policy.levels[f"registrant_{assessment.level}"]
    return policy.levels[assessment.wording]


def _permission(assessment: Assessment, policy: Policy, action: Action) -> dict[str, Any]:
    permission = assessment.permissions[action]
    sentences = [policy.conditions[code].text for code in permission.codes]
    return {
        "answer": permission.answer,
        "condition": " ".join(sentences) or None,
        "codes": list(permission.codes),
        "citations": _citations(assessment, policy, action),
    }


def _citations(assessment: Assessment, policy: Policy, action: Action) -> list[str]:
    """Say where an answer comes from: the rule that decided it and its conditions; else the articles of its row; else
    its conditions, or the rule that put the row in place."""
    permission = assessment.permissions[action]
    conditions = [citation for code in permission.codes for citation in policy.conditions[code].citations]
    if action in assessment.deciders:
        found = [*_cited(policy, assessment.deciders[action]), *conditions]
    else:
        authorities = [citation for rule in assessment.authorities for citation in _cited(policy, rule)]
        found = list(permission.citations) or conditions or authorities
    return list(dict.fromkeys(found))


def _cited(policy: Policy, rule: str) -> list[str]:
    """Give what a rule cites, one citation an item as everywhere in an answer."""
    return policy.rules[rule].citation.split("; ")


def _basis(rule: str, values: dict[str, str], policy: Policy) -> dict[str, str]:
    text = policy.rules[rule]
    return {"step": text.step, "rule": rule, "because": text.because.format(**values), "citation": text.citation}


def _block(code: str, policy: Policy, until: str | None) -> dict[str, Any]:
    block = policy.blocks[code]
    text = block.text
    if until is not None and block.text_until is not None:
        text = block.text_until.format(until=until)
    return {"code": code, "kind": block.kind, "text": text, "citations": list(block.citations)}


def _community(codes: Iterable[str]) -> str:
    """Say whose people these are: whom to call."""
    if "contact_usun" in codes:
        return "usun"
    return "ait" if "contact_ait" in codes else "state"
