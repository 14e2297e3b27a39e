"""Local accounts: what is kept, what signs in, and when one locks."""

import sqlite3
import stat
import time
import unicodedata
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher, extract_parameters

from lookup.errors import ConfigurationError, InvalidRequest, NotFound
from mobile_api.access.account_store import AccountStore
from mobile_api.access.accounts import Account
from mobile_api.access.passwords import is_password, password_hash
from tests.access.people import PASSWORD
from tests.api.serving import EXTRACTED_AT, MovableClock

JO = Account("jo.doe", "officer", EXTRACTED_AT, "ZZ0010000", "Jo", "Doe")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def accounts(tmp_path: Path, clock: MovableClock) -> AccountStore:
    return AccountStore(tmp_path, "training", clock)


@pytest.fixture
def secret(accounts: AccountStore) -> str:
    return accounts.create(JO, PASSWORD)


def code(secret: str, clock: MovableClock, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock() + steps * timedelta(seconds=30))


def fail(accounts: AccountStore, times: int) -> list[bool]:
    return [accounts.sign_in("jo.doe", "nonsense", "000000").locks for _ in range(times)]


def test_password_and_code_sign_in(accounts: AccountStore, secret: str, clock: MovableClock) -> None:
    attempt = accounts.sign_in("jo.doe", PASSWORD, code(secret, clock))
    assert (attempt.account, attempt.reason, attempt.locks) == (JO, None, False)


def test_the_person_of_an_account_is_known_by_all_attributes_of_cjis_ac_2() -> None:
    person = replace(JO, employer="Invented PD", sworn_officer=True, ncic_certified=True).person()
    assert (person.user, person.given_name, person.surname, person.employer) == (
        "account:jo.doe",
        "Jo",
        "Doe",
        "Invented PD",
    )
    assert (person.agency, person.sworn_officer, person.ncic_certified) == ("ZZ0010000", True, True)
    assert (person.federation_id, person.provider_id, person.assurance_level) == (None, None, 2)
    assert person.caller("s1").kind == "person"


@pytest.mark.parametrize(
    ("name", "password", "digits"),
    [
        ("jo.doe", "nonsense", None),
        ("jo.doe", PASSWORD, "000000"),
        ("jo.doe", PASSWORD, ""),
        ("jo.doe", PASSWORD, "é"),
        ("jo.doe", "", None),
        ("nobody", PASSWORD, None),
        ("JO.DOE", PASSWORD, None),
        ("", "", ""),
    ],
)
def test_both_factors_are_needed_cjis_ia_2_1(
    accounts: AccountStore, secret: str, clock: MovableClock, name: str, password: str, digits: str | None
) -> None:
    given = code(secret, clock) if digits is None else digits
    assert accounts.sign_in(name, password, given).account is None


def test_a_code_is_good_once_cjis_ia_2_8(accounts: AccountStore, secret: str, clock: MovableClock) -> None:
    given = code(secret, clock)
    assert accounts.sign_in("jo.doe", PASSWORD, given).account is not None
    assert accounts.sign_in("jo.doe", PASSWORD, given).account is None
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock, -1)).account is None
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock, 1)).account is not None


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_of_the_step_before_or_after_is_taken(
    accounts: AccountStore, secret: str, clock: MovableClock, steps: int, good: bool
) -> None:
    given = code(secret, clock, steps)
    assert (accounts.sign_in("jo.doe", PASSWORD, f"{given[:3]} {given[3:]}").account is not None) == good


@pytest.mark.parametrize(("length", "taken"), [(11, False), (12, True), (128, True), (129, False)])
def test_a_password_has_12_to_128_characters_of_any_kind(accounts: AccountStore, length: int, taken: bool) -> None:
    if taken:
        accounts.create(JO, "a" * length)
        return
    with pytest.raises(InvalidRequest) as refused:
        accounts.create(JO, "a" * length)
    assert [fault.pointer for fault in refused.value.faults] == ["/password"]
    assert accounts.all_accounts() == []


def test_every_character_of_a_password_counts() -> None:
    kept = password_hash("é" * 127 + "x")
    assert is_password(kept, "é" * 127 + "x")
    assert not is_password(kept, "é" * 127 + "y")


def test_two_ways_to_write_a_character_are_one() -> None:
    assert is_password(password_hash("café café café"), unicodedata.normalize("NFD", "café café café"))


def test_a_password_is_kept_as_argon2id_and_stands_nowhere(accounts: AccountStore, secret: str, tmp_path: Path) -> None:
    assert accounts.all_accounts() == [JO]
    accounts.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in written
    assert PASSWORD.encode() not in written
    assert secret not in repr(JO)


def test_the_file_is_the_owners_alone_cjis_sc_28(accounts: AccountStore, secret: str, tmp_path: Path) -> None:
    assert {path.name.split("-")[0] for path in tmp_path.iterdir()} == {"accounts.sqlite"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_password_is_hashed_anew_when_the_parameters_have_changed(
    accounts: AccountStore, secret: str, tmp_path: Path, clock: MovableClock
) -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    connection = sqlite3.connect(tmp_path / "accounts.sqlite", isolation_level=None)
    connection.execute("UPDATE accounts SET password = ?", (weaker,))
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock)).account is not None
    (kept,) = connection.execute("SELECT password FROM accounts").fetchone()
    connection.close()
    assert extract_parameters(kept).memory_cost == 65536
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock, 1)).account is not None


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    kept = password_hash(PASSWORD)
    is_password(None, "nonsense")

    def cost(of: str | None) -> float:
        began = time.process_time()
        assert not is_password(of, "nonsense")
        return time.process_time() - began

    known, unknown = (min(cost(of) for _ in range(3)) for of in (kept, None))
    assert 0.5 < unknown / known < 2


def test_five_failures_within_15_minutes_lock_until_an_administrator_unlocks_cjis_ac_7(
    accounts: AccountStore, secret: str, clock: MovableClock
) -> None:
    assert fail(accounts, 5) == [False] * 4 + [True]
    assert accounts.in_force("jo.doe") is None
    clock.advance(days=30)
    refused = accounts.sign_in("jo.doe", PASSWORD, code(secret, clock))
    assert (refused.account, refused.name, refused.reason, refused.locks) == (None, "jo.doe", "locked", False)
    accounts.unlock("jo.doe")
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock)).account is not None


def test_after_an_unlock_the_count_begins_anew(accounts: AccountStore, secret: str) -> None:
    fail(accounts, 5)
    accounts.unlock("jo.doe")
    assert fail(accounts, 5) == [False] * 4 + [True]


def test_a_sign_in_that_succeeds_ends_the_row_of_failures(
    accounts: AccountStore, secret: str, clock: MovableClock
) -> None:
    fail(accounts, 4)
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock)).account is not None
    assert fail(accounts, 5) == [False] * 4 + [True]


@pytest.mark.parametrize(("age", "locks"), [(timedelta(minutes=14, seconds=59), True), (timedelta(minutes=15), False)])
def test_failures_of_more_than_15_minutes_ago_do_not_count(
    accounts: AccountStore, secret: str, clock: MovableClock, age: timedelta, locks: bool
) -> None:
    fail(accounts, 4)
    clock.now += age
    assert fail(accounts, 1) == [locks]


def test_failures_are_counted_over_all_processes(
    accounts: AccountStore, secret: str, tmp_path: Path, clock: MovableClock
) -> None:
    other = AccountStore(tmp_path, "training", clock)
    tried = [where.sign_in("jo.doe", "nonsense", "").locks for where in (accounts, other, accounts, other, accounts)]
    assert tried == [False] * 4 + [True]
    assert other.in_force("jo.doe") is None
    other.close()


def test_failures_under_an_unknown_name_are_not_kept(accounts: AccountStore, secret: str, tmp_path: Path) -> None:
    attempt = accounts.sign_in(PASSWORD, PASSWORD, "")
    assert (attempt.name, attempt.reason) == (None, "unknown")
    connection = sqlite3.connect(tmp_path / "accounts.sqlite")
    assert connection.execute("SELECT count(*) FROM failures").fetchone() == (0,)
    connection.close()


def test_a_name_is_never_given_twice_cjis_ia_4(accounts: AccountStore, secret: str, clock: MovableClock) -> None:
    accounts.remove("jo.doe")
    assert accounts.in_force("jo.doe") is None
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock)).reason == "removed"
    with pytest.raises(InvalidRequest) as refused:
        accounts.create(JO, PASSWORD)
    assert [fault.pointer for fault in refused.value.faults] == ["/name"]


def test_a_removed_account_keeps_no_secret(accounts: AccountStore, secret: str, tmp_path: Path) -> None:
    accounts.remove("jo.doe")
    connection = sqlite3.connect(tmp_path / "accounts.sqlite")
    assert connection.execute("SELECT password, secret FROM accounts").fetchall() == [("", "")]
    connection.close()


def test_a_reset_changes_both_secrets_and_does_not_unlock(
    accounts: AccountStore, secret: str, clock: MovableClock
) -> None:
    fail(accounts, 5)
    other = accounts.reset("jo.doe", "another lamp, another boat")
    assert other != secret
    assert accounts.sign_in("jo.doe", "another lamp, another boat", code(other, clock)).reason == "locked"
    accounts.unlock("jo.doe")
    assert accounts.sign_in("jo.doe", PASSWORD, code(secret, clock)).account is None
    assert accounts.sign_in("jo.doe", "another lamp, another boat", code(other, clock)).account is not None


def test_what_is_not_there_cannot_be_unlocked_reset_or_removed(accounts: AccountStore, secret: str) -> None:
    for change in (
        lambda: accounts.unlock("jo.doe"),
        lambda: accounts.remove("x"),
        lambda: accounts.reset("x", PASSWORD),
    ):
        with pytest.raises(NotFound):
            change()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "Jo"}),
        ("name", {"name": "a" * 41}),
        ("agency", {"agency": None}),
        ("agency", {"agency": "ZZ001000"}),
        ("agency", {"agency": "zz0010000"}),
        ("agency", {"agency": None, "role": "operator"}),
        ("surname", {"surname": "a\nb"}),
        ("employer", {"employer": "x" * 81}),
    ],
)
def test_a_wrong_account_is_not_made_and_the_field_is_named(
    accounts: AccountStore, field: str, wrong: dict[str, str]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        accounts.create(replace(JO, **wrong), PASSWORD)  # type: ignore[arg-type]
    assert [fault.pointer for fault in refused.value.faults] == [f"/{field}"]
    assert accounts.all_accounts() == []


def test_who_watches_needs_no_agency(accounts: AccountStore) -> None:
    accounts.create(replace(JO, role="auditor", agency=None), PASSWORD)
    assert accounts.in_use()


def test_an_account_made_elsewhere_is_in_force_at_the_next_look(
    accounts: AccountStore, tmp_path: Path, clock: MovableClock
) -> None:
    assert not accounts.in_use()
    other = AccountStore(tmp_path, "training", clock)
    other.create(JO, PASSWORD)
    assert accounts.in_force("jo.doe") == JO
    other.remove("jo.doe")
    assert accounts.in_force("jo.doe") is None
    assert not accounts.in_use()
    other.close()


def test_accounts_of_training_are_refused_by_a_live_process(accounts: AccountStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="training"):
        AccountStore(tmp_path, "live", MovableClock())
