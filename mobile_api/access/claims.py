"""What the claims of a provider say of a person, in our words: who they are, what they may, for which agency.

Decides how scopes and ORI are read from whatever claims the settings name, and how a person of a provider is named in
the audit trail. Whether the claims can be believed is decided before (`provider`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookup.settings import Settings
from mobile_api.access.caller import Scope
from mobile_api.access.keys import SCOPES
from mobile_api.access.people import ORI
from mobile_api.access.provider import BadToken

Claims = Mapping[str, Any]
_MOST_SUBJECT = 255
"""Characters of a subject (OpenID Connect Core 1.0, section 2)."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims of the provider hold the scopes and the ORI, and which scopes there are."""

    scopes: str
    ori: str
    known: frozenset[Scope]

    @classmethod
    def of(cls, settings: Settings) -> "ClaimNames":
        """Take them from the settings. The scope `training` exists in the training environment alone."""
        absent = frozenset[Scope]() if settings.environment == "training" else frozenset[Scope]({"training"})
        return cls(settings.oidc_scope_claim, settings.oidc_ori_claim, frozenset(SCOPES) - absent)

    def scopes_in(self, claims: Claims) -> frozenset[Scope]:
        """Read the scopes, a string of words or a list; others than ours are ignored, and none is none."""
        given = claims.get(self.scopes, ())
        words = given.split() if isinstance(given, str) else given if isinstance(given, list | tuple) else ()
        return frozenset(scope for scope in self.known if scope in words)

    def agency_in(self, claims: Claims) -> str | None:
        """Read the ORI, None where there is none. Raises `BadToken` for anything but nine letters or digits."""
        ori = claims.get(self.ori)
        if ori is None:
            return None
        if not isinstance(ori, str) or not ORI.fullmatch(ori):
            raise BadToken("an ORI that is not nine letters or digits")
        return ori


def person_name(subject: Any, issuer: str) -> str:
    """Name a person of a provider in the audit trail: `person:SUB@ISSUER`. Raises `BadToken`."""
    if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_SUBJECT or not subject.isprintable():
        raise BadToken("a subject that names nobody")
    return f"person:{subject}@{issuer}"
