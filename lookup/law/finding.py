"""What the steps pass on: the finding about one accreditation, the joint result, and the trace of what decided.

Decides nothing about the law. A step takes one of these and gives a new one; nothing is changed in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from lookup.law.facts import AccreditationFacts
from lookup.law.policy import Permission, Row
from lookup.law.terms import ACTIONS, CONDITION_CODES, Action, ConditionCode, Level

YES = Permission("yes")
NO = Permission("no")

ALL_YES: Mapping[Action, Permission] = dict.fromkeys(ACTIONS, YES)
"""Immunity adds no bar to anything; ordinary law applies."""

Mark = Literal[
    "felony_and_warrant_found",
    "us_person_reduced",
    "lifted",
    "family_decided",
    "none_by_row",
    "household_grace",
    "not_yet_in_office",
    "none_before_dates",
    "kept_after_end",
    "open_after_end",
    "former_member",
]
"""What a step did, for the later steps and the guidance blocks that ask for it."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of the trace: the rule that acted, and the values that its sentence names."""

    rule: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Where one accreditation stands after some of the steps.

    `authority` is the rule that put the present answers in the place of those of the matrix; None where none did.
    """

    accreditation: AccreditationFacts
    row: Row
    level: Level
    permissions: Mapping[Action, Permission]
    marks: frozenset[Mark] = frozenset()
    authority: str | None = None
    trace: tuple[TraceLine, ...] = ()

    def marked_as(self, *marks: Mark) -> "Finding":
        """Add marks."""
        return replace(self, marks=self.marks.union(marks))

    def noted(self, rule: str, *marks: Mark, **values: str) -> "Finding":
        """Add a line to the trace, which stands there once, and marks."""
        line = TraceLine(rule, tuple(values.items()))
        trace = self.trace if line in self.trace else (*self.trace, line)
        return replace(self, trace=trace, marks=self.marks.union(marks))

    def put(self, row: Row, rule: str, *marks: Mark, **values: str) -> "Finding":
        """Put another row of the matrix in place, on the authority of a rule."""
        placed = replace(self, row=row, level=row.level, permissions=row.permissions, authority=rule)
        return placed.noted(rule, *marks, **values)


def without_immunity(finding: Finding, rule: str, *marks: Mark) -> Finding:
    """Give the finding at level `none` with every answer `yes`, on the authority of a rule."""
    return replace(finding, level="none", permissions=ALL_YES, authority=rule).noted(rule, *marks)


@dataclass(frozen=True, slots=True)
class Joint:
    """The result over all accreditations.

    `findings` are those that steps 1 to 7 made; none where step 0 stopped. `deciders` names the rule that decided an
    action after the rows were joined.
    """

    level: Level
    permissions: Mapping[Action, Permission]
    findings: tuple[Finding, ...] = ()
    deciders: Mapping[Action, str] = field(default_factory=dict)
    trace: tuple[TraceLine, ...] = ()

    @property
    def governing(self) -> tuple[Finding, ...]:
        """The findings that have the joint level: what is asked of a category or of steps 3 to 6 is asked of these."""
        return tuple(finding for finding in self.findings if finding.level == self.level)

    def decided(self, action: Action, permission: Permission, rule: str) -> "Joint":
        """Let a rule decide an action."""
        return replace(
            self,
            permissions={**self.permissions, action: permission},
            deciders={**self.deciders, action: rule},
        ).noted(rule)

    def noted(self, rule: str) -> "Joint":
        """Add a line to the trace; a rule that acts on several actions stands there once."""
        line = TraceLine(rule)
        return self if line in self.trace else replace(self, trace=(*self.trace, line))


def conditional(*codes: ConditionCode) -> Permission:
    """Give a conditional answer; its codes each once, in table order."""
    return Permission("conditional", tuple(code for code in CONDITION_CODES if code in codes))
