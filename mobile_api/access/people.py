"""People: who signed in as whom, what their role lets them do, and who asks when they do.

Decides the account attributes that CJIS AC-2 asks for, which scopes a role has, and that a person asks as a caller of
the kind `person`. How they proved who they are is decided by local accounts (`account_store`) or by the provider.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mobile_api.access.caller import Caller, Scope

Role = Literal["officer", "operator", "supervisor", "auditor", "administrator"]

ROLES: Mapping[Role, frozenset[Scope]] = {
    "officer": frozenset({"lookup"}),
    "operator": frozenset({"lookup", "console"}),
    "supervisor": frozenset({"audit"}),
    "auditor": frozenset({"audit"}),
    "administrator": frozenset({"admin"}),
}
"""Least privilege (CJIS AC-6): who reads the trail or administers never also queries (AC-5)."""

WATCHERS: frozenset[Scope] = frozenset({"audit", "admin"})
ASKERS: frozenset[Scope] = frozenset({"lookup", "console"})

ORI = re.compile(r"[A-Z0-9]{9}")
"""Originating agency identifier: nine letters or digits."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person who proved who they are. `user` is `account:NAME`, or `person:SUB@ISSUER` of a provider; `agency` the
    employer's ORI; `federation_id` and `provider_id` name them and their provider where they come from one;
    `assurance_level` is that of their sign-in (1 to 3, NIST SP 800-63B), None where the provider does not say."""

    user: str
    scopes: frozenset[Scope]
    agency: str | None = None
    given_name: str | None = None
    surname: str | None = None
    employer: str | None = None
    federation_id: str | None = None
    provider_id: str | None = None
    sworn_officer: bool = False
    ncic_certified: bool = False
    assurance_level: int | None = None

    @property
    def name(self) -> str:
        """How they are called on a page."""
        return " ".join(part for part in (self.given_name, self.surname) if part) or self.user

    def caller(self, session: str | None = None) -> Caller:
        """Give who asks when this person asks; `session` is the id of their sign-in."""
        return Caller(self.user, self.user, self.scopes, "person", self.agency, session=session)


def stands_together(scopes: frozenset[Scope]) -> bool:
    """Tell whether one caller may have all of these: `audit` and `admin` never stand with `lookup` or `console`."""
    return not (scopes & WATCHERS and scopes & ASKERS)


def roles_of(scopes: frozenset[Scope]) -> tuple[Role, ...]:
    """Give the roles whose scopes these are."""
    return tuple(role for role, needed in ROLES.items() if needed == scopes)
