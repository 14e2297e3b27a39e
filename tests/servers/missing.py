"""What a test needs and a machine may not have.

Decides only how such a lack is named; whether it fails a run or skips a test is for tests/servers/fixtures.py.
"""

import shutil
from pathlib import Path


class MissingPiece(Exception):
    """Something that the tests need is not on this machine; the text names it and how to bring it."""


def program(name: str, package: str) -> Path:
    """Give the path of a program. Raises `MissingPiece`, which names the Debian package that has it."""
    found = shutil.which(name)
    if found is None:
        raise MissingPiece(f"{name} (Debian package {package}; `make setup` installs it where it may)")
    return Path(found).resolve()
