"""The files of deploy/ as the tests read them. Decides nothing about what they must say."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))

Unit = dict[str, dict[str, list[str]]]


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def read_unit(path: Path) -> Unit:
    """Give a systemd unit: section, name, all values of that name in their order."""
    sections: Unit = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            assert equals, line
            section.setdefault(name, []).append(value)
    return sections


def read_yaml(name: str) -> Any:
    return yaml.safe_load(text_of(name))
