"""Step 10: a plate tells about a vehicle; who is at the wheel is open.

Decides the five personal actions of a plate lookup. The level shown stays the registrant's.
"""

from lookup.law.finding import Joint, conditional
from lookup.law.terms import Action

PERSONAL_ACTIONS: tuple[Action, ...] = (
    "arrest_or_detain",
    "enter_residence",
    "subpoena_as_witness",
    "prosecute",
    "search_person",
)


def leave_driver_open(joint: Joint) -> Joint:
    """Turn every personal answer but `no` into: identify the driver first. At level `unverified` they stay as they
    are."""
    if joint.level == "unverified":
        return joint
    for action in PERSONAL_ACTIONS:
        if joint.permissions[action].answer != "no":
            joint = joint.decided(action, conditional("identify_driver_first"), "driver_not_identified")
    return joint
