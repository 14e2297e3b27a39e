"""The settings that are in force, and where each value came from.

Decides the order of the layers (option, environment variable, TOML file, default) and stops the start at a wrong
value. Nothing else in the project reads the environment. Which settings there are is declared in `setting_table`.
"""

import os
import platform
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import platformdirs
from marshmallow import ValidationError

from lookup.errors import ConfigurationError
from lookup.keyfile import read_or_create_key
from lookup.setting_fields import duration_text
from lookup.setting_table import AT_LEAST, AT_MOST, SETTING_NAMES, SETTINGS, Setting

PREFIX = "IMMUNITY_"


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
    node: str
    audit_dir: Path
    audit_spool: Path
    audit_publish: str | None
    audit_user: str | None
    audit_password: str | None = field(repr=False)
    audit_api_key: str | None = field(repr=False)
    audit_checkpoint: timedelta
    audit_keep: timedelta
    agency_rate: int
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None = field(repr=False)
    oidc_audience: str
    oidc_scope_claim: str
    oidc_ori_claim: str
    oidc_scopes: str
    oidc_acr: str | None
    oidc_ca: Path | None
    console_url: str | None
    roadside_url: str | None
    idle_lock: timedelta
    tls_certificate: Path | None
    tls_key: Path | None
    tls_client_ca: Path | None
    security_contact: str | None
    language: str
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def check_live(self) -> None:
        """Raise `ConfigurationError` where the environment is live and the heads of the audit trail would stay on this
        machine: then nobody could tell if it was rewritten (CJIS AU-9), and no answer about a real person may leave."""
        if self.environment == "live" and self.audit_publish is None:
            raise ConfigurationError(
                "The environment live needs the setting audit_publish: a place out of this machine's reach where the "
                "signed heads of the audit trail go."
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
    for name, place in _inside(values["data_dir"]).items():
        values[name] = values[name] or place
    values["node"] = values["node"] or _own_name()
    _check_lengths(values)
    return Settings(**values, origins=origins)


def _inside(data_dir: Path) -> dict[str, Any]:
    """Give the settings of what lies in the data directory where nobody says otherwise."""
    return {
        "store": f"sqlite:///{data_dir / 'store'}",
        "audit_dir": data_dir / "audit",
        "audit_spool": data_dir / "audit-spool",
    }


def moved(settings: Settings, data_dir: Path) -> Settings:
    """Give the same settings with another data directory, and in it all that nobody put elsewhere."""
    inside = {name: place for name, place in _inside(data_dir).items() if settings.origins.get(name) == "default"}
    return replace(settings, data_dir=data_dir, **inside)


def _own_name() -> str:
    """Give the name of this machine, with hyphens for what a name of a node cannot hold."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", platform.node()).strip("-.")[:64] or "node"


def _check_lengths(values: Mapping[str, Any]) -> None:
    if values["expire_after"] <= values["stale_after"]:
        raise ConfigurationError("Setting expire_after must be longer than stale_after.")
    for name, most in AT_MOST.items():
        if not timedelta(0) < values[name] <= most:
            raise ConfigurationError(f"Setting {name} must be more than nothing and at most {duration_text(most)}.")
    for name, least in AT_LEAST.items():
        if values[name] < least:
            raise ConfigurationError(f"Setting {name} must be at least {least.days} d.")


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
