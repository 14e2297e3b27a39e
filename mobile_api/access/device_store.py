"""Devices that need not lock when nobody uses them: those of police vehicles and of staffed, secured rooms.

Decides which device is one (CJIS AC-11, note): an administrator names it and reads out a code, which somebody types at
the device once; from then on a cookie names it. Whoever signs in there still signs in.
"""

import hmac
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from lookup.clock import Clock
from lookup.errors import FieldFault, InvalidRequest, NotFound
from mobile_api.access.watched_file import WatchedFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS devices (
    device_id TEXT PRIMARY KEY, name TEXT NOT NULL, place TEXT NOT NULL, created_at INTEGER NOT NULL, code BLOB,
    token BLOB UNIQUE, removed_at INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS one_device_in_force_per_name ON devices (name) WHERE removed_at IS NULL;
"""
CODE_LIFETIME = timedelta(hours=24)
"""In which the code is typed at the device."""
_NAME_LIMIT = 40

Place = Literal["vehicle", "dispatch", "display"]
"""Where an exempt device stands: in a police vehicle, at a dispatch position in a secured room, or as a display that
receives only, in a secured room with somebody in it."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that need not lock. `is_known` says that its code was typed."""

    device_id: str
    name: str
    place: Place
    created_at: datetime
    is_known: bool


class DeviceStore:
    """The exempt devices of one data directory, in the file of the accounts. Safe between threads; open it after the
    process forked. Raises as `WatchedFile` does."""

    def __init__(self, data_dir: Path, environment: str, clock: Clock, glance_s: float = 0.0) -> None:
        self._clock = clock
        self._file = WatchedFile(data_dir / "accounts.sqlite", _SCHEMA, environment, _load, glance_s)

    def exempt(self, name: str, place: Place) -> str:
        """Name a device, and give the code that is typed there. Raises `InvalidRequest` where the name is taken."""
        if not (name.isprintable() and 0 < len(name) <= _NAME_LIMIT):
            raise InvalidRequest([FieldFault("/name", "Give 1 to 40 characters.")])
        code = secrets.token_hex(10)  # 80 bits, for a day, for whoever is signed in already
        row = (secrets.token_hex(6), name, place, int(self._clock().timestamp()), _digest(code))
        try:
            with self._file.writing() as connection:
                connection.execute(
                    "INSERT INTO devices (device_id, name, place, created_at, code) VALUES (?, ?, ?, ?, ?)", row
                )
        except sqlite3.IntegrityError as error:
            raise InvalidRequest([FieldFault("/name", "A device has this name: remove that one first.")]) from error
        return code

    def enrol(self, code: str) -> str | None:
        """Give the token by which the device of this code is known from now on; None where the code is not good."""
        token = secrets.token_urlsafe(32)
        oldest = int((self._clock() - CODE_LIFETIME).timestamp())
        with self._file.writing() as connection:
            enrolled = connection.execute(
                "UPDATE devices SET code = NULL, token = ? WHERE code = ? AND removed_at IS NULL AND created_at > ?",
                (_digest(token), _digest(code.strip().lower()), oldest),
            )
        return token if enrolled.rowcount == 1 else None

    def device_of(self, token: str) -> str | None:
        """Give the id of the device that this token is of."""
        return _find_token(self._file.current(), token) or _find_token(self._file.look(), token)  # it may be new

    def holds(self, device_id: str) -> bool:
        """Tell whether a device is exempt still."""
        return device_id in self._file.current()

    def remove(self, name: str) -> None:
        """End the exemption of a device. Raises `NotFound` where there is none of this name."""
        with self._file.writing() as connection:
            removed = connection.execute(
                "UPDATE devices SET removed_at = ?, code = NULL, token = NULL WHERE name = ? AND removed_at IS NULL",
                (int(self._clock().timestamp()), name),
            )
        if removed.rowcount != 1:
            raise NotFound("There is no device of this name; `immunity devices list` shows them.")

    def all_devices(self) -> list[Device]:
        """Give the devices that are exempt, by name."""
        return sorted((device for device, _ in self._file.current().values()), key=lambda device: device.name)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


_Devices = Mapping[str, tuple[Device, bytes | None]]


def _find_token(devices: _Devices, token: str) -> str | None:
    digest = _digest(token)
    return next((name for name, (_, kept) in devices.items() if kept and hmac.compare_digest(kept, digest)), None)


def _load(connection: sqlite3.Connection) -> _Devices:
    rows = connection.execute(
        "SELECT device_id, name, place, created_at, token FROM devices WHERE removed_at IS NULL"
    ).fetchall()
    return {
        row[0]: (Device(row[0], row[1], row[2], datetime.fromtimestamp(row[3], UTC), row[4] is not None), row[4])
        for row in rows
    }


def _digest(secret: str) -> bytes:
    """Secrets are kept as digests: random ones need no slow hash (as with keys)."""
    return hmac.digest(b"immunity device", secret.encode(), "sha256")
