"""The way to the OpenID provider and back: authorization code flow with PKCE (OpenID Connect Core 1.0, section 3.1).

Decides what the provider is asked and what of its answer is believed. Who may come in is decided in `admission`; pages
and cookies are the sign-in's matter (`openid_sign_in`). Nothing of a token leaves this module. It takes 0.3 s to
import: do that only where it is used.
"""

import hmac
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # Authlib has no types
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc.errors import JoseError
from requests import RequestException

from lookup.clock import Clock
from lookup.settings import Settings
from mobile_api.access.admission import Admission, SignInRefused
from mobile_api.access.claims import Claims
from mobile_api.access.people import Person
from mobile_api.access.provider import BadToken, Provider
from mobile_api.addresses import console_address
from mobile_api.refusals import AccessUnavailable

CALLBACK = "/sign-in/callback"
TIMEOUT_S = 5
"""For each request to the provider: somebody is watching a page, and the worker has other visitors."""
LEEWAY = timedelta(seconds=30)
"""By which the provider's clock may differ from ours."""
LONGEST = timedelta(minutes=10)
"""From the way there to the way back: the time to find a second factor."""
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
"""An error code as the standards name them; anything else that comes back is not written down."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that began, each with values of its own: `state` tells that an answer is to our question (RFC 6749,
    10.12), `nonce` that the token is (OpenID Connect Core 1.0, 3.1.2.1), `verifier` that the code is redeemed by who
    asked for it (RFC 7636). `begun_at` is in seconds of the epoch."""

    state: str
    nonce: str
    verifier: str
    begun_at: int


class CodeFlow:
    """Signs people in at one provider, where the console is known as `client_id`."""

    def __init__(self, settings: Settings, client_id: str, provider: Provider, clock: Clock) -> None:
        self._settings = settings
        self._provider = provider
        self._clock = clock
        self._client_id = client_id
        self._redirect_uri = console_address(settings) + CALLBACK
        # With each request, because `requests` puts a variable of the environment before what a session says.
        self._asking = {"verify": str(settings.oidc_ca) if settings.oidc_ca else True, "allow_redirects": False}
        self._admission = Admission(settings, provider.issuer)

    def begin(self) -> tuple[str, Pending]:
        """Give the address at the provider to send the browser to, and what to remember. Raises `AccessUnavailable`.

        `prompt` and `max_age` ask that the person is there: who locked the screen does not come back by a cookie that
        the provider left in the browser.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        strong = self._settings.oidc_acr
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                prompt="login",
                max_age=0,
                **({"acr_values": strong} if strong else {}),
            )
        return str(url), Pending(state, nonce, verifier, int(self._clock().timestamp()))

    def person(self, pending: Pending, answer: Mapping[str, str]) -> Person:
        """Give the person whom the provider's answer (its parameters) tells of.

        Raises `SignInRefused`, and `AccessUnavailable` where the provider cannot be asked.
        """
        code = self._code(pending, answer)
        try:
            with self._session() as session:
                tokens = self._redeem(session, code, pending.verifier)
                told = self._checked(tokens, pending)
                claims = {**self._user_info(session, told["sub"]), **told}
        except BadToken as error:
            raise SignInRefused("bad_token") from error
        return self._admission.admit(claims, tokens.get("scope"))

    def _code(self, pending: Pending, answer: Mapping[str, str]) -> str:
        """Give the code of the provider's answer, after all that stands beside it has been checked."""
        if not 0 <= self._clock().timestamp() - pending.begun_at <= LONGEST.total_seconds():
            raise SignInRefused("too_late")
        if not hmac.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise SignInRefused("state")
        issuer = answer.get("iss")  # RFC 9207: tells the answer of one provider from that of another
        announced = self._provider.metadata().get("authorization_response_iss_parameter_supported") is True
        if issuer != self._provider.issuer and (announced or issuer is not None):
            raise SignInRefused("issuer")
        if "error" in answer:
            raise SignInRefused(_error_word(answer["error"]))
        if not answer.get("code"):
            raise SignInRefused("no_code")
        return answer["code"]

    def _redeem(self, session: OAuth2Session, code: str, verifier: str) -> Mapping[str, Any]:
        with _answering():
            tokens: Mapping[str, Any] = session.fetch_token(
                self._endpoint("token_endpoint"), code=code, code_verifier=verifier, **self._asking
            )
        return tokens

    def _checked(self, tokens: Mapping[str, Any], pending: Pending) -> Claims:
        """Check the ID token (OpenID Connect Core 1.0, 3.1.3.7) and give its claims. Raises `BadToken`."""
        given = tokens.get("id_token")
        if not isinstance(given, str):
            raise BadToken("there is none")
        signed = self._provider.read(given)
        options = {
            "iss": {"essential": True, "value": self._provider.issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        params = {"nonce": pending.nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")}
        claims = CodeIDToken(dict(signed.claims), dict(signed.header), options, params)
        try:
            claims.validate(now=int(self._clock().timestamp()), leeway=int(LEEWAY.total_seconds()))
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken(type(error).__name__) from error
        when = claims.get("auth_time")
        if not isinstance(when, int | float) or when < pending.begun_at - LEEWAY.total_seconds():
            raise BadToken("nobody signed in just now")
        return signed.claims

    def _user_info(self, session: OAuth2Session, subject: Any) -> Claims:
        """Ask for what the ID token leaves out: in this flow a provider tells names and the like here (5.4)."""
        if "userinfo_endpoint" not in self._provider.metadata():
            return {}
        with _answering():
            answer = session.get(self._endpoint("userinfo_endpoint"), **self._asking)
            answer.raise_for_status()
            claims = answer.json()
        if not isinstance(claims, dict) or claims.get("sub") != subject:  # 5.3.2
            raise BadToken("the provider tells of somebody else")
        return claims

    def _endpoint(self, name: str) -> str:
        address = self._provider.metadata().get(name)
        if address is None:
            raise AccessUnavailable("The sign-in provider does not offer this way of signing in.")
        return str(address)

    def _session(self) -> OAuth2Session:
        settings = self._settings
        return OAuth2Session(
            self._client_id,
            settings.oidc_client_secret,
            scope=settings.oidc_scopes,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_S,
        )


@contextmanager
def _answering() -> Iterator[None]:
    """Tell a provider that cannot be asked from one that says no."""
    try:
        yield
    except OAuthError as error:
        raise SignInRefused(_error_word(error.error)) from error
    except (RequestException, ValueError) as error:  # ValueError: an answer that is no JSON object
        raise AccessUnavailable("The sign-in provider cannot be asked now: try again shortly.") from error


def _error_word(code: Any) -> str:
    known = isinstance(code, str) and _ERROR_CODE.fullmatch(code)
    return f"provider:{code}" if known else "provider"
