"""A node is backed up under load, lost and restored: what it had is there again, and nothing that has ended since."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lookup.clock import system_clock
from lookup.settings import Settings, resolve_settings, variables_of
from mobile_api.access.account_store import AccountStore
from mobile_api.access.accounts import Account
from mobile_api.access.device_store import DeviceStore
from mobile_api.access.key_store import KeyStore
from tests.access.nodes import Node, make_nodes, request
from tests.api.real_server import PROGRAM, ask, running
from tests.servers.asking import ask as http_ask
from tests.servers.asking import delete_indices

PASSWORD = "correct horse battery"


def immunity(settings: Settings, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {"PATH": os.environ["PATH"], **variables_of(settings)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], env=environ, capture_output=True, text=True, check=False
    )


def done(settings: Settings, *words: str) -> str:
    """Run a command that must succeed, and give what it printed."""
    ended = immunity(settings, *words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(settings: Settings, *words: str) -> str:
    """Run a command that must not succeed, and give what it said."""
    ended = immunity(settings, *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path / "data"), "node": "node-1"}, environ={})


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    """The same node on another machine: nothing is there."""
    return at(settings, tmp_path / "elsewhere")


def at(settings: Settings, data_dir: Path) -> Settings:
    given = {"data_dir": str(data_dir), "node": settings.node, "store": settings.store}
    return resolve_settings(given, environ={})


@contextmanager
def keys_of(settings: Settings) -> Iterator[KeyStore]:
    settings.data_dir.mkdir(exist_ok=True)
    with closing(KeyStore(settings.data_dir, "training", system_clock)) as keys:
        yield keys


@contextmanager
def accounts_of(settings: Settings) -> Iterator[AccountStore]:
    with closing(AccountStore(settings.data_dir, "training", system_clock)) as accounts:
        yield accounts


def make_key(settings: Settings, name: str) -> str:
    token: str = json.loads(done(settings, "keys", "create", name, "--scope", "lookup", "--json"))["token"]
    return token


def lets_in(settings: Settings, *tokens: str) -> list[bool]:
    with keys_of(settings) as keys:
        return [keys.authenticate(token) is not None for token in tokens]


def make_account(settings: Settings, name: str) -> None:
    with accounts_of(settings) as accounts:
        made_at = system_clock().replace(microsecond=0)
        accounts.create(Account(name, "auditor", made_at, "ZZ0010000"), PASSWORD)


def events(settings: Settings) -> list[str]:
    """Everything that the trail of a data directory tells."""
    segments = sorted((settings.audit_dir / "segments").iterdir())
    lines = [line for path in segments for line in path.read_bytes().splitlines()]
    return [json.loads(line)["event"] for line in lines]


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of a directory but locks and what SQLite keeps beside a database."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not path.name.endswith((".lock", "-wal", "-shm"))
    }


def test_a_lost_node_comes_back_from_a_backup_made_under_load(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    token, ended = make_key(settings, "dispatch"), make_key(settings, "ended")
    with running(settings, "serve", workers=2) as (_, base):
        asked = [ask(base, "/v1/lookups", token, {"plate": f"ZAB{number}"})[0] for number in range(1000, 1030)]
        done(settings, "backup", str(tmp_path / "backup"))
        assert "stop it" in refused(settings, "restore", str(tmp_path / "backup"))
        done(settings, "keys", "revoke", "ended")
        assert ask(base, "/v1/lookups", token, {"plate": "ZAB1031"})[0] == asked[0]
    shutil.rmtree(settings.data_dir)
    told = done(elsewhere, "restore", str(tmp_path / "backup"))
    assert "immunity keys reinstate NAME\n  dispatch\n  ended\n" in told
    done(elsewhere, "audit", "verify")
    assert events(elsewhere).count("backup.restored") == 1
    with running(elsewhere, "serve", workers=1) as (_, base):
        assert [ask(base, "/v1/guidance", one)[0] for one in (token, ended)] == [401, 401]
        done(elsewhere, "keys", "reinstate", "dispatch")
        assert [ask(base, "/v1/guidance", one)[0] for one in (token, ended)] == [200, 401]
    assert events(elsewhere).count("key.reinstated") == 1


def test_a_backup_is_its_owners_alone_and_whole(settings: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    make_account(settings, "auditor")
    done(settings, "backup", str(tmp_path / "backup"))
    found = list((tmp_path / "backup").rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} <= {0o600, 0o400}
    names = {str(path.relative_to(tmp_path / "backup")) for path in found if path.is_file()}
    assert {"manifest.json", "secrets/pepper.key", "databases/keys.sqlite", "databases/accounts.sqlite"} <= names
    assert events(settings)[-1] == "backup.made"
    assert "empty or not there" in refused(settings, "backup", str(tmp_path / "backup"))


def test_a_restore_over_what_is_there_takes_no_revocation_back(settings: Settings, tmp_path: Path) -> None:
    good, ended = make_key(settings, "good"), make_key(settings, "ended")
    done(settings, "backup", str(tmp_path / "backup"))
    done(settings, "keys", "revoke", "ended")
    later = make_key(settings, "later")
    done(settings, "restore", str(tmp_path / "backup"))
    assert lets_in(settings, good, ended, later) == [True, False, True]


def test_a_revocation_that_only_the_trail_tells_of_holds(settings: Settings, tmp_path: Path) -> None:
    good, ended = make_key(settings, "good"), make_key(settings, "ended")
    done(settings, "backup", str(tmp_path / "backup"))
    done(settings, "keys", "revoke", "ended")
    for path in settings.data_dir.glob("keys.sqlite*"):
        path.unlink()
    done(settings, "restore", str(tmp_path / "backup"))
    assert "No suspended key" in refused(settings, "keys", "reinstate", "ended")
    done(settings, "keys", "reinstate", "good")
    assert lets_in(settings, good, ended) == [True, False]


@pytest.mark.parametrize("known_by", ["the backup", "the trail", "the trail alone"])
def test_an_older_file_that_is_here_keeps_no_revoked_key_in_force(
    settings: Settings, tmp_path: Path, known_by: str
) -> None:
    make_key(settings, "first")
    if known_by == "the trail alone":
        done(settings, "backup", str(tmp_path / "backup"))
    token = make_key(settings, "dispatch")
    older = (settings.data_dir / "keys.sqlite").read_bytes()
    if known_by == "the backup":
        with keys_of(settings) as keys:
            keys.revoke("dispatch")
    if known_by != "the trail alone":
        done(settings, "backup", str(tmp_path / "backup"))
    if known_by != "the backup":
        done(settings, "keys", "revoke", "dispatch")
    for path in settings.data_dir.glob("keys.sqlite*"):
        path.unlink()
    (settings.data_dir / "keys.sqlite").write_bytes(older)
    assert lets_in(settings, token) == [True]
    done(settings, "restore", str(tmp_path / "backup"))
    assert lets_in(settings, token) == [False]


def test_a_revocation_in_the_trail_of_the_backup_itself_holds(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    """The databases are copied before the trail: a revocation in between stands in the trail alone."""
    token = make_key(settings, "dispatch")
    with keys_of(settings) as keys:
        (key,) = keys.all_keys()
    done(settings, "keys", "revoke", "dispatch")
    with keys_of(settings) as keys, keys.writing() as connection:
        connection.execute("UPDATE keys SET revoked_at = NULL WHERE key_id = ?", (key.key_id,))
    done(settings, "backup", str(tmp_path / "backup"))
    done(elsewhere, "restore", str(tmp_path / "backup"))
    refused(elsewhere, "keys", "reinstate", "dispatch")
    assert lets_in(elsewhere, token) == [False]


def test_a_backup_restored_twice_confirms_nothing_by_itself(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    good, other = make_key(settings, "good"), make_key(settings, "other")
    done(settings, "backup", str(tmp_path / "backup"))
    done(elsewhere, "restore", str(tmp_path / "backup"))
    done(elsewhere, "keys", "reinstate", "good")
    done(elsewhere, "restore", str(tmp_path / "backup"))
    assert lets_in(elsewhere, good, other) == [True, False]


def test_a_token_that_signs_in_once_does_not_come_back(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    with keys_of(settings) as keys:
        key, _ = keys.create(request("unit 7"))
        entry = keys.make_entry(key.key_id, timedelta(hours=1))
    done(settings, "backup", str(tmp_path / "backup"))
    done(elsewhere, "restore", str(tmp_path / "backup"))
    done(elsewhere, "keys", "reinstate", "unit 7")
    with keys_of(elsewhere) as keys:
        assert keys.consume_entry(entry) is None


def test_no_removed_account_comes_back_and_the_others_wait_for_people(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    make_key(settings, "dispatch")
    for name in ("here", "gone", "changed"):
        make_account(settings, name)
    with closing(DeviceStore(settings.data_dir, "training", system_clock)) as devices:
        devices.exempt("MDT0417", "vehicle")
    done(settings, "backup", str(tmp_path / "backup"))
    done(settings, "accounts", "remove", "gone")
    environ = {"PATH": os.environ["PATH"], **variables_of(settings)}
    command = [sys.executable, "-c", PROGRAM, "accounts", "password", "changed"]
    assert (
        subprocess.run(
            command, env=environ, input="another horse battery\n", text=True, check=False, capture_output=True
        ).returncode
        == 0
    )
    for path in settings.data_dir.glob("accounts.sqlite*"):
        path.unlink()
    told = done(settings, "restore", str(tmp_path / "backup"))
    assert "immunity accounts unlock NAME\n  changed\n  here\n" in told
    with accounts_of(settings) as accounts:
        found = {account.name: account for account in accounts.all_accounts()}
        assert found["gone"].removed_at is not None
        assert all(found[name].locked_at is not None for name in ("here", "changed"))
    done(settings, "accounts", "unlock", "here")
    done(settings, "accounts", "unlock", "changed")
    with accounts_of(settings) as accounts, accounts._file.writing() as connection:
        kept = dict(connection.execute("SELECT name, password FROM accounts").fetchall())
    assert kept["here"].startswith("$argon2id$")
    assert kept["changed"] == ""
    with closing(DeviceStore(settings.data_dir, "training", system_clock)) as devices:
        assert devices.all_devices() == []


@pytest.mark.parametrize("kind", ["manifest.json", "secrets", "databases", "audit/segments"])
@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    settings: Settings, elsewhere: Settings, tmp_path: Path, kind: str, harm: str
) -> None:
    with keys_of(settings) as keys:
        keys.create(request("dispatch"))
    done(settings, "keys", "revoke", "dispatch")
    done(settings, "backup", str(tmp_path / "backup"))
    place = tmp_path / "backup" / kind
    path = place if place.is_file() else next(iter(sorted(place.iterdir())))
    data = path.read_bytes()
    if harm == "remove":
        path.unlink()
    else:
        path.write_bytes(data[: len(data) // 2] if harm == "cut" else bytes([data[0] ^ 1]) + data[1:])
    elsewhere.data_dir.mkdir()
    assert refused(elsewhere, "restore", str(tmp_path / "backup"))
    assert contents(elsewhere.data_dir) == {}


def test_a_file_that_does_not_belong_to_a_backup_is_refused(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    make_key(settings, "dispatch")
    done(settings, "backup", str(tmp_path / "backup"))
    (tmp_path / "backup" / "secrets" / "more.key").write_bytes(b"x")
    assert "secrets/more.key does not belong" in refused(elsewhere, "restore", str(tmp_path / "backup"))


def test_a_manifest_leads_to_no_place_outside(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    done(settings, "backup", str(tmp_path / "backup"))
    manifest = tmp_path / "backup" / "manifest.json"
    told: dict[str, Any] = json.loads(manifest.read_text())
    told["files"]["secrets/../../stolen"] = {"bytes": 0, "sha256": ""}
    manifest.write_text(json.dumps(told))
    assert "does not belong" in refused(elsewhere, "restore", str(tmp_path / "backup"))


def test_other_secrets_are_not_written_over(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    done(settings, "backup", str(tmp_path / "backup"))
    token = make_key(elsewhere, "mine")
    assert "another pepper.key" in refused(elsewhere, "restore", str(tmp_path / "backup"))
    assert lets_in(elsewhere, token) == [True]


def test_a_backup_of_another_environment_is_refused(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    done(settings, "backup", str(tmp_path / "backup"))
    assert "environment training" in refused(
        replace(elsewhere, environment="live"), "restore", str(tmp_path / "backup")
    )


def test_what_the_trail_has_here_and_not_in_the_backup_stays(settings: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    done(settings, "backup", str(tmp_path / "backup"))
    make_key(settings, "later")
    before = events(settings)
    done(settings, "restore", str(tmp_path / "backup"))
    assert events(settings) == [*before, "backup.restored"]
    done(settings, "audit", "verify")


def test_a_trail_that_was_changed_here_is_not_written_over(settings: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    done(settings, "backup", str(tmp_path / "backup"))
    (segment,) = (settings.audit_dir / "segments").iterdir()
    changed = segment.read_bytes().replace(b'"dispatch"', b'"despatch"')
    segment.write_bytes(changed)
    assert "is not the same here as in the backup" in refused(settings, "restore", str(tmp_path / "backup"))
    assert segment.read_bytes() == changed


def test_a_shortened_trail_gets_its_end_back(settings: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    make_key(settings, "other")
    (segment,) = (settings.audit_dir / "segments").iterdir()
    whole = segment.read_bytes()
    done(settings, "backup", str(tmp_path / "backup"))
    segment.write_bytes(whole[: len(whole) // 2])
    done(settings, "restore", str(tmp_path / "backup"))
    assert segment.read_bytes().startswith(whole)


def test_secrets_alone_make_a_second_node(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    make_key(settings, "dispatch")
    with running(settings, "serve", workers=1):
        pass
    done(settings, "backup", str(tmp_path / "backup"), "--secrets")
    assert sorted(path.name for path in (tmp_path / "backup" / "secrets").iterdir()) == ["pepper.key", "session.key"]
    done(elsewhere, "restore", str(tmp_path / "backup"))
    for name in ("pepper.key", "session.key"):
        assert (elsewhere.data_dir / name).read_bytes() == (settings.data_dir / name).read_bytes()
        assert stat.S_IMODE((elsewhere.data_dir / name).stat().st_mode) == 0o600
    assert not (elsewhere.data_dir / "keys.sqlite").exists()


# Several nodes


@pytest.fixture
def nodes(tmp_path: Path, elastic_store: str) -> list[Node]:
    return make_nodes(tmp_path, elastic_store, 1, 2)


def test_a_lost_node_learns_from_the_others_what_became_of_its_keys(nodes: list[Node], tmp_path: Path) -> None:
    good, ended = nodes[0].create("good"), nodes[0].create("ended")
    lost = nodes[0].settings
    done(lost, "backup", str(tmp_path / "backup"))
    shutil.rmtree(lost.data_dir)
    nodes[1].revoke("ended")
    told = done(lost, "restore", str(tmp_path / "backup"))
    assert "reinstate" not in told
    assert lets_in(lost, good, ended) == [True, False]


def test_a_lost_node_waits_while_the_others_cannot_be_asked(nodes: list[Node], tmp_path: Path) -> None:
    good, ended = nodes[0].create("good"), nodes[0].create("ended")
    lost = nodes[0].settings
    done(lost, "backup", str(tmp_path / "backup"))
    shutil.rmtree(lost.data_dir)
    nodes[1].revoke("ended")
    told = done(replace(lost, store="elasticsearch://127.0.0.1:1/nobody"), "restore", str(tmp_path / "backup"))
    assert "Elasticsearch does not answer" in told
    assert lets_in(lost, good, ended) == [False, False]
    nodes[0].catch_up()
    assert lets_in(lost, good, ended) == [True, False]


def test_a_log_that_is_older_than_the_backup_confirms_nothing(
    nodes: list[Node], tmp_path: Path, elasticsearch_url: str, elastic_prefix: str
) -> None:
    """All is lost but two old copies: nobody knows what was revoked."""
    token = nodes[0].create("dispatch")
    lost = nodes[0].settings
    nodes[0].create("later")
    done(lost, "backup", str(tmp_path / "backup"))
    shutil.rmtree(lost.data_dir)
    delete_indices(elasticsearch_url, elastic_prefix)
    told = done(lost, "restore", str(tmp_path / "backup"))
    assert "\n  dispatch\n  later\n" in told
    nodes[0].catch_up()
    assert lets_in(lost, token) == [False]
    done(lost, "keys", "reinstate", "dispatch")
    nodes[1].catch_up()
    assert nodes[1].knows(token)
    assert nodes[1].names() == ["dispatch"]


def test_a_log_that_lost_its_end_confirms_nothing(
    nodes: list[Node], tmp_path: Path, elasticsearch_url: str, elastic_prefix: str
) -> None:
    """It has the key, and may have lost its end too."""
    token = nodes[0].create("dispatch")
    lost = nodes[0].settings
    nodes[0].create("later")
    done(lost, "backup", str(tmp_path / "backup"))
    shutil.rmtree(lost.data_dir)
    assert http_ask(elasticsearch_url, "DELETE", f"/{elastic_prefix}-access/_doc/2")[0] == 200
    told = done(lost, "restore", str(tmp_path / "backup"))
    assert "\n  dispatch\n  later\n" in told
    nodes[0].catch_up()
    assert lets_in(lost, token) == [False]
    done(lost, "keys", "reinstate", "dispatch")
    assert lets_in(lost, token) == [True]
