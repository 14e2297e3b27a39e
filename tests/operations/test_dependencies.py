"""What the service is made of: the list of it, and the licences."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.operations.dependencies import Rules, installed, read_rules, weaknesses
from tests.operations.sbom import ROOT, sbom

RULES = Rules(frozenset({"MIT", "BSD", "Apache-2.0"}), {"psycopg": "LGPL"})


@pytest.fixture(scope="module")
def text() -> str:
    return sbom()


def test_the_list_is_valid_and_the_same_each_time(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert sbom() == text


def test_the_list_holds_what_is_locked_and_nothing_else(text: str) -> None:
    locked = re.findall(r"^(\S+)==(\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), flags=re.MULTILINE)
    listed = [(one["name"], one["version"].rstrip(";")) for one in json.loads(text)["components"]]
    assert sorted(listed) == sorted(locked)
    assert len(listed) > 20


def test_the_list_holds_no_address_and_no_moment(text: str) -> None:
    assert not re.search(r"https?:|timestamp|serialNumber|\.org|\.com", text)


@pytest.mark.parametrize(
    ("package", "licence", "allowed"),
    [
        ("x", "MIT", True),
        ("x", "GPL", False),
        ("x", "UNKNOWN", False),
        ("x", "GPL OR MIT", True),
        ("x", "MIT AND BSD", True),
        ("x", "MIT AND GPL", False),
        ("x", "MIT; GPL", False),
        ("x", "Apache-2.0 OR MIT AND GPL", False),  # too hard to tell: somebody looks
        ("psycopg", "LGPL", True),
        ("x", "LGPL", False),
        ("psycopg", "GPL", False),
    ],
)
def test_a_licence_is_allowed_by_its_name_or_for_one_package(package: str, licence: str, allowed: bool) -> None:
    assert RULES.allow(package, licence) is allowed


def test_every_installed_package_has_a_licence_that_is_allowed() -> None:
    rules = read_rules()
    assert [(name, licence) for name, licence in installed().items() if not rules.allow(name, licence)] == []


def auditor(directory: Path, prints: str, code: int) -> str:
    """Make a program that answers as pip-audit does."""
    program = directory / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{prints}\nEND\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_what_could_not_be_checked_is_never_told_as_nothing_found(tmp_path: Path) -> None:
    assert weaknesses(None) == ([], "pip-audit is not installed")
    assert weaknesses(auditor(tmp_path, "", 1)) == ([], "the advisories could not be reached")


def test_a_known_weakness_is_named(tmp_path: Path) -> None:
    told = {
        "dependencies": [{"name": "flask", "version": "1", "vulns": [{"id": "X-1"}]}, {"name": "click", "vulns": []}]
    }
    assert weaknesses(auditor(tmp_path, json.dumps(told), 1)) == (["flask: X-1"], None)
    told = {"dependencies": [{"name": "flask", "vulns": []}]}
    assert weaknesses(auditor(tmp_path, json.dumps(told), 0)) == ([], None)


def test_make_has_the_targets() -> None:
    planned = subprocess.run(
        ["make", "-n", "sbom", "dependencies"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "tests.operations.sbom build/sbom.json" in planned.stdout
    assert "tests.operations.dependencies" in planned.stdout
