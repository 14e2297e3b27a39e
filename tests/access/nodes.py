"""Nodes of one store, each a data directory with its keys, as tests of what they share use them."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lookup.clock import system_clock
from lookup.settings import Settings, resolve_settings
from lookup.store.cluster import Access, read_cluster
from lookup.store.elastic.access_log import AccessLog
from lookup.store.open import NOBODY
from mobile_api.access.caller import Scope
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest
from mobile_api.access.shared_keys import SharedKeys


def request(name: str, *scopes: Scope) -> KeyRequest:
    return KeyRequest(name, frozenset(scopes or ("lookup",)))


@dataclass(frozen=True)
class Node:
    """A node: its data directory, and the store that it shares with the others."""

    data_dir: Path
    store: str
    access: Access = NOBODY

    @property
    def settings(self) -> Settings:
        return resolve_settings({"data_dir": str(self.data_dir), "store": self.store}, environ={})

    @contextmanager
    def keys(self) -> Iterator[KeyStore]:
        """The keys that this node knows."""
        self.data_dir.mkdir(exist_ok=True)
        with closing(KeyStore(self.data_dir, "training", system_clock)) as keys:
            yield keys

    @contextmanager
    def shared(self) -> Iterator[SharedKeys]:
        """The keys of all nodes, as this one sees them."""
        with self.keys() as keys, closing(AccessLog(read_cluster(self.store, self.access), "training")) as log:
            yield SharedKeys(log, keys)

    def create(self, name: str) -> str:
        """Make a key for all nodes, and give its token."""
        with self.shared() as shared:
            return shared.create(request(name))[1]

    def revoke(self, name: str) -> None:
        with self.shared() as shared:
            shared.revoke(name)

    def catch_up(self) -> bool:
        with self.shared() as shared:
            return shared.catch_up()

    def knows(self, token: str) -> bool:
        """Whether this node lets the owner of a token in."""
        with self.keys() as keys:
            return keys.authenticate(token) is not None

    def names(self) -> list[str]:
        with self.keys() as keys:
            return sorted(key.name for key in keys.all_keys())


def make_nodes(directory: Path, store: str, *numbers: int, access: Access = NOBODY) -> list[Node]:
    """Make nodes with one pepper."""
    nodes = [Node(directory / f"node-{number}", store, access) for number in numbers]
    with nodes[0].keys():
        pass
    for node in nodes[1:]:
        node.data_dir.mkdir()
        shutil.copy(nodes[0].data_dir / "pepper.key", node.data_dir)
    return nodes
