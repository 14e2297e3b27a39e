"""Runs an application under gunicorn in this process, until it is told to stop.

Decides when things are opened: what would stop the start is tried here, before any worker exists; what serves is opened
in each worker, after the fork.
"""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

from lookup.audit.signing.keeper import Keeper
from lookup.clock import system_clock
from lookup.glance import GLANCE_S
from lookup.logs import failure_fields, start_logs
from lookup.settings import Settings
from mobile_api.gunicorn_conf import METRICS_VARIABLE, server_options
from mobile_api.node.companions import HOUSEKEEPING, REPLICA, companion_beside
from mobile_api.node.serving_mark import served
from mobile_api.node.trail_keeping import keep_trail
from mobile_api.request_ids import request_id_to_log
from mobile_api.runtime import open_runtime
from mobile_api.service_app import Service
from mobile_api.tls import tls_context
from mobile_api.worker.shares import Shares

_LOG = logging.getLogger(__name__)


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
        self.shares = Shares()
        super().__init__()

    def load_config(self) -> None:
        """Take the options of `gunicorn_conf`."""
        for name, value in server_options(self._settings, self._bind).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in a worker. One that cannot be made ends the whole service: gunicorn would print the
        text of the exception."""
        try:
            made = self._factory(self._settings, glance_s=GLANCE_S)
            return keep_trail(made) if isinstance(made, Service) else made  # others are measured beside ours
        except Exception as error:
            _LOG.error("The service cannot start: %s", error, extra=failure_fields(error))
            sys.exit(Arbiter.WORKER_BOOT_ERROR)


def serve_with_replica(factory: Factory, settings: Settings, bind: str, component: str) -> None:
    """Serve, and keep the replica of this node running meanwhile. Raises `ConfigurationError` where it must not
    start."""
    start_logs(component, settings.node)  # also for the process that keeps the replica running
    with companion_beside(settings, REPLICA):
        serve(factory, settings, bind, component)


def serve(factory: Factory, settings: Settings, bind: str, component: str) -> None:
    """Serve until a signal stops it; leaves with 0 then. `component` names the service in its log.

    Raises `ConfigurationError` where it must not start.
    """
    start_logs(component, settings.node, request_id_to_log)
    tls_context(settings)
    with companion_beside(settings, HOUSEKEEPING):
        _serve(factory, settings, bind)


def _serve(factory: Factory, settings: Settings, bind: str) -> None:
    open_runtime(settings, system_clock, "start").close()
    Keeper(settings)  # what publishes the heads of the trail must be set up rightly too
    with _meeting_place(), served(settings.data_dir):
        Server(factory, settings, bind).run()


@contextmanager
def _meeting_place() -> Iterator[None]:
    """Make a directory in which the processes of this service bring their metrics together, empty at each start."""
    parent = os.getpid()
    os.environ[METRICS_VARIABLE] = directory = tempfile.mkdtemp(prefix="immunity-metrics-")
    try:
        yield
    finally:
        if os.getpid() == parent:  # a worker that ends comes by here too
            shutil.rmtree(directory, ignore_errors=True)
