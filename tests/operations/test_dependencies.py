"""What the service is made of: the list of it, and the licences."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.operations import dependencies
from tests.operations.dependencies import Rules, installed, locked, read_rules, weaknesses
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
    assert weaknesses(None, set()) == ([], "pip-audit could not be installed")
    assert weaknesses(auditor(tmp_path, "", 1), set()) == ([], "the advisories could not be reached")


def test_a_known_weakness_is_named(tmp_path: Path) -> None:
    both = [{"name": "flask", "version": "1", "vulns": [{"id": "X-1"}]}, {"name": "click", "vulns": []}]
    told = json.dumps({"dependencies": both})
    assert weaknesses(auditor(tmp_path, told, 1), {"flask", "click"}) == (["flask: X-1"], None)
    told = json.dumps({"dependencies": [{"name": "flask", "vulns": []}]})
    assert weaknesses(auditor(tmp_path, told, 0), {"flask"}) == ([], None)


def test_a_package_that_was_passed_over_was_not_checked(tmp_path: Path) -> None:
    told = {"dependencies": [{"name": "flask", "vulns": []}, {"name": "click", "skip_reason": "not found"}]}
    program = auditor(tmp_path, json.dumps(told), 0)
    assert weaknesses(program, {"flask", "click", "mypy"}) == ([], "nothing is known of click, mypy")


@pytest.mark.parametrize(
    ("told", "status", "said"),
    [
        (None, 3, "known weaknesses: unknown - NOT CHECKED, pip-audit could not be installed"),
        ("", 3, "known weaknesses: unknown - NOT CHECKED, the advisories could not be reached"),
        ([], 0, "known weaknesses: 0"),
        ([{"id": "X-1"}], 1, "known weaknesses: 1"),
    ],
)
def test_the_exit_code_tells_checked_from_not_checked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    told: Any,
    status: int,
    said: str,
) -> None:
    monkeypatch.chdir(ROOT)
    first, *others = sorted(locked())
    if told is not None:
        each = [{"name": first, "vulns": told}, *({"name": name, "vulns": []} for name in others)]
        auditor(tmp_path, json.dumps({"dependencies": each}) if told != "" else "", status)
    monkeypatch.setattr(dependencies, "AUDITOR", tmp_path / "pip-audit")
    assert dependencies.main() == status
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_what_audits_is_locked_by_hash_and_apart_from_what_runs() -> None:
    text = (ROOT / "requirements-audit.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^(\S+)==\S+(?: ;.*)? \\$\n    --hash=sha256:[0-9a-f]{64}", text, flags=re.MULTILINE)
    assert "pip-audit" in pinned
    assert len(pinned) == text.count("==")
    assert not re.search(r"https?:|\.org|\.com", text)
    assert "pip-audit" not in locked()


def test_make_has_the_targets() -> None:
    planned = subprocess.run(
        ["make", "-n", "sbom", "dependencies"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "tests.operations.sbom build/sbom.json" in planned.stdout
    assert "tests.operations.dependencies" in planned.stdout
    assert "--require-hashes -r requirements-audit.lock" in planned.stdout
