"""The certified OpenID provider that the tests run against: a package of npm, pinned with everything that it needs.

Decides that it is installed exactly as its lock file says, with the digests in there, and without running anybody's
install scripts. It lies outside the packages of this project and is never part of them.
"""

import shutil
import subprocess
from pathlib import Path

from tests.servers.missing import MissingPiece, program

HOME = Path(__file__).with_name("openid_provider")
LOCK = HOME / "package-lock.json"
FETCH_S = 300
"""102 packages, 9 MB, over a slow line."""


def installed() -> Path:
    """Give the folder of the provider, installed where it is not yet, or not as the lock file says now.

    Raises `MissingPiece` where it cannot be installed.
    """
    kept = HOME / "node_modules" / LOCK.name
    if not kept.exists() or kept.read_bytes() != LOCK.read_bytes():
        command = [str(program("npm", "npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=HOME, capture_output=True, timeout=FETCH_S, check=False)
        if done.returncode:
            raise MissingPiece("the OpenID provider for tests, which npm could not install (package oidc-provider)")
        shutil.copyfile(LOCK, kept)
    return HOME


if __name__ == "__main__":
    try:
        installed()
    except MissingPiece as lack:
        print(f"missing: {lack}, which the tests of sign-in need")  # noqa: T201 - what `make setup` says
