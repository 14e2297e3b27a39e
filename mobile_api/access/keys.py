"""API keys as values: what a key may hold, which combinations are never made, and how its secret looks.

Decides what a key is and the digest under which it is known. Does not decide where keys are kept (`key_store`) nor
what a route asks for (`guard`).
"""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from lookup.errors import CouldNotSearch, FieldFault, InvalidRequest
from mobile_api.access.caller import Caller, CallerKind, Scope
from mobile_api.access.people import ORI, stands_together

SCOPES: tuple[Scope, ...] = get_args(Scope)

_NAME = re.compile(r"[\w .,:@/-]{1,80}")
_SECRET_BYTES = 32
"""256 random bits: nothing that can be guessed, so a keyed hash suffices and no slow one is needed."""


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What a new key should be. `agency` is an ORI, `rate` queries a minute (0: no limit), `expires_at` in UTC."""

    name: str
    scopes: frozenset[Scope]
    kind: CallerKind = "system"
    agency: str | None = None
    rate: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: everything but its secret. Times are in UTC. A suspended key came back with a backup, and
    nobody has said yet that it was not revoked since."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    kind: CallerKind
    agency: str | None
    rate: int
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    suspended_at: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether the key is good at `moment`: not revoked, not suspended and not past its end."""
        ended = self.revoked_at is not None or self.suspended_at is not None
        return not ended and (self.expires_at is None or moment < self.expires_at)

    def caller(self, session: str | None = None) -> Caller:
        """Give who asks with this key, or with the sign-in `session` that it was used for."""
        return Caller(self.key_id, f"key:{self.name}", self.scopes, self.kind, self.agency, self.rate, session)


class NotShared(CouldNotSearch):
    """The other nodes have not heard of something. `key` is what holds, or does not hold any more, on this node; None
    where nothing has changed here either."""

    title = "The other nodes have not heard of it"

    def __init__(self, key: Key | None, detail: str) -> None:
        self.key = key
        super().__init__(detail)


def check_request(request: KeyRequest, environment: str) -> None:
    """Refuse what is never made: raises `InvalidRequest` with every fault.

    Who reads the audit trail or administers never also queries (contract of the HTTP interface, credentials; CJIS
    AC-5). A camera looks up and does nothing else, because its answers hold no person.
    """
    faults = [FieldFault(f"/{field}", detail) for field, detail in _faults(request, environment)]
    if faults:
        raise InvalidRequest(faults, "Such a key is not made.")


def _faults(request: KeyRequest, environment: str) -> list[tuple[str, str]]:
    scopes = request.scopes
    rules = (
        (not _NAME.fullmatch(request.name), "name", "Give 1 to 80 letters, digits, blanks or . , : @ / - _"),
        (not scopes, "scopes", "Give at least one scope."),
        (
            not stands_together(scopes),
            "scopes",
            "audit and admin never stand with lookup or console.",
        ),
        ("training" in scopes and environment != "training", "scopes", "training exists in the training environment."),
        (request.kind == "camera" and scopes != {"lookup"}, "kind", "A camera has the scope lookup and no other."),
        (request.agency is not None and not ORI.fullmatch(request.agency), "agency", "Give nine letters or digits."),
        (request.rate < 0, "rate", "Give queries a minute, or 0 for no limit."),
    )
    return [(field, detail) for broken, field, detail in rules if broken]


def new_token(purpose: str, environment: str) -> str:
    """Make a secret that says what it is for and where: a readable prefix and 32 random bytes."""
    body = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=")
    return f"{purpose}_{environment}_{body}"


def token_digest(pepper: bytes, token: str) -> bytes | None:
    """Give the keyed hash under which a token is known, or None for what was never one of ours."""
    return hmac.digest(pepper, token.encode("ascii"), "sha256") if token.isascii() else None
