"""Runs an application under gunicorn in this process, until it is told to stop.

Decides when things are opened: what would stop the start is tried here, before any worker exists; what serves is opened
in each worker, after the fork.
"""

from typing import Protocol

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from lookup.clock import system_clock
from lookup.glance import GLANCE_S
from lookup.settings import Settings
from mobile_api.gunicorn_conf import server_options
from mobile_api.replica_process import replica_beside
from mobile_api.runtime import open_runtime


class Factory(Protocol):
    """Makes an application."""

    def __call__(self, settings: Settings, *, glance_s: float) -> Flask:
        """Make it, to use for `glance_s` seconds what it saw of store and keys."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A service under gunicorn."""

    def __init__(self, factory: Factory, settings: Settings, bind: str) -> None:
        self._factory = factory
        self._settings = settings
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        """Take the options of `gunicorn_conf`."""
        for name, value in server_options(self._settings, self._bind).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in a worker."""
        return self._factory(self._settings, glance_s=GLANCE_S)


def serve_with_replica(factory: Factory, settings: Settings, bind: str) -> None:
    """Serve, and keep the replica of this node running meanwhile. Raises `ConfigurationError` where it must not
    start."""
    with replica_beside(settings):
        serve(factory, settings, bind)


def serve(factory: Factory, settings: Settings, bind: str) -> None:
    """Serve until a signal stops it; leaves with 0 then. Raises `ConfigurationError` where it must not start."""
    open_runtime(settings, system_clock, "start").close()
    Server(factory, settings, bind).run()
