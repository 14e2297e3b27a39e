"""Nodes whose trails are shipped into one copy in Elasticsearch, when a test says so and as far as it says."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from lookup.audit.ends import SETTLE_S
from lookup.audit.entry import Scene
from lookup.audit.places import places_of, trail_of
from lookup.audit.shipping import Shipping
from lookup.clock import Clock
from lookup.settings import Settings
from lookup.store.cluster import Access, read_cluster
from lookup.store.elastic.audit_writing import AuditWriter
from lookup.store.elastic.names import Names
from tests.servers.asking import ask

AWAY = "elasticsearch://127.0.0.1:1/nobody"
"""A store that cannot be asked."""


def node_settings(settings: Settings, directory: Path, name: str, store: str) -> Settings:
    """Settings of a node of this name with a trail of its own."""
    place = directory / name
    return replace(settings, audit_dir=place / "audit", audit_spool=place / "spool", node=name, store=store)


def write(node: Settings, clock: Clock, *make: Any) -> None:
    """Let a process of a node write entries; each of `make` makes one of a scene."""
    trail = trail_of(node, "lookup", clock=clock)
    trail.record(*(one(Scene(clock(), trail.component)) for one in make))
    trail.close()


def ship(node: Settings, url: str, reach: datetime | None = None) -> None:
    """Ship the trail of a node, tell up to when all of it is there where that is given, and let searches see it."""
    cluster = read_cluster(node.store, Access())
    with closing(AuditWriter(cluster, node.environment)) as writer:
        noted = node.audit_dir.parent / "shipped.sqlite"
        noted.parent.mkdir(parents=True, exist_ok=True)
        seconds = count(step=SETTLE_S)
        with closing(Shipping(places_of(node), writer, noted, lambda: True, lambda: next(seconds))) as shipping:
            shipping.ship()
            shipping.ship()  # also what the first look saw of segments that grow
        if reach is not None:
            writer.tell_reach(node.node, reach)
    for pattern in (Names(cluster.prefix).audits, Names(cluster.prefix).audit_reaches):
        assert ask(url, "POST", f"/{pattern}/_refresh")[0] == 200
