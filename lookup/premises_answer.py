"""Guidance about premises: who may go in, of all that are at one address.

Decides the blocks of an answer about an address, which is about nobody. The rules behind them are the law's.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from lookup.assessments import shared_assessment
from lookup.law.blocks import PREMISES_BLOCKS
from lookup.law.facts import Facts
from lookup.law.policy import Policy
from lookup.wording import guidance_of_blocks


def premises_guidance(found: Sequence[Facts], outcome: str, day: date, policy: Policy) -> dict[str, Any]:
    """Give the `guidance` object of an address: the blocks of all premises there, in the order of the policy."""
    questions = list(found) or [Facts(record="not_found" if outcome == "no_record" else None)]
    codes = {code for facts in questions for code in shared_assessment(facts, day, policy).blocks}
    shown = [code for code in policy.blocks if code in codes & PREMISES_BLOCKS]
    key = f"premises_{outcome}"
    return guidance_of_blocks(shown, policy, policy.sentences[key])
