"""How gunicorn runs a service: its workers, its limits, what it writes.

Decides the server's options from our settings. Says nothing about applications.
"""

from typing import Any

from lookup.settings import Settings
from mobile_api.worker import DiscreetLog, Worker

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
        # Without a trusted proxy nobody's word for the scheme or the address counts.
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
        "errorlog": "-",
        "logger_class": DiscreetLog,
        "loglevel": "warning",
        # No access log: request lines are nobody's business, and the audit is another stream.
        "accesslog": None,
        "proc_name": "immunity",
    }
