"""What one look at a node tells Prometheus: its data, its replica, the indexer, its keys, the last signed head.

Decides the metrics that are the same in every process of a node and are looked up when they are asked for. A part that
cannot be read is left out, which its alert takes for what it is (deploy/prometheus/alerts.yml).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lookup.audit.signing.volumes import last_signed
from lookup.errors import ImmunityError
from lookup.release import release
from lookup.store.cluster import is_cluster
from lookup.store.protocol import Phase
from lookup.store.replica.state import ReplicaPhase
from lookup.store.replica.store import ReplicaStore
from mobile_api.node.housekeeping_state import read_housekeeping
from mobile_api.readiness import reasons_not_ready
from mobile_api.runtime import Runtime

Metrics = Iterable[Metric]


class NodeMetrics(Collector):
    """The node of this application, looked at each time that it is collected."""

    def __init__(self, now: Runtime) -> None:
        self._now = now

    def collect(self) -> Metrics:
        """Give the metrics of all parts that can be read."""
        for part in PARTS:
            try:
                yield from list(part(self._now))
            except (ImmunityError, OSError):
                continue


def _itself(now: Runtime) -> Metrics:
    itself = GaugeMetricFamily("immunity_build_info", "What runs here", labels=("release", "environment", "policy"))
    itself.add_metric((release(), now.settings.environment, now.policy().name), 1.0)
    yield itself
    yield _one("immunity_ready", "1 where a lookup can be answered now", not reasons_not_ready(now))


def _data(now: Runtime) -> Metrics:
    with now.reading() as registry:
        head = registry.head
    yield _one("immunity_data_age_seconds", "Age of the data", (now.clock() - head.as_of).total_seconds())
    limits = {"stale": now.settings.stale_after, "expired": now.settings.expire_after}
    seconds = {name: limit.total_seconds() for name, limit in limits.items()}
    yield _by("state", "immunity_data_age_limit_seconds", "Age from which data is stale, expired", seconds)
    yield _by("kind", "immunity_records", "Records that are live", head.counts)
    yield _by("table", "immunity_quarantined_rows", "Rows of the source that were refused", head.quarantine)


def _replica(now: Runtime) -> Metrics:
    if not isinstance(now.store, ReplicaStore):
        return
    state = now.store.state()
    yield _phase("immunity_replica_phase", "What the replica's process does", get_args(ReplicaPhase), state.phase)
    lag_s = state.lag_s(now.clock())
    if lag_s is not None:
        yield _one("immunity_replica_lag_seconds", "Since when the replica is not known to hold everything", lag_s)


def _indexer(now: Runtime) -> Metrics:
    work = now.store.work()
    yield _phase("immunity_indexer_phase", "What the indexer does", get_args(Phase), work.phase)
    ends = {"success": work.last_success_at, "failure": work.last_failure_at}
    moments = {how: moment.timestamp() for how, moment in ends.items() if moment is not None}
    yield _by("how", "immunity_indexer_ended_timestamp_seconds", "When a pass last ended so", moments)


def _keys(now: Runtime) -> Metrics:
    moment = now.clock()
    yield _one("immunity_keys_in_force", "API keys in force", sum(key.holds_at(moment) for key in now.keys.all_keys()))


def _audit(now: Runtime) -> Metrics:
    at = last_signed(now.settings.audit_dir)
    if at is not None:
        yield _one("immunity_audit_checkpoint_timestamp_seconds", "When a head was last signed", at.timestamp())


def _housekeeping(now: Runtime) -> Metrics:
    if not is_cluster(now.settings.store):
        return
    state = read_housekeeping(now.settings.data_dir)
    ends = {"keys": state.keys_copied_at, "trail": state.trail_shipped_at}
    moments = {duty: moment.timestamp() for duty, moment in ends.items() if moment is not None}
    yield _by("duty", "immunity_housekeeping_done_timestamp_seconds", "When a duty was last done to its end", moments)


PARTS: tuple[Callable[[Runtime], Metrics], ...] = (_itself, _data, _replica, _indexer, _keys, _audit, _housekeeping)


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))


def _by(label: str, name: str, meaning: str, values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=(label,))
    for one, value in values.items():
        family.add_metric((one,), float(value))
    return family


def _phase(name: str, meaning: str, phases: Iterable[str], present: str) -> Metric:
    """Tell a phase as Prometheus likes it: 1 for the one that is, 0 for all others."""
    return _by("phase", name, meaning, {phase: phase == present for phase in phases})
