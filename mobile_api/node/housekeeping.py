"""What a node does for its keys and its audit trail beside the services: it copies the one and ships the other.

Decides with what each duty works. They have a thread each, so that a long shipping delays no revocation, in a process
of their own, so that no lookup waits for them. What is done is decided by `shared_keys` and `shipping`.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from lookup.audit.places import places_of
from lookup.audit.reach import Reach
from lookup.audit.shipping import Shipping
from lookup.clock import system_clock
from lookup.errors import ConfigurationError
from lookup.logs import start_logs
from lookup.settings import Settings
from lookup.store.cluster import Cluster
from lookup.store.elastic.access_log import AccessLog
from lookup.store.elastic.audit_writing import AuditWriter
from lookup.store.open import audit_cluster_of, cluster_of
from lookup.store.sqlite.lease import hold_lease
from mobile_api.access.key_store import KeyStore
from mobile_api.access.shared_keys import SharedKeys
from mobile_api.node.companions import housekeeping_lease
from mobile_api.node.duty import Duty, Work
from mobile_api.node.housekeeping_state import HousekeepingNotes

SHIPPED_NAME = "shipped.sqlite"
"""In the data directory: how far the segments of this node are shipped."""
LEAVE_S = 2.0
"""Seconds that the duties get to end what they are at; everything they do may be stopped at every step."""
OWNER = "immunity housekeeping"

_KEYS_TROUBLE = "The keys of all nodes cannot be copied, this node goes on with those that it has"
_TRAIL_TROUBLE = "The audit trail cannot be copied to Elasticsearch, on this node it is kept all the same"


def run_housekeeping(settings: Settings) -> None:
    """Do both duties until a signal stops the process.

    Raises `ConfigurationError` for an embedded store, whose keys and trail every process on the machine has itself;
    `LeaseHeld` where another process does it already.
    """
    reader, writer = cluster_of(settings), audit_cluster_of(settings)
    if reader is None or writer is None:
        raise ConfigurationError(
            "There is nothing to copy for an embedded store: its keys and its audit trail are this directory's own. "
            "Leave the housekeeping out, or choose elasticsearch://HOST:PORT/PREFIX as the store."
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    start_logs("housekeeping", settings.node)
    with hold_lease(housekeeping_lease(settings), OWNER, system_clock):
        duties = _duties(settings, reader, writer, stop)
        for duty in duties:
            duty.start()
        stop.wait()
        for duty in duties:
            duty.join(LEAVE_S)


@contextmanager
def copying_keys(settings: Settings, cluster: Cluster) -> Iterator[Work]:
    """Open what copies the keys of all nodes to this one."""
    log = AccessLog(cluster, settings.environment)
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    with closing(log), closing(keys):
        yield SharedKeys(log, keys).catch_up


@contextmanager
def shipping_trail(settings: Settings, cluster: Cluster, stop: threading.Event) -> Iterator[Work]:
    """Open what ships the audit trail of this node."""
    writer = AuditWriter(cluster, settings.environment)
    with closing(writer):
        shipping = Shipping(places_of(settings), writer, settings.data_dir / SHIPPED_NAME, lambda: not stop.is_set())
        reach = Reach(shipping.known_as(settings.node), writer, system_clock)

        def ship() -> None:
            reach.begin()
            shipping.ship()
            if not stop.is_set():  # else it may have ended before it was through
                reach.passed()

        with closing(shipping):
            yield ship


def _duties(settings: Settings, reader: Cluster, writer: Cluster, stop: threading.Event) -> tuple[Duty, Duty]:
    notes = HousekeepingNotes(settings.data_dir, system_clock)
    keys = Duty(
        partial(copying_keys, settings, reader),
        stop,
        _KEYS_TROUBLE,
        lambda: notes.note(keys_copied_at=notes.clock(), keys_failure=None),
        lambda title: notes.note(keys_failure=title),
    )
    trail = Duty(
        partial(shipping_trail, settings, writer, stop),
        stop,
        _TRAIL_TROUBLE,
        lambda: notes.note(trail_shipped_at=notes.clock(), trail_failure=None),
        lambda title: notes.note(trail_failure=title),
    )
    return keys, trail
