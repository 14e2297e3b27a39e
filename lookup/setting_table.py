"""The table of settings: what may be set.

Decides for each its name, its unit, its default, its bounds and their reason, once. How a value is written is decided
in `setting_fields`, which value is in force in `settings`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

from lookup.setting_fields import Address, Count, Duration, FilePath, Networks

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
AT_MOST = {"audit_checkpoint": timedelta(hours=1), "idle_lock": timedelta(minutes=30)}
"""A head at least hourly, a lock after at most 30 minutes (CJIS AU-9 by way of AU-10, AC-11)."""
AT_LEAST = {"audit_keep": timedelta(days=365)}
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
        "where signed heads of the audit trail go, out of this machine's reach: `file:///PATH` (a file for each "
        "month), `syslog://HOST:PORT` or `elasticsearch`; several with commas",
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
