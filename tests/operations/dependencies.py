"""`make dependencies`: what is installed against the licences that may be, and against known weaknesses.

Decides what a licence expression allows, and that nobody takes "not checked" for "nothing found": it exits 1 where
something is wrong, 3 where weaknesses could not be looked up for every package.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LICENCES = Path(__file__).with_name("licences.toml")
PROGRAMS = Path(sys.executable).parent
LOCK = "requirements.lock"
AUDIT_S = 300
UNCHECKED = 3
"""The exit code where nothing wrong was found, and not everything was looked at."""
AUDITOR = PROGRAMS.parent / "audit" / "bin" / "pip-audit"
"""In an environment of its own (`requirements-audit.lock`): its own dependencies are none of ours."""


@dataclass(frozen=True)
class Rules:
    """The licences that anything may have, and those that single packages may have."""

    allowed: frozenset[str]
    packages: Mapping[str, str]

    def allow(self, package: str, licence: str) -> bool:
        """Tell whether a package may have this licence: one side of each OR, all sides of each AND."""
        if self.packages.get(package) == licence:
            return True
        choices = licence.split(" OR ") if " AND " not in licence else [licence]
        return any(all(part in self.allowed for part in re.split(r" AND |; ", choice)) for choice in choices)


def read_rules() -> Rules:
    told = tomllib.loads(LICENCES.read_text(encoding="utf-8"))
    return Rules(frozenset(told["allowed"]), told["packages"])


def installed() -> dict[str, str]:
    """Give the licence of each installed package."""
    command = [str(PROGRAMS / "pip-licenses"), "--format=json", "--from=mixed", "--with-system"]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {package["Name"]: package["License"] for package in listed}


def locked() -> set[str]:
    """Give the names of what is locked to run."""
    return set(re.findall(r"^([a-z0-9-]+)==", Path(LOCK).read_text(encoding="utf-8"), flags=re.MULTILINE))


def weaknesses(program: str | None, packages: Set[str]) -> tuple[list[str], str | None]:
    """Give the known weaknesses of what is locked to run, these packages, and why not all of them were checked; None
    where all were."""
    if program is None:
        return [], "pip-audit could not be installed"
    command = [program, "--strict", "--disable-pip", "--require-hashes", "--requirement", LOCK, "--format=json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=AUDIT_S)
        told: Any = json.loads(done.stdout)
    except (ValueError, subprocess.TimeoutExpired):
        return [], "the advisories could not be reached"
    checked = {one["name"]: one["vulns"] for one in told["dependencies"] if "vulns" in one}  # else it was passed over
    found = [f"{name}: {weakness['id']}" for name, weak in checked.items() for weakness in weak]
    missing = sorted(packages - checked.keys())
    return found, f"nothing is known of {', '.join(missing)}" if missing else None


def main() -> int:
    rules, packages = read_rules(), installed()
    wrong = [f"{name}: {licence}" for name, licence in packages.items() if not rules.allow(name, licence)]
    found, unchecked = weaknesses(shutil.which(AUDITOR), locked())
    for line in wrong:
        print(f"licence not allowed: {line}")  # noqa: T201 - a program's output
    for line in found:
        print(f"known weakness: {line}")  # noqa: T201
    print(f"{len(packages)} packages, {len(wrong)} with a licence that is not in {LICENCES.name}")  # noqa: T201
    state = "" if unchecked is None else f" - NOT CHECKED, {unchecked}"
    print(f"known weaknesses: {len(found) if found or not unchecked else 'unknown'}{state}")  # noqa: T201
    return 1 if wrong or found else UNCHECKED if unchecked else 0


if __name__ == "__main__":
    sys.exit(main())
