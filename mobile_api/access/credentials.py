"""Tells whose a bearer token is.

Decides in which order the kinds of tokens are tried. Each kind is checked by whoever keeps it.
"""

from mobile_api.access.caller import Caller
from mobile_api.access.key_store import KeyStore


class Credentials:
    """All kinds of bearer tokens that this service takes. Safe between threads."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def caller_of(self, token: str) -> Caller | None:
        """Give who sends this token; None where it is not, or no longer, good.

        Raises `AccessUnavailable` where that cannot be told now.
        """
        key = self._keys.authenticate(token)
        return None if key is None else key.caller()
