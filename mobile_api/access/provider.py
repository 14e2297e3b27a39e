"""The OpenID provider of people, as far as it is known here: its metadata and the keys that it signs with.

Decides when what is known of it is fetched anew, how long it is used while the provider is down, and whether a
signature is the provider's. What a token has to say besides is decided by who reads it (`bearer_tokens`, `code_flow`).
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key
from joserfc.jws import JWSRegistry

from mobile_api.access.provider_documents import (
    ALGORITHMS,
    Documents,
    ProviderUnreachable,
    fetch_documents,
    trust_of,
)
from mobile_api.refusals import AccessUnavailable

REFRESH_S = 300.0
"""Seconds after which the documents are fetched anew, beside the requests: a key that the provider withdraws is
refused within two such spans."""
KEPT_S = 24 * 3600.0
"""Seconds for which the keys are used while the provider is down: a night and a day without it, and no longer, because
meanwhile no key could be withdrawn."""
RETRY_S = 10.0
"""The least seconds between two fetches, whoever asks for them: tokens with invented keys cannot make us flood it."""
_MOST_ABSENT = 256
"""Ids of keys that the provider does not have: with this many, they are forgotten at the next fetch."""

_LOG = logging.getLogger("mobile_api.provider")
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
"""Header members that we do not know are ignored (RFC 7515, section 4), except those marked critical."""
_UNREADABLE = (JoseError, ValueError, TypeError, AttributeError, RecursionError)
"""What reading a token can raise that somebody made up."""


class BadToken(Exception):
    """A token that is not good. The text says in what, and nothing of the token."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A token that the provider signed: its claims, its header, and the key that signed it."""

    claims: Mapping[str, Any] = field(repr=False)
    header: Mapping[str, Any] = field(repr=False)
    key: Key = field(repr=False)

    @property
    def kid(self) -> str:
        """The id of the key."""
        return str(self.header["kid"])


@dataclass(frozen=True, slots=True)
class _Held:
    """What the provider said when it was last reached; `absent` are ids of keys that it did not have then."""

    documents: Documents
    fetched_at: float
    absent: set[str]


class Provider:
    """One provider. Safe between threads; asks nothing before somebody needs it, so it may be made before a fork.

    Raises `ConfigurationError` where the authority of its certificate cannot be read.
    """

    def __init__(self, issuer: str, ca: Path | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._trust = trust_of(ca)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._tried_at: float | None = None
        self._failing = False
        self._behind: threading.Thread | None = None

    def metadata(self) -> Mapping[str, Any]:
        """Give the discovery document. Raises `AccessUnavailable`."""
        return self._known().documents.metadata

    def still_signs_with(self, kid: str, key: Key) -> bool:
        """Tell whether this key, once found by its id, is still the provider's. Raises `AccessUnavailable`."""
        return self._known().documents.keys.get(kid) is key

    def read(self, token: str) -> Signed:
        """Check the signature of a token and give what it says; its claims are not checked yet.

        Raises `BadToken`, and `AccessUnavailable` where the key is not known and the provider cannot be asked: such a
        token could be good.
        """
        found: list[Key] = []

        def key_of(signed: GuestProtocol) -> Key:
            found.append(self._key_named(signed.headers().get("kid")))
            return found[0]

        try:
            read = jwt.decode(token, key_of, registry=_REGISTRY)
        except _UNREADABLE as error:
            raise BadToken(f"unreadable or not signed by the provider: {type(error).__name__}") from error
        return Signed(read.claims, read.header, found[0])

    def close(self) -> None:
        """Wait for what still runs behind."""
        behind = self._behind
        if behind is not None:
            behind.join()

    def _key_named(self, kid: Any) -> Key:
        if not isinstance(kid, str):
            raise BadToken("names no key")
        asked_at = self._monotonic()
        key = self._known().documents.keys.get(kid) or self._new_key(kid, asked_at)
        if key is None:
            raise BadToken("signed with a key that is not the provider's")
        return key

    def _new_key(self, kid: str, asked_at: float) -> Key | None:
        """Look for a key that we do not know: the provider may have a new one. None where it has no such key.

        Only what the provider said after `asked_at` tells that: before, it may not have had the key yet.
        """
        self._fetch()
        held = self._known()
        key = held.documents.keys.get(kid)
        if key is None and held.fetched_at >= asked_at:
            held.absent.add(kid)
        if key is None and kid not in held.absent:
            raise AccessUnavailable("This token cannot be checked now: send it again shortly.")
        return key

    def _known(self) -> _Held:
        """Give what is known of the provider, fetched before the answer where it must be. Raises
        `AccessUnavailable`."""
        held, now = self._held, self._monotonic()
        if held is not None and now - held.fetched_at < REFRESH_S:
            return held
        # Nobody waits for a provider that is down as long as its keys may be used. One that was merely not needed for
        # long is asked first: it may have withdrawn a key since.
        idle = not self._failing and (held is None or now - held.fetched_at >= 2 * REFRESH_S)
        if held is None or idle or now - held.fetched_at >= KEPT_S:
            self._fetch()
        else:
            self._fetch_behind()
        held = self._held
        if held is None or self._monotonic() - held.fetched_at >= KEPT_S:
            raise AccessUnavailable("The sign-in provider cannot be asked now: send the request again shortly.")
        return held

    def _fetch_behind(self) -> None:
        if self._is_due() and (self._behind is None or not self._behind.is_alive()):
            self._behind = threading.Thread(target=self._fetch, name="provider", daemon=True)
            self._behind.start()

    def _is_due(self) -> bool:
        return self._tried_at is None or self._monotonic() - self._tried_at >= RETRY_S

    def _fetch(self) -> None:
        """Fetch the documents, unless somebody just did."""
        with self._lock:
            if not self._is_due():
                return
            self._tried_at = now = self._monotonic()
            try:
                documents = fetch_documents(self.issuer, self._trust)
            except ProviderUnreachable as error:
                self._failing = True
                _LOG.warning("the OpenID provider cannot be asked: %s", error)
                return
            self._held, self._failing = _next(self._held, documents, now), False


def _next(before: _Held | None, documents: Documents, now: float) -> _Held:
    """Hold new documents. A key that stayed the same stays the same object, so that what was read with it holds on."""
    if before is None:
        return _Held(documents, now, set())
    old = before.documents.keys
    keys = {
        kid: old[kid] if kid in old and old[kid].thumbprint() == key.thumbprint() else key
        for kid, key in documents.keys.items()
    }
    absent = before.absent - keys.keys() if len(before.absent) < _MOST_ABSENT else set()
    return _Held(Documents(documents.metadata, keys), now, absent)
