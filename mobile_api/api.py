"""The lookup service: the lookup API and the roadside page, as one Flask application.

Decides which routes the service has and in which order a request meets what stands before them. Stays lean: no session
store, no stream, nothing that a lookup would have to pay for.
"""

import inspect

from flask import Flask

from lookup.clock import Clock, system_clock
from lookup.settings import Settings
from mobile_api import contacts, guidance, lookups, operations, static_files
from mobile_api.roadside import pages
from mobile_api.service_app import Frame, complete, new_service

TITLE = "Immunity lookup"
COMPONENT = "lookup"
LOOKUP_ENDPOINT = "Lookups.look_up"


def create_app(settings: Settings, *, clock: Clock = system_clock, glance_s: float = 0.0) -> Flask:
    """Make the application; for `glance_s` seconds it uses what it saw of store and keys (`lookup.glance`).

    Raises `ConfigurationError` where it must not start.
    """
    app, interface = new_service(settings, clock, Frame(TITLE, COMPONENT, glance_s))
    for blueprint in (lookups.blueprint, guidance.blueprint, contacts.blueprint, operations.blueprint):
        interface.register_blueprint(blueprint)
    app.register_blueprint(static_files.blueprint)
    app.register_blueprint(pages)
    # The wrappers that describe the view have done their work; the hot path need not go through them.
    app.view_functions[LOOKUP_ENDPOINT] = inspect.unwrap(app.view_functions[LOOKUP_ENDPOINT])
    return complete(app, interface)
