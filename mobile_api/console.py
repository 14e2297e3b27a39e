"""The console service: search, registry pages and status for the operations center, as a second Flask application.

Decides which routes it has. Apart from the lookup service, so that a search never makes a lookup wait.
"""

from flask import Flask

from lookup.clock import Clock, system_clock
from lookup.settings import Settings
from mobile_api import (
    audit_trail,
    console_pages,
    openid_sign_in,
    operations,
    password_page,
    past_lookups,
    registry,
    search,
    sign_in,
    static_files,
    status,
)
from mobile_api.access.console_session import ConsoleSessions, find_visit
from mobile_api.access.forms import install_forms
from mobile_api.runtime import EXTENSION, Runtime
from mobile_api.service_app import Frame, complete, new_service

TITLE = "Immunity lookup console"
COMPONENT = "console"


def create_app(settings: Settings, *, clock: Clock = system_clock, glance_s: float = 0.0) -> Flask:
    """Make the application; for `glance_s` seconds it uses what it saw of store and keys (`lookup.glance`).

    Raises `ConfigurationError` where it must not start.
    """
    app, interface = new_service(settings, clock, Frame(TITLE, COMPONENT, glance_s))
    for module in (search, registry, past_lookups, audit_trail, status, operations):
        interface.register_blueprint(module.blueprint)
    for plain in (
        static_files.blueprint,
        sign_in.pages,
        openid_sign_in.pages,
        console_pages.pages,
        password_page.pages,
    ):
        app.register_blueprint(plain)
    now: Runtime = app.extensions[EXTENSION]
    app.session_interface = ConsoleSessions()
    app.before_request(find_visit)
    complete(app, interface)
    install_forms(app, now)
    return app
