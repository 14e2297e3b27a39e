"""Whom of the provider's people the console lets in.

Decides from the claims of somebody who signed in at the provider who they are here, and whether they may come in at
all: with a scope, with scopes that may stand together, with an ORI where they query, and by several factors. That the
claims are the provider's is decided before (`code_flow`).
"""

from lookup.settings import Settings
from mobile_api.access.assurance import SEVERAL_FACTORS, assurance_level
from mobile_api.access.claims import ClaimNames, Claims, person_name
from mobile_api.access.people import ASKERS, Person, stands_together
from mobile_api.access.provider import BadToken


class SignInRefused(Exception):
    """Nobody is signed in. `reason` is a word for the audit trail, never anything of a token; `user` who it was, where
    the provider said so."""

    def __init__(self, reason: str, user: str | None = None) -> None:
        self.reason = reason
        self.user = user
        super().__init__(reason)


class Admission:
    """The conditions of one console, by its settings."""

    def __init__(self, settings: Settings, issuer: str) -> None:
        self._names = ClaimNames.of(settings)
        self._issuer = issuer
        self._strong = frozenset((settings.oidc_acr or "").split())

    def admit(self, claims: Claims, granted: str | None) -> Person:
        """Give the person of these claims. `granted` are the scopes that came beside them, which count where no claim
        holds any (RFC 6749, 5.1).

        Raises `SignInRefused` for whoever may not come in (CJIS AC-5, AC-6, IA-2).
        """
        try:
            person = self._person({self._names.scopes: granted or "", **claims})
        except BadToken as error:
            raise SignInRefused("bad_claims") from error
        refusal = _refusal(person)
        if refusal is not None:
            raise SignInRefused(refusal, person.user)
        return person

    def _person(self, claims: Claims) -> Person:
        return Person(
            user=person_name(claims.get("sub"), self._issuer),
            scopes=self._names.scopes_in(claims),
            agency=self._names.agency_in(claims),
            given_name=_text(claims, "given_name"),
            surname=_text(claims, "family_name"),
            employer=_text(claims, "employer"),
            federation_id=_text(claims, "sub"),
            provider_id=self._issuer,
            sworn_officer=claims.get("sworn_officer") is True,
            ncic_certified=claims.get("ncic_certified") is True,
            assurance_level=assurance_level(claims, self._strong),
        )


def _refusal(person: Person) -> str | None:
    rules = (
        (not person.scopes, "no_scope"),
        (not stands_together(person.scopes), "scopes_apart"),
        (person.agency is None and bool(person.scopes & ASKERS), "no_ori"),
        ((person.assurance_level or 0) < SEVERAL_FACTORS, "one_factor"),
    )
    return next((word for broken, word in rules if broken), None)


def _text(claims: Claims, name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None
