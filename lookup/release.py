"""Which release of this program runs.

Decides nothing: the version is that of the installed distribution.
"""

from functools import cache
from importlib.metadata import version

DISTRIBUTION = "immunity-lookup"


@cache
def release() -> str:
    """Give the version of this release."""
    return version(DISTRIBUTION)
