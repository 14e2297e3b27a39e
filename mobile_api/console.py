"""The console service: search, registry pages and status for the operations center, as a second Flask application.

Decides which routes it has. Apart from the lookup service, so that a search never makes a lookup wait.
"""

from flask import Flask

from lookup.clock import Clock, system_clock
from lookup.settings import Settings
from mobile_api import operations, registry, search, static_files, status
from mobile_api.service_app import Frame, complete, new_service

TITLE = "Immunity lookup console"
COMPONENT = "console"


def create_app(settings: Settings, *, clock: Clock = system_clock, glance_s: float = 0.0) -> Flask:
    """Make the application; for `glance_s` seconds it uses what it saw of store and keys (`lookup.glance`).

    Raises `ConfigurationError` where it must not start.
    """
    app, interface = new_service(settings, clock, Frame(TITLE, COMPONENT, glance_s))
    for blueprint in (search.blueprint, registry.blueprint, status.blueprint, operations.blueprint):
        interface.register_blueprint(blueprint)
    app.register_blueprint(static_files.blueprint)
    return complete(app, interface)
