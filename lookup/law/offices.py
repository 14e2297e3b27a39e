"""Which office of the Office of Foreign Missions serves a State or territory, and the numbers open day and night.

Decides the route by State alone: where a State is shared between offices, all of them are given. Never gives a number
that nobody has confirmed, and never leaves out the Command Center.
"""

from dataclasses import dataclass

from lookup.errors import FieldFault, InvalidRequest
from lookup.law.codes import COMMAND_CENTER
from lookup.law.policy import Office, Policy, Telephone
from lookup.places import US_STATES


@dataclass(frozen=True, slots=True)
class ServingOffices:
    """The offices of a place, one or more, and the confirmed telephones that are open day and night, the Command Center
    first. `note` says why there are several or that no office lists the place; empty otherwise."""

    state: str
    offices: tuple[Office, ...]
    always_open: tuple[Telephone, ...]
    note: str


def offices_for(state: str, policy: Policy) -> ServingOffices:
    """Give the offices for a USPS code, in any case. Raises InvalidRequest where there is no such code."""
    code = state.upper()
    if code not in US_STATES:
        raise InvalidRequest([FieldFault("/state", "must be the two-letter USPS code of a State or territory")])
    listed = tuple(office for office in policy.offices if code in office.states or code in office.partial)
    offices = listed or tuple(office for office in policy.offices if office.elsewhere)
    note = policy.office_texts["several_offices"] if len(listed) > 1 else ""
    return ServingOffices(code, offices, always_open(policy), note if listed else policy.office_texts["elsewhere"])


def always_open(policy: Policy) -> tuple[Telephone, ...]:
    """Give the confirmed telephones that are answered day and night, the Command Center first."""
    answered = (phone for phone in policy.telephones.values() if phone.confirmed and phone.always)
    return tuple(sorted(answered, key=lambda phone: phone.code != COMMAND_CENTER))
