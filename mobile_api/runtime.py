"""What one process of a service holds while it runs: the policies, the store, the keys, the clock.

Decides what is opened at start and what stops the start. It is made after the process forked, once per application, and
the views find it through `runtime()`.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, current_app

from lookup.audit.places import trail_of
from lookup.audit.trail import Trail
from lookup.clock import Clock, day_in_washington
from lookup.freshness import FreshnessLimits
from lookup.law.load import load_policies
from lookup.law.offices import always_open
from lookup.law.policy import Policies, Policy
from lookup.service import LookupService
from lookup.settings import Settings
from lookup.store.open import store_of
from lookup.store.protocol import Registry, Store
from lookup.store.ways import reading_in_turn
from mobile_api.access.account_store import AccountStore
from mobile_api.access.alarms import Alarms
from mobile_api.access.credentials import Credentials
from mobile_api.access.device_store import DeviceStore
from mobile_api.access.key_store import KeyStore
from mobile_api.access.priority import Load
from mobile_api.access.quotas import Quotas
from mobile_api.access.session_store import SessionStore
from mobile_api.access.sessions import Sessions
from mobile_api.access.source_address import SourceAddress
from mobile_api.access.strangers import Strangers

if TYPE_CHECKING:
    from mobile_api.access.bearer_tokens import BearerTokens
    from mobile_api.access.provider import Provider

EXTENSION = "immunity"
CONSOLE_S = 10.0
"""What a search or a page of the console may take where the store is asked directly: a search by filters that follows
families takes seconds there. Nobody stands at a car meanwhile."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that the views of one application work with."""

    settings: Settings
    clock: Clock
    policies: Policies
    store: Store
    service: LookupService
    keys: KeyStore
    credentials: Credentials
    quotas: Quotas
    sessions: Sessions
    accounts: AccountStore
    devices: DeviceStore
    session_store: SessionStore
    trail: Trail
    source_address: SourceAddress
    strangers: Strangers
    load: Load
    alarms: Alarms
    provider: "Provider | None"

    def policy(self) -> Policy:
        """Give the policy in force today in Washington."""
        return self.policies.on(day_in_washington(self.clock()))

    def phone(self) -> str:
        """Give the number that somebody answers day and night."""
        return always_open(self.policy())[0].numbers[0]

    def reading(self) -> AbstractContextManager[Registry]:
        """Open one view of the registry for a page of the console, by the first way to it that opens."""
        return reading_in_turn(self.store, CONSOLE_S)

    def close(self) -> None:
        """Give back what is held open."""
        self.store.close()
        self.keys.close()
        self.quotas.close()
        self.accounts.close()
        self.devices.close()
        self.session_store.close()
        self.trail.close()
        if self.provider is not None:
            self.provider.close()


def open_runtime(settings: Settings, clock: Clock, component: str, glance_s: float = 0.0) -> Runtime:
    """Open everything that a service needs; `component` names it in the audit trail.

    Raises `ConfigurationError` where it must not start.
    """
    settings.check_live()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    policies = load_policies(language=settings.language)
    store = store_of(settings)
    limits = FreshnessLimits(settings.stale_after, settings.expire_after)
    keys = KeyStore(settings.data_dir, settings.environment, clock, glance_s)
    provider = _provider(settings)
    return Runtime(
        settings=settings,
        clock=clock,
        policies=policies,
        store=store,
        service=LookupService(store, policies, settings.environment, limits, clock, glance_s),
        keys=keys,
        credentials=Credentials(keys, _bearer_tokens(settings, provider, clock)),
        quotas=Quotas(settings.data_dir, clock, settings.agency_rate),
        sessions=Sessions(settings.data_dir, settings.idle_lock),
        accounts=AccountStore(settings.data_dir, settings.environment, clock, glance_s),
        devices=DeviceStore(settings.data_dir, settings.environment, clock, glance_s),
        session_store=SessionStore(settings.data_dir, settings.environment, clock, glance_s),
        trail=trail_of(settings, component, clock=clock),
        source_address=SourceAddress(settings.trusted_proxies),
        strangers=Strangers(),
        load=Load(settings.threads),
        alarms=Alarms(),
        provider=provider,
    )


def _provider(settings: Settings) -> "Provider | None":
    """Give the OpenID provider, where there is one: else its libraries, which take 0.2 s to import, are not needed."""
    if settings.oidc_issuer is None:
        return None
    from mobile_api.access.provider import Provider  # noqa: PLC0415

    return Provider(settings.oidc_issuer, settings.oidc_ca)


def _bearer_tokens(settings: Settings, provider: "Provider | None", clock: Clock) -> "BearerTokens | None":
    if provider is None:
        return None
    from mobile_api.access.bearer_tokens import BearerTokens  # noqa: PLC0415

    return BearerTokens(settings, provider, clock)


def attach(app: Flask, runtime: Runtime) -> None:
    """Hang the runtime into the application."""
    app.extensions[EXTENSION] = runtime


def runtime() -> Runtime:
    """Give the runtime of the application that answers this request."""
    found: Runtime = current_app.extensions[EXTENSION]
    return found
