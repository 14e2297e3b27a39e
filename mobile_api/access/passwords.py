"""The two things that a local account signs in with: a password, and a code of six digits that changes.

Decides how long a password is, how it is kept (argon2id) and which codes are good. Whose they are, and how often one
may be wrong, is decided in `account_store`.
"""

import hmac
import threading
import unicodedata
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lookup.errors import FieldFault, InvalidRequest

LEAST, MOST = 12, 128
"""Characters. Length and nothing else: rules of composition make passwords worse (NIST SP 800-63B, 5.1.1.2)."""
STEP_S = 30
"""Seconds that a code lasts (RFC 6238)."""
DRIFT = 1
"""Steps before and after the present one that are still taken, for a clock that is slightly off (RFC 6238, 5.2)."""
ISSUER = "Immunity lookup"

_HASHER = PasswordHasher()
"""The library's parameters: the second recommended option of RFC 9106, section 4 (64 MiB, three passes)."""
_ONE_AT_A_TIME = threading.Lock()
"""A verification takes 64 MiB; a flood of them takes no more than one in each process."""


def check_password(password: str) -> None:
    """Refuse a new password that is too short or too long: raises `InvalidRequest`."""
    if not LEAST <= len(_normal(password)) <= MOST:
        fault = FieldFault("/password", f"Choose {LEAST} to {MOST} characters; any will do, also blanks.")
        raise InvalidRequest([fault], "Such a password is not taken.")


def password_hash(password: str) -> str:
    """Give what is kept of a password, all of it taken into account."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(_normal(password))


def is_password(kept: str | None, password: str) -> bool:
    """Tell whether this is the password of which `kept` is kept; None, of nobody, takes as long to tell."""
    with _ONE_AT_A_TIME:
        try:
            fits = _HASHER.verify(kept or _nobodys(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(fits) and kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether the password should be hashed anew, because the parameters have changed since."""
    return _HASHER.check_needs_rehash(kept)


def new_secret() -> str:
    """Make the secret of somebody's codes: 160 bits in base 32."""
    return pyotp.random_base32()


def enrolment_address(secret: str, name: str) -> str:
    """Give the address that an authenticator app reads, as a QR code or typed."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """Give the step of time whose code this is, of those that are taken now; None where it is no such code."""
    present = int(now.timestamp()) // STEP_S
    given = "".join(code.split()).encode()
    generator = pyotp.TOTP(secret, interval=STEP_S)
    steps = range(present - DRIFT, present + DRIFT + 1)
    fitting = [step for step in steps if hmac.compare_digest(generator.generate_otp(step).encode(), given)]
    return fitting[-1] if fitting else None


def _normal(password: str) -> str:
    """Two ways to write one character are one (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _nobodys() -> str:
    """Give a hash that no password has been chosen for, with the parameters of today."""
    global _unused  # noqa: PLW0603 - made once, when it is first needed
    if _unused is None:
        _unused = _HASHER.hash(new_secret())
    return _unused


_unused: str | None = None
