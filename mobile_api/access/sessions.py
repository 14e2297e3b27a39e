"""The sign-in of a page: a short signed token in a cookie, which any worker checks without keeping anything.

Decides how long a sign-in lasts and what the cookie's token says (which key, since when, until when). Whether that key
is still in force is asked of the key store each time, so a revocation holds at once.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lookup.keyfile import read_or_create_key

COOKIE = "immunity_session"
LIFETIME = timedelta(minutes=15)
"""Renewed while in use; a device that was put down is signed out after it."""
TOTAL_LIFETIME = timedelta(hours=12)
"""From signing in on, however often it is renewed: a long shift. A cookie that somebody copied ends with it."""
RENEW_AFTER = timedelta(minutes=1)
"""A cookie younger than this is left as it is."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who is signed in, since when and until when, unless it is renewed."""

    key_id: str
    since: datetime
    until: datetime

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time to renew, and renewing still gives more time."""
        return self.until - now < LIFETIME - RENEW_AFTER and self.until < self.since + TOTAL_LIFETIME


class Sessions:
    """Signs and checks session tokens under the data directory's own key."""

    def __init__(self, data_dir: Path) -> None:
        self._secret = read_or_create_key(data_dir / "session.key")

    def issue(self, key_id: str, signed_in_at: datetime, now: datetime) -> str:
        """Sign a token for this key that holds for `LIFETIME` from `now`, and not past `TOTAL_LIFETIME`."""
        end = min(now + LIFETIME, signed_in_at + TOTAL_LIFETIME)
        claim = f"{key_id}.{int(signed_in_at.timestamp())}.{int(end.timestamp())}"
        return f"{claim}.{self._signature(claim)}"

    def read(self, token: str, now: datetime) -> SignIn | None:
        """Give what a token says that we signed and that still holds; None for any other."""
        claim, _, signature = token.rpartition(".")
        if not token.isascii() or not hmac.compare_digest(signature, self._signature(claim)):
            return None
        key_id, *times = claim.split(".")
        if len(times) != 2:
            return None  # of a version that wrote less
        sign_in = SignIn(key_id, *(datetime.fromtimestamp(int(seconds), UTC) for seconds in times))
        return sign_in if now < sign_in.until else None

    def _signature(self, claim: str) -> str:
        return hmac.digest(self._secret, claim.encode(), "sha256").hex()
