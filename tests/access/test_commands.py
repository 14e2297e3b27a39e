"""The commands `immunity accounts` and `immunity devices`: what they show, what they record, and when they refuse."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from lookup.clock import system_clock
from mobile_api.access.account_store import AccountStore
from mobile_api.access.session_store import Session, SessionStore, new_session_id
from tests.access.people import PASSWORD

PROGRAM = "from lookup.cli import main; main()"
OFFICER = ("--role", "officer", "--agency", "ZZ0010000")


def run(data_dir: Path, *arguments: str, typed: str = PASSWORD, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments, "--data-dir", str(data_dir)]
    return subprocess.run(command, capture_output=True, text=True, check=False, input=typed + "\n", env=environ or None)


def trail_in(data_dir: Path) -> list[dict[str, Any]]:
    lines = [line for path in sorted(data_dir.glob("audit/segments/*")) for line in path.read_bytes().splitlines()]
    return [json.loads(line) for line in lines if b"segment.opened" not in line]


def accounts_in(data_dir: Path) -> AccountStore:
    return AccountStore(data_dir, "training", system_clock)


def code_of(address: str) -> str:
    (secret,) = parse_qs(urlsplit(address).query)["secret"]
    return pyotp.TOTP(secret).now()


def test_an_account_that_a_command_made_signs_in_and_its_secret_is_shown_once(tmp_path: Path) -> None:
    made = run(tmp_path, "accounts", "create", "jo", *OFFICER, "--given-name", "Jo", "--sworn-officer")
    address = made.stdout.strip()
    assert address.startswith("otpauth://totp/Immunity%20lookup:jo?secret=")
    attempt = accounts_in(tmp_path).sign_in("jo", PASSWORD, code_of(address))
    assert attempt.account is not None
    assert (attempt.account.given_name, attempt.account.sworn_officer) == ("Jo", True)
    listed = run(tmp_path, "accounts", "list", "--json")
    (account,) = json.loads(listed.stdout)
    assert (account["name"], account["role"], account["agency"], account["locked_at"]) == (
        "jo",
        "officer",
        "ZZ0010000",
        None,
    )
    (secret,) = parse_qs(urlsplit(address).query)["secret"]
    assert secret not in listed.stdout + run(tmp_path, "accounts", "list").stdout


def test_each_change_of_an_account_is_in_the_trail_under_the_systems_user_cjis_au_2(tmp_path: Path) -> None:
    run(tmp_path, "accounts", "create", "jo", *OFFICER)
    accounts = accounts_in(tmp_path)
    for _ in range(5):
        accounts.sign_in("jo", "nonsense", "")
    for command in ("unlock", "password", "remove"):
        assert run(tmp_path, "accounts", command, "jo", typed="another lamp, another boat").returncode == 0
    entries = trail_in(tmp_path)
    assert [entry["event"] for entry in entries] == [
        "account.created",
        "account.unlocked",
        "password.changed",
        "account.removed",
    ]
    for entry in entries:
        assert entry["user"].startswith("system:")
        assert entry["details"] == {"account": "jo", "role": "officer", "agency": "ZZ0010000"}
        assert "boat" not in str(entry)


def test_a_reset_and_a_removal_end_the_sessions_of_the_account(tmp_path: Path) -> None:
    run(tmp_path, "accounts", "create", "jo", *OFFICER)
    account = accounts_in(tmp_path).in_force("jo")
    assert account is not None
    sessions = SessionStore(tmp_path, "training", system_clock)
    for command in ("password", "remove"):
        now = system_clock()
        token = sessions.begin(Session(new_session_id(), now, now, account.person()))
        assert run(tmp_path, "accounts", command, "jo").returncode == 0
        assert sessions.find(token) is None


def test_a_changed_role_and_agency_are_recorded_with_what_they_were_and_end_the_sessions(tmp_path: Path) -> None:
    run(tmp_path, "accounts", "create", "jo", *OFFICER)
    account = accounts_in(tmp_path).in_force("jo")
    assert account is not None
    sessions, now = SessionStore(tmp_path, "training", system_clock), system_clock()
    token = sessions.begin(Session(new_session_id(), now, now, account.person()))
    changed = run(tmp_path, "accounts", "change", "jo", "--role", "operator", "--agency", "ZZ0020000")
    assert (changed.returncode, changed.stdout) == (0, "Account jo is operator of ZZ0020000.\n")
    assert sessions.find(token) is None
    assert run(tmp_path, "accounts", "change", "jo", "--role", "auditor").returncode == 0
    account = accounts_in(tmp_path).in_force("jo")
    assert account is not None
    assert (account.role, account.agency) == ("auditor", "ZZ0020000")
    was = {"role": "officer", "agency": "ZZ0010000"}
    (first, second) = trail_in(tmp_path)[1:]
    assert (first["event"], first["details"]) == (
        "account.changed",
        {"account": "jo", "role": "operator", "agency": "ZZ0020000", "was": was},
    )
    assert second["details"]["was"] == {"role": "operator", "agency": "ZZ0020000"}


def test_a_change_that_the_trail_could_not_record_is_none_cjis_au_5(tmp_path: Path) -> None:
    run(tmp_path, "accounts", "create", "jo", *OFFICER)
    shutil.rmtree(tmp_path / "audit")
    for name in ("audit", "audit-spool"):
        (tmp_path / name).write_text("no directory")
    refused = run(tmp_path, "accounts", "change", "jo", "--role", "operator")
    assert (refused.returncode, refused.stdout) == (1, "")
    account = accounts_in(tmp_path).in_force("jo")
    assert account is not None
    assert account.role == "officer"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--role", "operator"), 1),  # nobody may query without an ORI
        (("--agency", "zz"), 1),
        (("--role", "chief"), 2),
        ((), 2),
    ],
)
def test_an_account_that_is_never_made_is_no_change_either(
    tmp_path: Path, options: tuple[str, ...], status: int
) -> None:
    run(tmp_path, "accounts", "create", "jo", "--role", "auditor")
    refused = run(tmp_path, "accounts", "change", "jo", *options)
    assert (refused.returncode, refused.stdout) == (status, "")
    assert refused.stderr
    assert len(trail_in(tmp_path)) == 1


def test_no_secret_is_shown_that_the_trail_could_not_record_cjis_au_5(tmp_path: Path) -> None:
    for name in ("audit", "audit-spool"):
        (tmp_path / name).write_text("no directory")
    for command in (["accounts", "create", "jo", *OFFICER], ["devices", "exempt", "car 7", "--place", "vehicle"]):
        refused = run(tmp_path, *command)
        assert (refused.returncode, refused.stdout) == (1, "")
    assert accounts_in(tmp_path).in_force("jo") is None
    assert json.loads(run(tmp_path, "devices", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "typed", "status"),
    [
        (("create", "jo", "--role", "officer"), PASSWORD, 1),
        (("create", "jo", *OFFICER), "short", 1),
        (("create", "jo", "--role", "chief"), PASSWORD, 2),
        (("create", "jo"), PASSWORD, 2),
        (("unlock", "jo"), "", 1),
        (("password", "jo"), PASSWORD, 1),
        (("remove", "jo"), "", 1),
        (("change", "jo", "--role", "auditor"), "", 1),
    ],
)
def test_what_cannot_be_done_exits_1_and_a_wrong_call_2(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, status: int
) -> None:
    refused = run(tmp_path, "accounts", *arguments, typed=typed)
    assert (refused.returncode, refused.stdout) == (status, "")
    assert refused.stderr
    assert trail_in(tmp_path) == []


def test_a_device_is_exempted_listed_and_removed_and_the_trail_says_so_cjis_ac_11(tmp_path: Path) -> None:
    code = run(tmp_path, "devices", "exempt", "car 7", "--place", "vehicle").stdout.strip()
    assert len(code) == 20
    (device,) = json.loads(run(tmp_path, "devices", "list", "--json").stdout)
    assert (device["name"], device["place"], device["is_known"]) == ("car 7", "vehicle", False)
    assert run(tmp_path, "devices", "remove", "car 7").returncode == 0
    assert run(tmp_path, "devices", "remove", "car 7").returncode == 1
    assert [(entry["event"], entry["details"]["device"]) for entry in trail_in(tmp_path)] == [
        ("device.exempted", "car 7"),
        ("device.removed", "car 7"),
    ]
    assert code not in str(trail_in(tmp_path))
