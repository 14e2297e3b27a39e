"""Tells whose a bearer token is.

Decides in which order the kinds of tokens are tried: an API key says in its first letters that it is one, anything else
is tried as a token of the OpenID provider where there is one. Each kind is checked by whoever keeps it.
"""

from typing import TYPE_CHECKING

from mobile_api.access.caller import Caller
from mobile_api.access.key_store import KeyStore

if TYPE_CHECKING:
    from mobile_api.access.bearer_tokens import BearerTokens

KEY_PREFIX = "immunity_"
"""What every API key begins with, and no JWT: its first part is `{"…` in base64, so it begins with `ey`."""


class Credentials:
    """All kinds of bearer tokens that this service takes. Safe between threads."""

    def __init__(self, keys: KeyStore, tokens: "BearerTokens | None" = None) -> None:
        self._keys = keys
        self._tokens = tokens

    def caller_of(self, token: str) -> Caller | None:
        """Give who sends this token; None where it is not, or no longer, good.

        Raises `AccessUnavailable` where that cannot be told now.
        """
        if self._tokens is not None and not token.startswith(KEY_PREFIX):
            return self._tokens.caller_of(token)
        key = self._keys.authenticate(token)
        return None if key is None else key.caller()
