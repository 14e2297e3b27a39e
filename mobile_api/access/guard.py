"""The guard before every route: default deny, credentials, scopes, rates, and where operations may be asked from.

Each view states its access with one of the decorators here; an application with a route that does not state one
refuses to start. Rights and rates are checked before anything is looked up, so that a refusal tells nothing about the
registry (CJIS AC-3). Does not decide what a scope is or how a credential is kept.
"""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl

from flask import Flask, Request, g, request

from lookup.audit.entry import Event
from lookup.errors import ConfigurationError, FieldFault, InvalidRequest
from mobile_api.access.caller import Caller, Scope
from mobile_api.access.console_session import signed_in_caller
from mobile_api.access.credentials import Credentials
from mobile_api.access.people import ASKERS
from mobile_api.audited import begin
from mobile_api.refusals import Forbidden, Unauthorized
from mobile_api.runtime import Runtime
from mobile_api.worker.line import line_of

View = TypeVar("View", bound=Callable[..., Any])
Entrance = Literal["token", "session", "page", "public", "operations"]
WHATEVER = frozenset({"*"})
"""The URL parameters of a page to which somebody else's service leads: what it does not know, it ignores (RFC 6749,
4.1.2)."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route. `scope` None with a token or a session: any valid one. `person_kind` False: a caller of
    kind `person` is refused, because a person asks one query at a time. `event` is what a request is in the audit trail
    unless its view says more; None where nothing of the registry is shown. `query` names the URL parameters that the
    route takes."""

    entrance: Entrance
    scope: Scope | None = None
    event: Event | None = None
    person_kind: bool = True
    query: frozenset[str] = frozenset()


def token(
    scope: Scope | None, *, event: Event | None = None, person_kind: bool = True, query: Iterable[str] = ()
) -> Callable[[View], View]:
    """State that a view needs a bearer token with this scope, or any valid one where it is None."""
    return _stating(Access("token", scope, event, person_kind, frozenset(query)))


def public(view: View) -> View:
    """State that a view needs no credential."""
    return _stating(Access("public"))(view)


def signed_in(
    scope: Scope | None = None, *, event: Event | None = None, query: Iterable[str] = ()
) -> Callable[[View], View]:
    """State that a view is a page of the console for whoever is signed in with this scope, or with any."""
    return _stating(Access("session", scope, event, query=frozenset(query)))


def page(event: Event | None = None, *, query: Iterable[str] = ()) -> Callable[[View], View]:
    """State that a view is a page, which looks after the sign-in itself."""
    return _stating(Access("page", event=event, query=frozenset(query)))


def operations(view: View) -> View:
    """State that a view is for the operators' network only."""
    return _stating(Access("operations"))(view)


def _stating(access: Access) -> Callable[[View], View]:
    def state(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return state


def stated_accesses(app: Flask) -> dict[str, Access]:
    """Give the access of every endpoint. Raises `ConfigurationError`, naming the routes that state none."""
    accesses = {name: getattr(view, "access", None) for name, view in app.view_functions.items()}
    silent = sorted(rule.rule for rule in app.url_map.iter_rules() if accesses.get(rule.endpoint) is None)
    if silent:
        raise ConfigurationError(f"These routes do not state who may call them: {', '.join(silent)}.")
    return {name: access for name, access in accesses.items() if access is not None}


def install_guard(app: Flask, now: Runtime) -> None:
    """Put the guard before every route of the application; call it when all routes are there.

    Raises `ConfigurationError` where a route does not state its access.
    """
    accesses = stated_accesses(app)
    networks = [ipaddress.ip_network(network) for network in now.settings.operations_from]

    @app.before_request
    def admit() -> None:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # the proxy costs at each use
        if asked.endpoint is None:
            return  # no such route: Flask answers 404 or 405 itself
        access = accesses[asked.endpoint]
        if access.event is not None:
            begin(access.event, now.trail.component, now.clock, asked, now.source_address)
        if access.entrance == "token":
            g.caller = caller = _authenticate(asked, now.credentials)
            if access.event is not None:
                g.told.caller = caller
            _check_right(access, caller)
            if access.scope is not None:
                line = line_of(asked.environ)
                now.load.check(caller, 0 if line is None else line.waiting)
                now.quotas.charge(caller, 1)
        elif access.entrance == "session":
            g.caller = caller = signed_in_caller(now)
            if access.event is not None:
                g.told.caller = caller
            _check_right(access, caller)
        elif access.entrance == "operations":
            _check_operator(asked, networks)
        if asked.environ.get("QUERY_STRING"):
            _check_parameters(asked, access.query)


def bearer_token(asked: Request) -> str | None:
    """Give the bearer token of a request, unchecked; None where there is none."""
    scheme, _, given = asked.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None


def _authenticate(asked: Request, credentials: Credentials) -> Caller:
    given = bearer_token(asked)
    caller = None if given is None else credentials.caller_of(given)
    if caller is None:
        raise Unauthorized("Send a token that is in force, as Authorization: Bearer TOKEN.")
    return caller


def _check_right(access: Access, caller: Caller) -> None:
    if access.scope is not None and access.scope not in caller.scopes:
        raise Forbidden(f"Use a token with the scope {access.scope}.")
    if access.scope in ASKERS:
        check_may_query(caller)
    if not access.person_kind and caller.kind == "person":
        raise Forbidden("A person asks one query at a time: use the single call.")


def check_may_query(caller: Caller) -> None:
    """Refuse a person of whom no agency is known: raises `Forbidden`.

    Every query names the agency that it was made for (CJIS AU-3(1), AC-2: the employer's ORI).
    """
    if caller.kind == "person" and caller.agency is None:
        raise Forbidden("Nobody queries without the ORI of their agency: ask your administrator, or call.")


def _check_operator(asked: Request, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> None:
    """Refuse whoever is not on the operators' networks, and everything that came through a proxy: the address we see
    would be the proxy's."""
    came_through_proxy = "HTTP_FORWARDED" in asked.environ or "HTTP_X_FORWARDED_FOR" in asked.environ
    try:
        address = ipaddress.ip_address(asked.environ.get("REMOTE_ADDR", ""))
    except ValueError:
        address = None
    if came_through_proxy or address is None or not any(address in network for network in networks):
        raise Forbidden("Ask from the node itself or from a network that the setting operations_from names.")


def _check_parameters(asked: Request, known: frozenset[str]) -> None:
    names = [name for name, _ in parse_qsl(asked.environ["QUERY_STRING"], keep_blank_values=True)]
    faults = [FieldFault(f"/{name}", "This URL parameter exists once.") for name in known if names.count(name) > 1]
    if known != WHATEVER and set(names) - known:
        takes = ", ".join(sorted(known)) or "none"
        faults.append(FieldFault("", f"Leave out the URL parameters that this route does not have; it takes: {takes}."))
    if faults:
        raise InvalidRequest(faults)
