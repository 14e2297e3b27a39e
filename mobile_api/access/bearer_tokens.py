"""Bearer tokens of people: signed JWTs of the OpenID provider (RFC 9068).

Decides what such a token must say to be taken, and whose it is. A token that was checked once is known again by its
digest until it ends, as long as the provider has not withdrawn its key: that costs a few microseconds in place of a
signature's hundred.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jwt import JWTClaimsRegistry

from lookup.clock import Clock
from lookup.settings import Settings
from mobile_api.access.caller import Caller
from mobile_api.access.claims import ClaimNames, person_name
from mobile_api.access.people import stands_together
from mobile_api.access.provider import BadToken, Provider

LEEWAY_S = 30
"""Seconds by which the provider's clock may differ from ours."""
LONGEST = timedelta(days=1)
"""The longest life of a token that is taken: whoever leaves is without access within a day (CJIS AC-2 h)."""
_MAX_LENGTH = 8190
"""Characters: no header is longer (gunicorn's limit)."""
_MOST_KNOWN = 4096
"""Checked tokens that are remembered, about 2 MB: more people than ask one node in the life of a token."""

_LOG = logging.getLogger("mobile_api.bearer_tokens")
_ACCESS_TOKEN = frozenset({"at+jwt", "application/at+jwt"})
_UNTYPED = frozenset({None, "jwt"})


@dataclass(frozen=True, slots=True)
class _Known:
    """A token that was checked: whose it is, until when in seconds of the epoch, and the key that signed it."""

    caller: Caller
    until: float
    kid: str
    key: Key


class BearerTokens:
    """Reads the provider's bearer tokens. Safe between threads."""

    def __init__(self, settings: Settings, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._names = ClaimNames.of(settings)
        # Where the audience is also the name of a client, an ID token would be for it too: only the type tells then.
        untyped = settings.oidc_audience != settings.oidc_client_id
        self._types = _ACCESS_TOKEN | (_UNTYPED if untyped else frozenset())
        self._audience = settings.oidc_audience
        self._known: dict[bytes, _Known] = {}

    def caller_of(self, token: str) -> Caller | None:
        """Give the person whose token this is; None where it is not good.

        Raises `AccessUnavailable` where that cannot be told now.
        """
        if not token.isascii() or len(token) > _MAX_LENGTH:
            return None
        digest = sha256(token.encode("ascii")).digest()
        known = self._known.get(digest)
        now = self._clock().timestamp()
        if known is not None and now < known.until and self._provider.still_signs_with(known.kid, known.key):
            return known.caller
        try:
            known = self._check(token, now)
        except BadToken as error:
            _LOG.info("a bearer token was refused: %s", error)
            self._known.pop(digest, None)
            return None
        self._remember(digest, known, now)
        return known.caller

    def _check(self, token: str, now: float) -> _Known:
        signed = self._provider.read(token)
        typ = signed.header.get("typ")
        if (typ.lower() if isinstance(typ, str) else typ) not in self._types:
            raise BadToken("not an access token")
        self._check_claims(signed.claims, int(now))
        return _Known(self._caller(signed.claims), signed.claims["exp"] + LEEWAY_S, signed.kid, signed.key)

    def _check_claims(self, claims: Mapping[str, Any], now: int) -> None:
        registry = JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except JoseError as error:
            claim = getattr(error, "claim", None) or "?"
            raise BadToken(f"{type(error).__name__}, claim {claim}") from error
        if claims["exp"] - claims["iat"] > LONGEST.total_seconds():
            raise BadToken("lives longer than a day")

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        scopes = self._names.scopes_in(claims)
        if not stands_together(scopes):
            raise BadToken("audit or admin together with lookup or console")
        user = person_name(claims["sub"], self._provider.issuer)
        return Caller(user, user, scopes, "person", self._names.agency_in(claims))

    def _remember(self, digest: bytes, known: _Known, now: float) -> None:
        """Keep a checked token. Where there are too many, those that ended go, and else the oldest."""
        if len(self._known) >= _MOST_KNOWN:
            held = [item for item in list(self._known.items()) if item[1].until > now]
            self._known = dict(held[-_MOST_KNOWN // 2 :])
        self._known[digest] = known
