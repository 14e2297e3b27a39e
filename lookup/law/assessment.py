"""The result of the law: level, permissions, guidance blocks, and the trace of how it came about.

Decides the shape only. Texts are put to the codes by `lookup.wording`, so that the result is the same in every
language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lookup.law.finding import TraceLine
from lookup.law.policy import Permission
from lookup.law.steps.identification import AppliesTo
from lookup.law.terms import Action, Level


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the law says about these facts on the day `at`.

    `category` is the registry's, None where nobody is identified. `blocks` are codes in the order of the policy.
    `deciders` and `authorities` name the rules behind the permissions: a decider for one action, an authority for the
    row; where neither is, the row of the matrix carries its own citations. `protected_until` is the last day of a
    reasonable period that is running, where it is known.
    """

    at: date
    policy: str
    level: Level
    applies_to: AppliesTo
    category: str | None
    permissions: Mapping[Action, Permission]
    blocks: tuple[str, ...]
    basis: tuple[TraceLine, ...]
    deciders: Mapping[Action, str]
    authorities: tuple[str, ...]
    wording: str
    protected_until: date | None = None
