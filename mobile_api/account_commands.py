"""The commands of local accounts and of devices that do not lock: for administrators, at the machine itself.

Decides their options and what they print. Each change is in the audit trail before a secret of it is shown.
"""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

import click
from rich.console import Console
from rich.table import Table

from lookup.audit.commanded import record_command
from lookup.audit.entry import Event
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import system_clock, utc_text
from lookup.errors import AuditUnavailable
from lookup.settings import Settings
from mobile_api.access.account_store import AccountStore
from mobile_api.access.accounts import Account
from mobile_api.access.device_store import DeviceStore, Place
from mobile_api.access.passwords import enrolment_address
from mobile_api.access.people import ROLES
from mobile_api.access.session_store import SessionStore


@click.group("accounts")
def accounts_command() -> None:
    """Make, list, change, unlock and remove the accounts of people who sign in here without a provider."""


@accounts_command.command("create")
@with_settings
@json_option
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(tuple(ROLES)))
@click.option("--agency", help="The employer's ORI, nine letters or digits; needed by officers and operators.")
@click.option("--given-name", help="The person's given name.")
@click.option("--surname", help="The person's surname.")
@click.option("--employer", help="The employer's name.")
@click.option("--sworn-officer", is_flag=True, help="The person is a sworn officer.")
@click.option("--ncic-certified", is_flag=True, help="The person is certified for NCIC.")
def create_account(settings: Settings, *, as_json: bool, name: str, **details: Any) -> None:
    """Make an account for NAME. Asks for its password (a line of standard input, where that is no terminal).

    Shows once the address that the person's authenticator app reads.
    """
    account = Account(name=name, created_at=system_clock().replace(microsecond=0), **details)
    with _accounts(settings) as accounts:
        secret = accounts.create(account, _new_password())
        try:
            _record(settings, "account.created", account)
        except AuditUnavailable:
            accounts.remove(name)
            raise
    _show_secret(name, secret, as_json=as_json)


@accounts_command.command("list")
@with_settings
@json_option
def list_accounts(settings: Settings, *, as_json: bool) -> None:
    """List all accounts, removed ones too."""
    with _accounts(settings) as accounts:
        rows = [asdict(account) for account in accounts.all_accounts()]
    columns = ("name", "role", "agency", "given_name", "surname", "created_at", "locked_at", "removed_at")
    _show_rows(rows, columns, as_json=as_json)


@accounts_command.command("unlock")
@with_settings
@click.argument("name")
def unlock_account(settings: Settings, *, name: str) -> None:
    """Free the account NAME, which failed sign-ins have locked."""
    with _accounts(settings) as accounts:
        account = accounts.unlock(name)
    click.echo(f"Account {name} is unlocked.")
    _record(settings, "account.unlocked", account)


@accounts_command.command("change")
@with_settings
@click.argument("name")
@click.option("--role", type=click.Choice(tuple(ROLES)))
@click.option("--agency", help="The employer's ORI, nine letters or digits; needed by officers and operators.")
def change_account(settings: Settings, *, name: str, **details: str | None) -> None:
    """Give the account NAME another role or agency; ends its sessions."""
    given = {field: value for field, value in details.items() if value is not None}
    if not given:
        raise click.UsageError("Give --role or --agency.")

    def record(before: Account, after: Account) -> None:
        _record(settings, "account.changed", after, was={"role": before.role, "agency": before.agency})

    with _accounts(settings) as accounts:
        account = accounts.change(name, record, **given)
    _end_sessions(settings, account)
    click.echo(f"Account {name} is {account.role} of {account.agency or 'no agency'}.")


@accounts_command.command("password")
@with_settings
@json_option
@click.argument("name")
def reset_password(settings: Settings, *, as_json: bool, name: str) -> None:
    """Give the account NAME another password and another secret of codes; ends its sessions.

    Does not unlock it. Asks for the password as `create` does.
    """
    with _accounts(settings) as accounts:
        secret = accounts.reset(name, _new_password())
        account = next(account for account in accounts.all_accounts() if account.name == name)
    _end_sessions(settings, account)
    _record(settings, "password.changed", account)
    _show_secret(name, secret, as_json=as_json)


@accounts_command.command("remove")
@with_settings
@click.argument("name")
def remove_account(settings: Settings, *, name: str) -> None:
    """End the account NAME and its sessions; its name is never given again."""
    with _accounts(settings) as accounts:
        account = accounts.remove(name)
    _end_sessions(settings, account)
    click.echo(f"Account {name} is removed.")
    _record(settings, "account.removed", account)


@click.group("devices")
def devices_command() -> None:
    """Name the devices whose console does not lock when nobody uses it."""


@devices_command.command("exempt")
@with_settings
@click.argument("name")
@click.option("--place", required=True, type=click.Choice(get_args(Place)), help="Why it may: where it stands.")
def exempt_device(settings: Settings, *, name: str, place: Place) -> None:
    """Exempt the device NAME from locking. Shows once the code that is typed there, at the console's page /device."""
    with _devices(settings) as devices:
        code = devices.exempt(name, place)
        try:
            record_command(settings, "device.exempted", details={"device": name, "place": place})
        except AuditUnavailable:
            devices.remove(name)
            raise
    click.echo(code)
    click.echo("Type this code at the device, signed in, at the console's page /device, within 24 hours.", err=True)


@devices_command.command("list")
@with_settings
@json_option
def list_devices(settings: Settings, *, as_json: bool) -> None:
    """List the exempt devices."""
    with _devices(settings) as devices:
        rows = [asdict(device) for device in devices.all_devices()]
    _show_rows(rows, ("device_id", "name", "place", "created_at", "is_known"), as_json=as_json)


@devices_command.command("remove")
@with_settings
@click.argument("name")
def remove_device(settings: Settings, *, name: str) -> None:
    """Let the device NAME lock again, as any other."""
    with _devices(settings) as devices:
        devices.remove(name)
    click.echo(f"Device {name} is no longer exempt.")
    record_command(settings, "device.removed", details={"device": name})


@contextmanager
def _accounts(settings: Settings) -> Iterator[AccountStore]:
    accounts = AccountStore(settings.data_dir, settings.environment, system_clock)
    try:
        yield accounts
    finally:
        accounts.close()


@contextmanager
def _devices(settings: Settings) -> Iterator[DeviceStore]:
    devices = DeviceStore(settings.data_dir, settings.environment, system_clock)
    try:
        yield devices
    finally:
        devices.close()


def _end_sessions(settings: Settings, account: Account) -> None:
    sessions = SessionStore(settings.data_dir, settings.environment, system_clock)
    try:
        sessions.end_all(account.user)
    finally:
        sessions.close()


def _record(settings: Settings, event: Event, account: Account, **more: Any) -> None:
    details = {"account": account.name, "role": account.role, "agency": account.agency} | more
    record_command(settings, event, details=details)


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != first:
        raise click.ClickException("The two are not the same: nothing was done.")
    return first


def _show_secret(name: str, secret: str, *, as_json: bool) -> None:
    address = enrolment_address(secret, name)
    if as_json:
        print_json({"name": name, "enrolment": address})
        return
    click.echo(address)
    click.echo(
        f"Account {name}: give the address above to the person's authenticator app, it is not shown again.", err=True
    )


def _show_rows(rows: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool) -> None:
    shown = [
        {name: utc_text(value) if isinstance(value, datetime) else value for name, value in row.items()} for row in rows
    ]
    if as_json:
        print_json(shown)
        return
    table = Table(*columns, box=None)
    for row in shown:
        table.add_row(*("-" if row[name] is None else str(row[name]) for name in columns))
    Console(soft_wrap=True).print(table)


commands: tuple[click.Command, ...] = (accounts_command, devices_command)
