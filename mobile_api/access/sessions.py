"""The sign-in of the roadside page: a short signed token in a cookie, which any worker checks without asking anybody.

Decides how long it holds and what it says (who, since when, until when). Whether the key or account behind it is still
in force, and whether the sign-in was ended, is asked of their files each time (`signed_in`), so that both hold at once.
"""

import base64
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lookup.keyfile import read_or_create_key
from mobile_api.access.caller import Caller

COOKIE = "immunity_session"
LIFETIME = timedelta(minutes=15)
"""Renewed while in use; a device that was put down is signed out after it (CJIS AC-11 allows 30 minutes)."""
TOTAL_LIFETIME = timedelta(hours=12)
"""From signing in on, however often it is renewed: a long shift. A cookie that somebody copied ends with it."""
RENEW_AFTER = timedelta(minutes=1)
"""A cookie younger than this is left as it is."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who is signed in, since when and until when, unless it is renewed. `device` is the id of an exempt device, where
    the sign-in lasts as long as it may at all."""

    caller: Caller
    since: datetime
    until: datetime
    device: str | None = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time to renew, and renewing still gives more time."""
        return self.until - now < LIFETIME - RENEW_AFTER and self.until < self.since + TOTAL_LIFETIME


class Sessions:
    """Signs and checks session tokens under the data directory's own key. `idle` is the time after which a token that
    is not renewed ends, at most `LIFETIME`."""

    def __init__(self, data_dir: Path, idle: timedelta = LIFETIME) -> None:
        self._secret = read_or_create_key(data_dir / "session.key")
        self._idle = min(idle, LIFETIME)

    def issue(self, caller: Caller, signed_in_at: datetime, now: datetime, device: str | None = None) -> str:
        """Sign a token for this caller that holds from `now` on, and not past `TOTAL_LIFETIME`; on an exempt device
        until then."""
        last = signed_in_at + TOTAL_LIFETIME
        end = last if device else min(now + self._idle, last)
        told = asdict(caller) | {
            "scopes": sorted(caller.scopes),
            "since": int(signed_in_at.timestamp()),
            "until": int(end.timestamp()),
            "device": device,
        }
        claim = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
        return f"{claim}.{self._signature(claim)}"

    def read(self, token: str, now: datetime) -> SignIn | None:
        """Give what a token says that we signed and that still holds; None for any other."""
        claim, _, signature = token.rpartition(".")
        if not token.isascii() or not hmac.compare_digest(signature, self._signature(claim)):
            return None
        sign_in = _read_claim(claim)
        return sign_in if sign_in is not None and now < sign_in.until else None

    def form_key(self) -> bytes:
        """Give the key under which the console signs what its forms carry."""
        return hmac.digest(self._secret, b"forms", "sha256")

    def _signature(self, claim: str) -> str:
        return hmac.digest(self._secret, claim.encode(), "sha256").hex()


def _read_claim(claim: str) -> SignIn | None:
    try:
        told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claim + "=" * (-len(claim) % 4)))
        since, until = (datetime.fromtimestamp(told.pop(name), UTC) for name in ("since", "until"))
        device = told.pop("device")
        return SignIn(Caller(**told | {"scopes": frozenset(told["scopes"])}), since, until, device)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None  # of a version that wrote something else
