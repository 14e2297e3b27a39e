"""The settings: what may be set, where a value came from, and what is in force.

Decides the order of the layers (option, environment variable, TOML file, default) and stops the start at a wrong
value. Nothing else in the project reads the environment. A setting is declared here once: name, unit, default and
reason.
"""

import os
import platform
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
from lookup.setting_fields import Address, Count, Duration, FilePath, Networks, duration_text

PREFIX = "IMMUNITY_"
ENVIRONMENTS = ("training", "live")
READING_PATHS = ("replica", "direct")


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
_NAME = validate.Regexp(
    r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}\Z", error="write letters, digits, dots and hyphens, at most 64"
)
_HTTPS = validate.Regexp(
    r"(https://|http://(127\.0\.0\.1|localhost)[:/])", error="write an address that begins with https://"
)
"""A loopback address may do without TLS: nothing leaves the machine."""
_CONTACT = validate.Regexp(
    r"(mailto:[^\s@]+@[^\s@]+|https://[^\s/]\S*)\Z", error="write an address that begins with mailto: or https://"
)
"""As RFC 9116 takes it: an address, without blanks."""
_AT_MOST = {"audit_checkpoint": timedelta(hours=1), "idle_lock": timedelta(minutes=30)}
"""A head at least hourly, a lock after at most 30 minutes (CJIS AU-9 by way of AU-10, AC-11)."""
_AT_LEAST = {"audit_keep": timedelta(days=365)}
"""One year at least (CJIS AU-11)."""

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
    Setting("trusted_proxies", Networks(), "", "proxies whose word for https and for a caller's address is believed"),
    Setting("node", fields.String(validate=_NAME), None, "name of this machine in the audit trail; by default its own"),
    Setting("audit_dir", FilePath(), None, "directory of the audit trail; by default inside the data directory"),
    Setting(
        "audit_spool",
        FilePath(),
        None,
        "where the audit trail goes on while its directory cannot be written: best another disk",
    ),
    Setting(
        "audit_publish",
        fields.String(validate=_NOT_EMPTY),
        None,
        "where signed heads of the audit trail go, out of this machine's reach: `file:///PATH`, `syslog://HOST:PORT` "
        "or `elasticsearch`; several with commas",
    ),
    Setting(
        "audit_user",
        fields.String(),
        None,
        "user who puts the audit trail into Elasticsearch and can do nothing else; without one that of the store",
    ),
    Setting("audit_password", fields.String(), None, "their password", secret=True),
    Setting("audit_api_key", fields.String(), None, "an API key in place of that user and password", secret=True),
    Setting("audit_checkpoint", Duration(), "1 min", "how often a head of the audit trail is signed; at most an hour"),
    Setting("audit_keep", Duration(), "400 d", "how long the audit trail is kept; at least a year"),
    Setting("agency_rate", Count(validate=validate.Range(0)), "0", "queries a minute of one agency; 0 for no limit"),
    Setting(
        "oidc_issuer",
        fields.String(validate=_HTTPS),
        None,
        "the OpenID provider of people, as its discovery document names it; without one there are local accounts",
    ),
    Setting("oidc_client_id", fields.String(), None, "the name of the console at the provider"),
    Setting("oidc_client_secret", fields.String(), None, "the secret of the console at the provider", secret=True),
    Setting("oidc_audience", fields.String(), "immunity-lookup", "the audience that a bearer token must be made for"),
    Setting("oidc_scope_claim", fields.String(), "scope", "the claim of the provider that holds the scopes"),
    Setting("oidc_ori_claim", fields.String(), "ori", "the claim of the provider that holds the agency's ORI"),
    Setting(
        "oidc_scopes",
        fields.String(validate=validate.Regexp(r"(.*\s)?openid(\s.*)?\Z", error="name openid among the scopes")),
        "openid profile lookup console audit admin",
        "what the console asks the provider for at a sign-in; the provider grants each person theirs of it",
    ),
    Setting(
        "oidc_acr",
        fields.String(),
        None,
        "the provider's names (`acr`) of sign-ins with several factors, with blanks between; by default the methods "
        "that it names (`amr`) must be of two kinds",
    ),
    Setting(
        "oidc_ca",
        FilePath(),
        None,
        "file of the authority that signed the provider's certificate; by default those that the system trusts",
    ),
    Setting(
        "console_url", fields.String(validate=_HTTPS), None, "address of the console as browsers see it, to sign in at"
    ),
    Setting(
        "roadside_url",
        fields.String(validate=_HTTPS),
        None,
        "address of the roadside page as browsers see it, to lead to",
    ),
    Setting("idle_lock", Duration(), "30 min", "idle time after which the console locks; at most 30 minutes"),
    Setting("tls_certificate", FilePath(), None, "certificate of the services, where they end TLS themselves"),
    Setting("tls_key", FilePath(), None, "the key of that certificate"),
    Setting("tls_client_ca", FilePath(), None, "authority of the clients' certificates; who has none is not served"),
    Setting(
        "security_contact",
        fields.String(validate=_CONTACT),
        None,
        "whom to tell of a weakness: a mailto: or https: address",
    ),
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
    if values["store"] is None:
        values["store"] = f"sqlite:///{values['data_dir'] / 'store'}"
    values["node"] = values["node"] or _own_name()
    values["audit_dir"] = values["audit_dir"] or values["data_dir"] / "audit"
    values["audit_spool"] = values["audit_spool"] or values["data_dir"] / "audit-spool"
    _check_lengths(values)
    return Settings(**values, origins=origins)


def _own_name() -> str:
    """Give the name of this machine, with hyphens for what a name of a node cannot hold."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", platform.node()).strip("-.")[:64] or "node"


def _check_lengths(values: Mapping[str, Any]) -> None:
    if values["expire_after"] <= values["stale_after"]:
        raise ConfigurationError("Setting expire_after must be longer than stale_after.")
    for name, most in _AT_MOST.items():
        if not timedelta(0) < values[name] <= most:
            raise ConfigurationError(f"Setting {name} must be more than nothing and at most {duration_text(most)}.")
    for name, least in _AT_LEAST.items():
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
