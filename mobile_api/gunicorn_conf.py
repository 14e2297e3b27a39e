"""How gunicorn runs a service: its workers, its limits, what it writes.

Decides the server's options from our settings. Says nothing about applications.
"""

import os
from typing import Any

from lookup.settings import Settings
from mobile_api.node.trail_keeping import leave_trail
from mobile_api.service_app import Service
from mobile_api.tls import tls_options
from mobile_api.worker.log import DiscreetLog
from mobile_api.worker.worker import Worker

METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""By this the metrics library finds where the processes of a service meet, when it is imported (`metrics`)."""
GRACEFUL_S = 10
"""Seconds that running answers get when the service stops; a lookup takes milliseconds, a batch some seconds."""
TIMEOUT_S = 30
"""Seconds after which a worker that does not answer its parent is replaced."""
KEEPALIVE_S = 15
"""Seconds that an idle connection is kept for the next query of the same patrol car or proxy."""


def server_options(settings: Settings, bind: str) -> dict[str, Any]:
    """Give gunicorn's options.

    Threads (`gthread`) and not `sync` or `gevent`: measured, a third faster than `sync`, which also closes each
    connection; under gevent a wait for the disk blocks the whole worker.
    """
    return {
        "bind": bind,
        "workers": settings.workers,
        "worker_class": Worker,
        "threads": settings.threads,
        "timeout": TIMEOUT_S,
        "graceful_timeout": GRACEFUL_S,
        "keepalive": KEEPALIVE_S,
        # The default control socket is one file per user, which every instance on the machine would share.
        "control_socket_disable": True,
        "http_parser": "python",
        "sendfile": False,  # an answer goes through `worker.line`, whole
        # Without a trusted proxy nobody's word for the scheme or the address counts.
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
        "errorlog": None,  # the process has one handler for all lines (`lookup.logs`)
        "logger_class": DiscreetLog,
        "loglevel": "warning",
        # No access log: request lines are nobody's business, and the audit is another stream.
        "accesslog": None,
        "proc_name": "immunity",
        "worker_exit": _count_the_rest,
        "child_exit": _forget_worker,
    } | tls_options(settings)


def _count_the_rest(_server: Any, worker: Any) -> None:
    """Bring what a worker did at last to the trail and to the others' counts, in the worker."""
    application = getattr(worker, "wsgi", None)  # none where it could not start
    if isinstance(application, Service):
        leave_trail(application)
        application.pulse(now=True)


def _forget_worker(_server: Any, worker: Any) -> None:
    """Take a worker that is gone out of the gauges and the shares, in the parent; its counts stay."""
    worker.app.shares.leave(worker.age)
    if METRICS_VARIABLE in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - not before `server` says where

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
