"""The sign-in of a page: a short signed token in a cookie, which any worker checks without keeping anything.

Decides how long a sign-in lasts and what the cookie's token says (which key, until when). Whether that key is still in
force is asked of the key store each time, so a revocation holds at once.
"""

import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lookup.keyfile import read_or_create_key

COOKIE = "immunity_session"
LIFETIME = timedelta(minutes=15)
"""Renewed while in use; a device that was put down is signed out after it."""
RENEW_AFTER = timedelta(minutes=1)
"""A cookie younger than this is left as it is."""


class Sessions:
    """Signs and checks session tokens under the data directory's own key."""

    def __init__(self, data_dir: Path) -> None:
        self._secret = read_or_create_key(data_dir / "session.key")

    def issue(self, key_id: str, now: datetime) -> str:
        """Sign a token for this key that holds for `LIFETIME` from `now`."""
        claim = f"{key_id}.{int((now + LIFETIME).timestamp())}"
        return f"{claim}.{self._signature(claim)}"

    def read(self, token: str, now: datetime) -> tuple[str, datetime] | None:
        """Give the key id and the end of a token that we signed and that still holds; None for any other."""
        claim, _, signature = token.rpartition(".")
        if not token.isascii() or not hmac.compare_digest(signature, self._signature(claim)):
            return None
        key_id, _, end = claim.rpartition(".")
        expires_at = datetime.fromtimestamp(int(end), UTC)
        return (key_id, expires_at) if now < expires_at else None

    def _signature(self, claim: str) -> str:
        return hmac.digest(self._secret, claim.encode(), "sha256").hex()
