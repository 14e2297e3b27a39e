"""Step 2: several accreditations give one joint result.

Decides the highest level and, action by action, the most protective answer; of several conditional answers all codes
together.
"""

from collections.abc import Sequence

from lookup.law.finding import Finding, Joint, TraceLine, conditional
from lookup.law.policy import Permission
from lookup.law.terms import ACTIONS, LEVELS

_PROTECTION = {"no": 2, "conditional": 1, "yes": 0}


def join(findings: Sequence[Finding]) -> Joint:
    """Join the findings about all accreditations; one alone is taken as it stands. There is at least one."""
    trace = tuple(entry for finding in findings for entry in finding.trace)
    if len(findings) == 1:
        return Joint(findings[0].level, findings[0].permissions, tuple(findings), trace=trace)
    level = min((finding.level for finding in findings), key=LEVELS.index)
    permissions = {
        action: _most_protective([finding.permissions[action] for finding in findings]) for action in ACTIONS
    }
    return Joint(
        level, permissions, tuple(findings), trace=(*trace, TraceLine("several_accreditations", (("level", level),)))
    )


def _most_protective(permissions: Sequence[Permission]) -> Permission:
    strongest = max(permissions, key=lambda permission: _PROTECTION[permission.answer])
    if strongest.answer != "conditional":
        return strongest
    return conditional(*(code for permission in permissions for code in permission.codes))
