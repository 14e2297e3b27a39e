"""Local accounts as values: what an account says of its person, and what may be made.

Decides the names, roles and attributes (CJIS AC-2). Does not decide where accounts are kept (`account_store`) nor how
somebody proves that one is theirs (`passwords`).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from lookup.errors import FieldFault, InvalidRequest
from mobile_api.access.people import ASKERS, ORI, ROLES, Person, Role

PREFIX = "account:"
ASSURANCE_LEVEL = 2
"""A password and a one-time code: authenticator assurance level 2 (NIST SP 800-63B, 4.2)."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_TEXT_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is kept: everything but its secrets. Times are in UTC."""

    name: str
    role: Role
    created_at: datetime
    agency: str | None = None
    given_name: str | None = None
    surname: str | None = None
    employer: str | None = None
    sworn_officer: bool = False
    ncic_certified: bool = False
    locked_at: datetime | None = None
    removed_at: datetime | None = None

    @property
    def user(self) -> str:
        """How the audit trail names it."""
        return PREFIX + self.name

    @property
    def is_in_force(self) -> bool:
        """Whether somebody may be signed in with it."""
        return self.locked_at is None and self.removed_at is None

    def person(self) -> Person:
        """Give the person whose account this is."""
        return Person(
            user=self.user,
            scopes=ROLES[self.role],
            agency=self.agency,
            given_name=self.given_name,
            surname=self.surname,
            employer=self.employer,
            sworn_officer=self.sworn_officer,
            ncic_certified=self.ncic_certified,
            assurance_level=ASSURANCE_LEVEL,
        )


def name_of(user: str) -> str | None:
    """Give the name of the account that `user` is; None where it is none."""
    return user.removeprefix(PREFIX) if user.startswith(PREFIX) else None


def check_account(account: Account) -> None:
    """Refuse an account that is never made: raises `InvalidRequest` with every fault."""
    texts = {name: getattr(account, name) for name in ("given_name", "surname", "employer")}
    rules = [
        (not _NAME.fullmatch(account.name), "name", "Give 1 to 40 small letters, digits or . _ -, a letter first."),
        (account.role not in ROLES, "role", f"Give one of {', '.join(ROLES)}."),
        (
            account.agency is None and bool(ROLES.get(account.role, frozenset()) & ASKERS),
            "agency",
            "Give the ORI of the employer: nobody may query without one.",
        ),
        (account.agency is not None and not ORI.fullmatch(account.agency), "agency", "Give nine letters or digits."),
        *(
            (
                text is not None and not (text.isprintable() and 0 < len(text) <= _TEXT_LIMIT),
                name,
                "Give 1 to 80 letters.",
            )
            for name, text in texts.items()
        ),
    ]
    faults = [FieldFault(f"/{field}", detail) for broken, field, detail in rules if broken]
    if faults:
        raise InvalidRequest(faults, "Such an account is not made.")
