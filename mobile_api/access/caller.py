"""Who asks, however they proved it: with an API key, a bearer token of the provider, or a sign-in at the console.

Decides what a route, a quota and the audit trail need to know of a caller, and that a person without an agency's ORI
cannot query (docs/privacy-and-security.md). How somebody proves who they are is decided where credentials are checked.
"""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["lookup", "console", "audit", "admin", "training"]
CallerKind = Literal["person", "system", "camera"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose credential holds. `caller_id` counts their quota, `user` names them in the audit trail, `agency`
    is an ORI, `rate` queries a minute (0: no limit), `session` the id of their sign-in where they have one."""

    caller_id: str
    user: str
    scopes: frozenset[Scope]
    kind: CallerKind
    agency: str | None
    rate: int = 0
    session: str | None = None
