"""The life of a key: made, used, expired, revoked, across processes; and what is never made."""

import json
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lookup.errors import ConfigurationError, InvalidRequest, NotFound
from mobile_api.access.caller import Scope
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest
from mobile_api.access.quotas import Quotas
from mobile_api.refusals import TooManyQueries
from tests.api.serving import MovableClock

PROGRAM = "from lookup.cli import main; main()"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def keys(tmp_path: Path, clock: MovableClock) -> KeyStore:
    return KeyStore(tmp_path, "training", clock)


def request(*scopes: Scope, **details: Any) -> KeyRequest:
    return KeyRequest("unit 7", frozenset(scopes), **details)


def run(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "keys", *arguments, "--data-dir", str(data_dir)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_token_is_known_by_its_keyed_hash_and_stands_nowhere(keys: KeyStore, tmp_path: Path) -> None:
    key, token = keys.create(request("lookup"))
    assert token.startswith("immunity_training_")
    assert keys.authenticate(token) == key
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in written
    assert token.removeprefix("immunity_training_").encode() not in written


def test_the_files_are_the_owners_alone(keys: KeyStore, tmp_path: Path) -> None:
    keys.create(request("lookup"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_another_pepper_knows_no_key(keys: KeyStore, tmp_path: Path, clock: MovableClock) -> None:
    _, token = keys.create(request("lookup"))
    (tmp_path / "pepper.key").unlink()
    assert KeyStore(tmp_path, "training", clock).authenticate(token) is None


@pytest.mark.parametrize("token", ["", "x", "immunity_training_", "é" * 60, "\N{AUTOMOBILE}"])
def test_what_was_never_a_token_is_nobodys(keys: KeyStore, token: str) -> None:
    keys.create(request("lookup"))
    assert keys.authenticate(token) is None


@pytest.mark.parametrize("watcher", ["audit", "admin"])
@pytest.mark.parametrize("asker", ["lookup", "console"])
def test_who_watches_does_not_ask(keys: KeyStore, watcher: Scope, asker: Scope) -> None:
    with pytest.raises(InvalidRequest):
        keys.create(request(watcher, asker))
    assert keys.all_keys() == []


def test_who_watches_may_administer(keys: KeyStore) -> None:
    key, _ = keys.create(request("audit", "admin"))
    assert key.scopes == {"audit", "admin"}


@pytest.mark.parametrize(
    ("pointer", "wrong"),
    [
        ("/scopes", KeyRequest("a", frozenset())),
        ("/kind", KeyRequest("a", frozenset({"lookup", "console"}), "camera")),
        ("/agency", KeyRequest("a", frozenset({"lookup"}), agency="DC123")),
        ("/agency", KeyRequest("a", frozenset({"lookup"}), agency="DC123456-")),
        ("/rate", KeyRequest("a", frozenset({"lookup"}), rate=-1)),
        ("/name", KeyRequest("", frozenset({"lookup"}))),
        ("/name", KeyRequest("a\nb", frozenset({"lookup"}))),
    ],
)
def test_a_wrong_key_is_not_made_and_the_field_is_named(keys: KeyStore, pointer: str, wrong: KeyRequest) -> None:
    with pytest.raises(InvalidRequest) as refused:
        keys.create(wrong)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_the_scope_training_exists_in_training_only(tmp_path: Path, clock: MovableClock) -> None:
    (tmp_path / "live").mkdir()
    (tmp_path / "training").mkdir()
    KeyStore(tmp_path / "training", "training", clock).create(request("training"))
    with pytest.raises(InvalidRequest):
        KeyStore(tmp_path / "live", "live", clock).create(request("training"))


def test_keys_of_training_are_refused_by_a_live_process_and_the_other_way_round(
    tmp_path: Path, clock: MovableClock
) -> None:
    for mine, other in (("training", "live"), ("live", "training")):
        directory = tmp_path / mine
        directory.mkdir()
        KeyStore(directory, mine, clock).close()
        with pytest.raises(ConfigurationError):
            KeyStore(directory, other, clock)


def test_of_two_keys_in_force_each_has_its_own_name(keys: KeyStore) -> None:
    first, _ = keys.create(request("lookup"))
    with pytest.raises(InvalidRequest):
        keys.create(request("lookup"))
    keys.revoke("unit 7")
    second, _ = keys.create(request("lookup"))
    assert {key.key_id for key in keys.all_keys()} == {first.key_id, second.key_id}


def test_a_key_holds_until_its_end(keys: KeyStore, clock: MovableClock) -> None:
    _, token = keys.create(request("lookup", expires_at=clock.now + timedelta(hours=1)))
    clock.advance(minutes=59)
    assert keys.authenticate(token) is not None
    clock.advance(minutes=1)
    assert keys.authenticate(token) is None


def test_a_revoked_key_cannot_be_revoked_again(keys: KeyStore) -> None:
    key, _ = keys.create(request("lookup"))
    keys.revoke(key.key_id)
    with pytest.raises(NotFound):
        keys.revoke(key.key_id)


def test_a_revocation_by_another_process_holds_at_once(tmp_path: Path, clock: MovableClock) -> None:
    made = run(tmp_path, "create", "unit 8", "--scope", "lookup", "--json")
    assert made.returncode == 0
    token = json.loads(made.stdout)["token"]
    keys = KeyStore(tmp_path, "training", MovableClock())
    assert keys.authenticate(token) is not None
    assert run(tmp_path, "revoke", "unit 8").returncode == 0
    assert keys.authenticate(token) is None


def test_a_key_made_by_another_process_holds_at_once(keys: KeyStore, tmp_path: Path) -> None:
    assert keys.all_keys() == []
    token = json.loads(run(tmp_path, "create", "unit 8", "--scope", "lookup", "--json").stdout)["token"]
    assert keys.authenticate(token) is not None


def test_the_command_shows_the_secret_once_and_lists_none(tmp_path: Path) -> None:
    made = run(
        tmp_path, "create", "gate", "--scope", "lookup", "--kind", "camera", "--rate", "60", "--agency", "DC0123456"
    )
    token = made.stdout.strip()
    assert token.startswith("immunity_training_")
    listed = run(tmp_path, "list", "--json")
    (key,) = json.loads(listed.stdout)
    assert (key["name"], key["scopes"], key["kind"], key["rate"]) == ("gate", ["lookup"], "camera", 60)
    assert (key["agency"], key["expires_at"], key["revoked_at"]) == ("DC0123456", None, None)
    assert token not in listed.stdout + run(tmp_path, "list").stdout


def test_a_refused_key_exits_1_and_a_wrong_call_2(tmp_path: Path) -> None:
    refused = run(tmp_path, "create", "both", "--scope", "audit", "--scope", "lookup")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert run(tmp_path, "create", "both", "--scope", "everything").returncode == 2
    assert run(tmp_path, "create", "both", "--scope", "lookup", "--expires-in", "soon").returncode == 2
    assert run(tmp_path, "revoke", "both").returncode == 1


def test_a_one_time_token_signs_in_once(keys: KeyStore) -> None:
    key, _ = keys.create(request("lookup"))
    entry = keys.make_entry(key.key_id, timedelta(hours=1))
    assert keys.consume_entry(entry) == key
    assert keys.consume_entry(entry) is None


def test_a_one_time_token_is_no_key_and_a_key_no_one_time_token(keys: KeyStore) -> None:
    key, token = keys.create(request("lookup"))
    entry = keys.make_entry(key.key_id, timedelta(hours=1))
    assert keys.authenticate(entry) is None
    assert keys.consume_entry(token) is None


def test_a_one_time_token_ends_and_falls_with_its_key(keys: KeyStore, clock: MovableClock) -> None:
    key, _ = keys.create(request("lookup"))
    late, early = (keys.make_entry(key.key_id, timedelta(hours=hours)) for hours in (2, 1))
    clock.advance(hours=1)
    assert keys.consume_entry(early) is None
    keys.revoke(key.key_id)
    assert keys.consume_entry(late) is None


def test_two_processes_share_one_count_of_queries(keys: KeyStore, tmp_path: Path, clock: MovableClock) -> None:
    key, _ = keys.create(request("lookup", rate=10))
    ours, theirs = Quotas(tmp_path, clock), Quotas(tmp_path, clock)
    for quotas in (ours, theirs) * 5:
        quotas.charge(key.caller(), 1)
    with pytest.raises(TooManyQueries):
        ours.charge(key.caller(), 1)
    with pytest.raises(TooManyQueries):
        theirs.charge(key.caller(), 1)


def test_what_is_refused_is_not_counted(keys: KeyStore, tmp_path: Path, clock: MovableClock) -> None:
    key, _ = keys.create(request("lookup", rate=10))
    quotas = Quotas(tmp_path, clock)
    quotas.charge(key.caller(), 8)
    with pytest.raises(TooManyQueries):
        quotas.charge(key.caller(), 3)
    quotas.charge(key.caller(), 2)
    with pytest.raises(TooManyQueries):
        Quotas(tmp_path, clock).charge(key.caller(), 11)


def test_a_key_without_a_rate_is_never_counted(keys: KeyStore, tmp_path: Path, clock: MovableClock) -> None:
    key, _ = keys.create(request("lookup"))
    Quotas(tmp_path, clock).charge(key.caller(), 10_000)
    with sqlite3.connect(tmp_path / "quotas.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM minutes").fetchone() == (0,)
    connection.close()


def test_a_second_store_in_the_same_process_takes_nothing_from_the_first(
    keys: KeyStore, tmp_path: Path, clock: MovableClock
) -> None:
    """Closing a descriptor of a database file drops the process's locks on it; then another process, leaving, would
    remove the write-ahead log under the first store."""
    keys.create(request("lookup"))
    KeyStore(tmp_path, "training", clock).close()
    assert run(tmp_path, "revoke", "unit 7").returncode == 0
    token = json.loads(run(tmp_path, "create", "unit 8", "--scope", "lookup", "--json").stdout)["token"]
    assert keys.authenticate(token) is not None
    keys.create(request("lookup"))
    listed = json.loads(run(tmp_path, "list", "--json").stdout)
    assert {key["name"] for key in listed if key["revoked_at"] is None} == {"unit 7", "unit 8"}


def test_a_busy_service_learns_of_a_new_key_at_once_and_of_a_revoked_one_within_its_glance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [50.0]
    monkeypatch.setattr("lookup.glance.time.monotonic", lambda: now[0])
    desk, service = KeyStore(tmp_path, "training", MovableClock()), KeyStore(tmp_path, "training", MovableClock(), 0.02)
    assert service.all_keys() == []
    key, token = desk.create(request("training"))
    assert service.authenticate(token) == key
    now[0] += 0.02
    assert service.authenticate(token) == key
    desk.revoke(key.key_id)
    assert service.authenticate(token) == key
    now[0] += 0.02
    assert service.authenticate(token) is None
