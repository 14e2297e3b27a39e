"""The settings: what may be set, where a value came from, and what is in force.

Decides the order of the layers (option, environment variable, TOML file, default) and stops the start at a wrong
value. Nothing else in the project reads the environment. A setting is declared here once: name, unit, default and
reason.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import platformdirs
from marshmallow import ValidationError, fields, validate

from lookup.errors import ConfigurationError
from lookup.keyfile import read_or_create_key

PREFIX = "IMMUNITY_"
ENVIRONMENTS = ("training", "live")
READING_PATHS = ("replica", "direct")

_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(?P<number>\d{1,6})\s*(?P<unit>s|min|h|d)")


class Duration(fields.Field[timedelta]):
    """A length of time such as `90 s`, `10 min`, `26 h` or `7 d`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> timedelta:
        match = _DURATION.fullmatch(str(value).strip())
        if match is None:
            raise ValidationError("write a number and a unit: 90 s, 10 min, 26 h or 7 d")
        return timedelta(**{_UNITS[match["unit"]]: int(match["number"])})


def duration_text(length: timedelta) -> str:
    """Write a length of time as it can be set, in the longest unit that is a whole number but never in days: people
    compare ages in hours.

    >>> duration_text(timedelta(hours=72)), duration_text(timedelta(minutes=90)), duration_text(timedelta(seconds=90))
    ('72 h', '90 min', '90 s')
    """
    seconds = int(length.total_seconds())
    unit, size = next((unit, size) for unit, size in (("h", 3600), ("min", 60), ("s", 1)) if seconds % size == 0)
    return f"{seconds // size} {unit}"


class Count(fields.Integer):
    """A whole number; a fraction is refused, never cut off."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, float):
            raise ValidationError("write a whole number")
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


class Address(fields.String):
    """An address to listen at, `HOST:PORT`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        host, colon, port = str(value).rpartition(":")
        if not (colon and host and port.isdecimal() and int(port) < 65536):
            raise ValidationError("write HOST:PORT, such as 127.0.0.1:8080")
        return str(value)


class Networks(fields.Field[tuple[str, ...]]):
    """A list of networks or addresses, in a string separated by commas."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[str, ...]:
        try:
            parts = value.split(",") if isinstance(value, str) else list(value)
            return tuple(str(ipaddress.ip_network(str(part).strip())) for part in parts if str(part).strip())
        except (TypeError, ValueError) as error:
            raise ValidationError("write networks such as 10.1.2.0/24, separated by commas") from error


class FilePath(fields.Field[Path]):
    """The path of a file."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Path:
        if not str(value).strip():
            raise ValidationError("write a path, or leave it out")
        return Path(str(value)).expanduser().absolute()


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set. `default` is written as a user would write it; None means that it is derived."""

    name: str
    field: fields.Field[Any]
    default: str | None
    meaning: str
    secret: bool = False


_NOT_EMPTY = validate.Length(1, error="write a path or a URL, or leave it out")
"""An empty path would mean the directory that somebody happens to stand in."""

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "environment",
        fields.String(validate=validate.OneOf(ENVIRONMENTS)),
        "training",
        "`training` or `live`; live is asked for by name, so that nobody runs it by accident",
    ),
    Setting(
        "data_dir",
        fields.String(validate=_NOT_EMPTY),
        None,
        "directory of the store, the keys and the secrets; one per environment",
    ),
    Setting(
        "store",
        fields.String(validate=_NOT_EMPTY),
        None,
        "store URL, `sqlite:///PATH` or `elasticsearch://HOST:PORT/PREFIX`; by default inside the data directory",
    ),
    Setting(
        "reading",
        fields.String(validate=validate.OneOf(READING_PATHS)),
        "replica",
        "how a store in Elasticsearch is read: `replica`, a copy on this node, or `direct`",
    ),
    Setting("elasticsearch_user", fields.String(), None, "user of the store in Elasticsearch"),
    Setting("elasticsearch_password", fields.String(), None, "their password", secret=True),
    Setting("elasticsearch_api_key", fields.String(), None, "an API key in place of user and password", secret=True),
    Setting(
        "elasticsearch_ca",
        FilePath(),
        None,
        "file of the authority that signed the certificate of Elasticsearch; by default those that the system trusts",
    ),
    Setting("database_user", fields.String(), None, "user of a SQL source"),
    Setting("database_password", fields.String(), None, "their password", secret=True),
    Setting(
        "overlap",
        Duration(),
        "15 min",
        "how far back a SQL source is read again, for transactions that commit late",
    ),
    Setting(
        "stale_after", Duration(), "26 h", "age of the data from which answers carry a notice: a day and two hours"
    ),
    Setting("expire_after", Duration(), "72 h", "age of the data from which every answer is unverified"),
    Setting("bind", Address(), "127.0.0.1:8080", "address of the lookup service"),
    Setting("console_bind", Address(), "127.0.0.1:8081", "address of the console service"),
    Setting("workers", Count(validate=validate.Range(1, 64)), "2", "processes of each service; one per core"),
    Setting(
        "threads",
        Count(validate=validate.Range(1, 256)),
        "4",
        "threads of each process; lookups are short, a few suffice",
    ),
    Setting("operations_from", Networks(), "127.0.0.0/8,::1/128", "networks that may ask the health routes"),
    Setting("trusted_proxies", Networks(), "", "proxies whose word for https is believed; none by default"),
    Setting("language", fields.String(validate=validate.Regexp(r"[a-z]{2}\Z")), "en", "language of the guidance texts"),
)


SETTING_NAMES = frozenset(setting.name for setting in SETTINGS)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is in force. `origins` names for each setting where its value came from: option, variable, file or
    default."""

    environment: str
    data_dir: Path
    store: str
    reading: str
    elasticsearch_user: str | None
    elasticsearch_password: str | None = field(repr=False)
    elasticsearch_api_key: str | None = field(repr=False)
    elasticsearch_ca: Path | None
    database_user: str | None
    database_password: str | None = field(repr=False)
    overlap: timedelta
    stale_after: timedelta
    expire_after: timedelta
    bind: str
    console_bind: str
    workers: int
    threads: int
    operations_from: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    language: str
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def refuse_live(self) -> None:
        """Raise `ConfigurationError` in the environment live: this version keeps no audit trail."""
        if self.environment == "live":
            raise ConfigurationError(
                "The environment live cannot be served: this version has no audit trail, and no answer about a real "
                "person may leave without a record of who asked. Use the environment training."
            )

    def handle_key(self) -> bytes:
        """Give the key under which the handles of records are made."""
        return read_or_create_key(self.data_dir / "handle.key")


def value_text(value: Any) -> str:
    """Write the value of a setting as it can be set."""
    if isinstance(value, tuple):
        return ",".join(value)
    return duration_text(value) if isinstance(value, timedelta) else str(value)


def variables_of(settings: Settings) -> dict[str, str]:
    """Give the variables under which another process has the same settings, secrets among them."""
    values = {setting.name: getattr(settings, setting.name) for setting in SETTINGS}
    return {f"{PREFIX}{name.upper()}": value_text(value) for name, value in values.items() if value is not None}


def resolve_settings(
    options: Mapping[str, Any], config: Path | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Put the layers together: `options` (None means not given), then variables `IMMUNITY_…`, then the file `config`,
    then defaults.

    Raises `ConfigurationError`, naming the setting and where its value stands, for a wrong value or an unknown name.
    """
    environ = os.environ if environ is None else environ
    config_name = config or environ.get(f"{PREFIX}CONFIG")
    from_file = _read_file(Path(config_name)) if config_name else {}
    layers = (
        ("option", {name: value for name, value in options.items() if value is not None}),
        ("variable", _from_environment(environ)),
        ("file", from_file),
    )
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for setting in SETTINGS:
        origin, raw = next(
            ((name, layer[setting.name]) for name, layer in layers if setting.name in layer), (None, None)
        )
        origins[setting.name] = origin or "default"
        values[setting.name] = _value(setting, setting.default if origin is None else raw, origins[setting.name])
    return _complete(values, origins)


def _complete(values: dict[str, Any], origins: dict[str, str]) -> Settings:
    """Derive what was not given: each environment has its own data directory, and the store lies inside it."""
    if values["data_dir"] is None:
        values["data_dir"] = Path(platformdirs.user_data_dir("immunity-lookup")) / values["environment"]
    values["data_dir"] = Path(values["data_dir"]).expanduser().absolute()
    if values["store"] is None:
        values["store"] = f"sqlite:///{values['data_dir'] / 'store'}"
    if values["expire_after"] <= values["stale_after"]:
        raise ConfigurationError("Setting expire_after must be longer than stale_after.")
    return Settings(**values, origins=origins)


def _value(setting: Setting, raw: Any, origin: str) -> Any:
    if raw is None:
        return None
    try:
        return setting.field.deserialize(raw)
    except ValidationError as error:
        reasons = "; ".join(str(message).rstrip(".") for message in error.messages)
        raise ConfigurationError(f"Setting {setting.name} ({origin}): {reasons}.") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
    found = {name: value for name, value in found.items() if not name.startswith("test_") and name != "config"}
    _refuse_unknown(found, "variable")
    return found


def _read_file(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"The settings file {path} cannot be read: {error}.") from error
    _refuse_unknown(found, f"file {path}")
    return found


def _refuse_unknown(found: Mapping[str, Any], where: str) -> None:
    unknown = sorted(set(found) - SETTING_NAMES)
    if unknown:
        known = ", ".join(setting.name for setting in SETTINGS)
        raise ConfigurationError(f"Unknown setting in {where}: {', '.join(unknown)}. Known are: {known}.")
