"""How strongly somebody proved to the provider who they are.

Decides from its claims `acr` and `amr` whether a sign-in had several factors (assurance level 2 or better, NIST SP
800-63B), which the FBI CJIS Security Policy asks of every user (IA-2). What follows is decided by the sign-in.
"""

from collections.abc import Mapping
from typing import Any

SEVERAL_FACTORS = 2
"""The level of several factors, or better: a claim tells no more."""
ONE_FACTOR = 1
_KINDS = (
    frozenset({"pwd", "pin", "kba"}),  # what somebody knows
    frozenset({"otp", "hwk", "swk", "sc", "pop"}),  # what somebody has
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),  # what somebody is
)
"""Names of methods by the kind of their factor (RFC 8176). A call and a text message (`tel`, `sms`) do not count as
something that one has: a number can be taken over (SP 800-63B, 3.1.3.1)."""


def assurance_level(claims: Mapping[str, Any], strong: frozenset[str]) -> int:
    """Give the level of a sign-in. `strong` are the values of `acr` that stand for several factors at this provider.

    Without such a value, the methods must say `mfa`, or be of two kinds: a hardware key alone could be one that
    somebody found.

    >>> assurance_level({"amr": ["pwd", "otp"]}, frozenset()), assurance_level({"amr": ["pwd", "pin"]}, frozenset())
    (2, 1)
    """
    name, given = claims.get("acr"), claims.get("amr")
    if isinstance(name, str) and name in strong:
        return SEVERAL_FACTORS
    methods = {method for method in given if isinstance(method, str)} if isinstance(given, list) else set()
    kinds = sum(1 for kind in _KINDS if kind & methods)
    return SEVERAL_FACTORS if "mfa" in methods or kinds > 1 else ONE_FACTOR
