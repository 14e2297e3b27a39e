"""What both services have in common: the frame of a Flask application that fails safely.

Decides the order before a request reaches its view: its id, the guard, the view; and that every failure is a problem
document. Which routes there are decides each service.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, g, request
from werkzeug.routing import BaseConverter, MapAdapter

from lookup.audit.entry import Entry
from lookup.clock import Clock
from lookup.errors import AuditUnavailable
from lookup.settings import Settings
from mobile_api import security_txt
from mobile_api.access.guard import install_guard
from mobile_api.audited import Told
from mobile_api.headers import StartResponse, completing
from mobile_api.interface import Interface, new_interface, publish_description
from mobile_api.node.trail_keeping import KEEPER
from mobile_api.problems import install_problems, log_failure, log_refusal, log_unread
from mobile_api.request_ids import ENVIRON_KEY, name_request
from mobile_api.runtime import EXTENSION, Runtime, attach, open_runtime
from mobile_api.worker.line import Held, line_of

if TYPE_CHECKING:
    from mobile_api.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Frame:
    """What tells one service from the other: its title, its name in the audit trail, and for how many seconds it uses
    what it saw of store and keys (`lookup.glance`)."""

    title: str
    component: str
    glance_s: float = 0.0


class AnyId(BaseConverter):
    """An id as its source writes it, which may hold blanks and slashes."""

    part_isolating = False
    regex = r"[\s\S]+?"


class Service(Flask):
    """A Flask application whose requests have an id before anything else looks at them, and whose responses have
    their headers."""

    def wsgi_app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        name_request(environ)
        now: Runtime = self.extensions[EXTENSION]
        with now.load:
            return super().wsgi_app(environ, completing(start_response, environ, self.refused))

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the routes to a request. Ours know no hosts and redirect nowhere; what Flask finds out for these costs a
        twentieth of a lookup."""
        if request is None:
            return None
        asked = request.environ
        path = asked["PATH_INFO"].encode("latin-1").decode(errors="replace")  # as WSGI hands it on (PEP 3333)
        scheme, method = asked["wsgi.url_scheme"], asked["REQUEST_METHOD"]
        return MapAdapter(self.url_map, "", asked["SCRIPT_NAME"], "", scheme, path, method, asked["QUERY_STRING"])

    def log_exception(self, exc_info: Any) -> None:
        """Log an exception that nobody handled by its place in the code: Flask's own words hold its message."""
        log_failure(exc_info[1])

    def refused(self, status: int) -> None:
        """Note that a request was refused or failed; of a failure was told where it was met."""
        self._metrics.refused(status)
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            log_refusal(status)

    def refused_unread(self, status: int, request_id: str, error: Exception) -> None:
        """Note that a request never got here, because the server could not read it."""
        self._metrics.refused(status)
        log_unread(status, request_id, error)

    def pulse(self, *, now: bool = False) -> None:
        """Count what was done; called again and again while the process lives, and at its end `now`."""
        self._metrics.pulse(now=now)

    @property
    def _metrics(self) -> "Metrics":
        found: Metrics = self.extensions["metrics"]
        return found

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:
        """Complete a response. None leaves before its entry in the audit trail is on disk; one that cannot be
        recorded becomes a refusal. The worker holds an answer until then, so that many share a write; under another
        server, and where a response is none to a question, that is awaited here."""
        response = super().finalize_request(rv, from_error_handler)
        told: Told | None = g.pop("told", None)
        if told is None:
            return response
        now: Runtime = self.extensions[EXTENSION]
        entries = told.complete(response, now.strangers)
        line = line_of(request.environ)
        if line is not None and told.is_answer and response.status_code == HTTPStatus.OK:
            line.hold(Held(entries, partial(self._answered, told, entries), request.environ[ENVIRON_KEY]))
            return response
        try:
            if entries:
                now.trail.record(*entries)
        except AuditUnavailable as error:
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                return response  # nothing of the registry is in it
            return super().finalize_request(self.handle_user_exception(error), from_error_handler)
        self._answered(told, entries)
        return response

    def _answered(self, told: Told, entries: Sequence[Entry]) -> None:
        """Note that a request is answered and recorded."""
        self._metrics.answered(entries, time.monotonic() - told.started)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function itself: none of ours is a coroutine, and asking each one costs 2 µs a time."""
        return func


def new_service(settings: Settings, clock: Clock, frame: Frame) -> tuple[Flask, Interface]:
    """Begin a service: an application without routes, and its description."""
    app = Service("mobile_api", static_folder=None, template_folder="pages/templates")
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # a route answers to the methods that it states and no others
    app.url_map.converters["any_id"] = AnyId
    app.url_map.merge_slashes = False  # an address is right or it is 404; nothing is redirected
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider: fields stay in their order
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    now = open_runtime(settings, clock, frame.component, frame.glance_s)
    attach(app, now)
    app.extensions["metrics"] = _new_metrics(app, now)
    return app, new_interface(app, frame.title)


def _new_metrics(app: Flask, now: Runtime) -> "Metrics":
    from mobile_api.metrics import Metrics  # noqa: PLC0415 - in a worker only, see there

    return Metrics(now.trail, now.store, lambda: app.extensions.get(KEEPER))


def complete(app: Flask, interface: Interface) -> Flask:
    """End a service: describe it, then put the guard before all its routes and the problems behind them."""
    app.register_blueprint(security_txt.blueprint)
    publish_description(app, interface)
    now: Runtime = app.extensions[EXTENSION]
    install_guard(app, now)
    install_problems(app, now.phone)
    return app
