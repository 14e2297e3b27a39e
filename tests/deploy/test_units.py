"""The systemd units call what exists, keep their secrets apart, and are shut in."""

import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from lookup.audit.signing.heads import QUIET
from lookup.audit.verifying.verify import SIGNED_WITHIN
from tests.deploy.files import DEPLOY, TIMERS, UNITS, read_unit
from tests.docs.command_line import parse_call
from tests.docs.pages import repository_files

PROGRAM = "/opt/immunity-lookup/bin/immunity"

SHUT_IN = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
}


def test_there_is_a_unit_for_each_process() -> None:
    assert [path.stem for path in UNITS] == [
        "immunity-console",
        "immunity-indexer",
        "immunity-lookup",
        "immunity-replica",
        "immunity-sign",
    ]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_calls_a_command_that_exists(path: Path) -> None:
    (line,) = read_unit(path)["Service"]["ExecStart"]
    program, *words = shlex.split(line)
    assert program == PROGRAM
    parse_call(words)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_shut_in_and_comes_back(path: Path) -> None:
    service = read_unit(path)["Service"]
    assert {name: service[name] for name in SHUT_IN} == {name: [value] for name, value in SHUT_IN.items()}
    assert service.get("Restart") == (None if path.stem == "immunity-sign" else ["always"])


def test_what_does_its_work_once_is_called_by_a_timer_within_the_hour_in_which_a_head_is_due() -> None:
    once = {path.stem for path in UNITS if read_unit(path)["Service"]["Type"] == ["oneshot"]}
    assert once == {path.stem for path in TIMERS} == {"immunity-sign"}
    (timer,) = TIMERS
    assert read_unit(timer)["Timer"]["OnCalendar"] == ["*:0/10"]
    assert QUIET + timedelta(minutes=10) < SIGNED_WITHIN


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_reads_its_settings_from_a_credential_and_writes_below_its_own_directory(path: Path) -> None:
    service = read_unit(path)["Service"]
    (directory,) = service["StateDirectory"]
    (credential,) = service["LoadCredential"]
    assert service["User"] == [directory]
    assert service["Environment"] == [
        "IMMUNITY_CONFIG=%d/settings.toml",
        f"IMMUNITY_DATA_DIR=/var/lib/{directory}",
    ]
    assert credential.startswith("settings.toml:/etc/immunity-lookup/")


def test_the_indexer_shares_no_account_with_what_answers() -> None:
    users = {path.stem: read_unit(path)["Service"]["User"][0] for path in UNITS}
    assert users.pop("immunity-indexer") == "immunity-indexer"
    assert set(users.values()) == {"immunity-lookup"}


def test_all_units_of_a_kind_say_the_same_about_shutting_in() -> None:
    texts = (path.read_text(encoding="utf-8").partition("\n[Install]")[0].rstrip() for path in UNITS)
    said = {text.partition("\nNoNewPrivileges")[2] for text in texts}
    assert len(said) == 1


def test_every_file_of_deploy_is_expected() -> None:
    found = {str(path.relative_to(DEPLOY)) for path in repository_files() if path.is_relative_to(DEPLOY)}
    assert found == {
        "Containerfile",
        "Containerfile.dockerignore",
        "compose.yaml",
        "elasticsearch/elasticsearch.yml",
        "elasticsearch/roles.yml",
        "indexer.example.toml",
        "keys.example.toml",
        "grafana/dashboard.json",
        "nginx.conf",
        "prometheus/alerts.yml",
        "settings.example.toml",
        *(f"systemd/{path.name}" for path in (*UNITS, *TIMERS)),
    }
