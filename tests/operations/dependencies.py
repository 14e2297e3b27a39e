"""`make dependencies`: what is installed against the licences that may be, and against known weaknesses.

Decides what a licence expression allows, and that nobody takes "not checked" for "nothing found".
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LICENCES = Path(__file__).with_name("licences.toml")
PROGRAMS = Path(sys.executable).parent
LOCK = "requirements.lock"
AUDIT_S = 300


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


def weaknesses(program: str | None) -> tuple[list[str], str | None]:
    """Give the known weaknesses of what is locked to run, and None; or none, and why that was not checked."""
    if program is None:
        return [], "pip-audit is not installed"
    command = [program, "--strict", "--disable-pip", "--require-hashes", "--requirement", LOCK, "--format=json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=AUDIT_S)
        told: Any = json.loads(done.stdout)
    except (ValueError, subprocess.TimeoutExpired):
        return [], "the advisories could not be reached"
    found = [(one["name"], weakness["id"]) for one in told["dependencies"] for weakness in one.get("vulns", [])]
    return [f"{name}: {weakness}" for name, weakness in found], None


def main() -> int:
    rules, packages = read_rules(), installed()
    wrong = [f"{name}: {licence}" for name, licence in packages.items() if not rules.allow(name, licence)]
    found, unchecked = weaknesses(shutil.which("pip-audit", path=str(PROGRAMS)) or shutil.which("pip-audit"))
    for line in wrong:
        print(f"licence not allowed: {line}")  # noqa: T201 - a program's output
    for line in found:
        print(f"known weakness: {line}")  # noqa: T201
    print(f"{len(packages)} packages, {len(wrong)} with a licence that is not in {LICENCES.name}")  # noqa: T201
    weak = f"known weaknesses: {len(found)}" if unchecked is None else f"known weaknesses: NOT CHECKED, {unchecked}"
    print(weak)  # noqa: T201
    return 1 if wrong or found else 0


if __name__ == "__main__":
    sys.exit(main())
