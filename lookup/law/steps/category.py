"""Step 1: category and role give the row of the matrix.

Decides also that a special mission and a transit stand only once State has confirmed them. A post of no known
category is `unverified`.
"""

from lookup.law.facts import AccreditationFacts, Facts
from lookup.law.finding import Finding, TraceLine
from lookup.law.policy import Policy

_NEEDS_CONFIRMATION = {
    "special_mission_member": "special_mission_unconfirmed",
    "diplomat_in_transit": "transit_unconfirmed",
}


def read_row(facts: Facts, accreditation: AccreditationFacts, policy: Policy) -> Finding:
    """Start the finding about one accreditation with its row of the matrix."""
    role = facts.person_role
    category = accreditation.category
    row = policy.rows[category or "unverified", role]
    if category is None:
        return Finding(accreditation, row, row.level, row.permissions, trace=(TraceLine("category_unknown"),))
    read = TraceLine("matrix_row", (("category", category), ("role", role), ("level", row.level)))
    finding = Finding(accreditation, row, row.level, row.permissions, trace=(read,))
    if category in _NEEDS_CONFIRMATION and not accreditation.state_confirmed:
        return finding.put(policy.rows["unverified", role], _NEEDS_CONFIRMATION[category])
    return finding
