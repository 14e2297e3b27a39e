"""Step 7: arrest on a felony with a judge's warrant (VCCR 41(1)).

Decides only where the answer hangs on both: a felony seen without a warrant stays `no`, a misdemeanor warrant too.
"""

from dataclasses import replace

from lookup.law.facts import Facts
from lookup.law.finding import Finding


def decide_felony_and_warrant(facts: Facts, finding: Finding) -> Finding:
    """Open or close the arrest where offense and warrant are both known; leave the condition where one is missing."""
    arrest = finding.permissions["arrest_or_detain"]
    if "felony_and_warrant" not in arrest.codes:
        return finding
    if facts.offense is None or facts.warrant is None:
        return finding.noted("felony_and_warrant_open", "felony_and_warrant_found")
    met = facts.offense == "felony" and facts.warrant
    rule = "felony_and_warrant_met" if met else "felony_and_warrant_not_met"
    decided = replace(arrest, answer="yes" if met else "no", codes=())
    permissions = {**finding.permissions, "arrest_or_detain": decided}
    return replace(finding, permissions=permissions).noted(rule, "felony_and_warrant_found")
