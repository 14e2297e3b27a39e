"""The replica of a node as the lookup uses it: the file that the replica's process keeps, and the store behind it.

Decides what is read here and what of the store directly. Following, copying and checking are the process's; reading a
file is that of `sqlite.store`.
"""

from collections.abc import Sequence

from lookup.store.protocol import PublishedVersion, Store, Work
from lookup.store.replica.state import ReplicaState, read_state
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.pointer import Pointer, check_environment
from lookup.store.sqlite.store import SqliteStore


class ReplicaStore(SqliteStore):
    """The replica in `directory`, and `direct`, the store that it is a copy of. Raises `ConfigurationError` where the
    copy is of another environment. One of another schema does not stop the start: the store is asked directly until
    the replica's process has copied it anew."""

    _nothing = "Nothing was published in the store yet, or this node's replica has not copied it yet."

    def __init__(self, directory: StoreDirectory, environment: str, direct: Store) -> None:
        super().__init__(directory, environment)
        self._direct = direct

    @property
    def source(self) -> str:
        """What answers name as their source."""
        return "replica"

    def ways(self) -> Sequence[Store]:
        """Give the copy, then the store itself."""
        return self, self._direct

    def history(self, key: str) -> list[PublishedVersion]:
        """Give every version of a record that was ever published: the store keeps them, the copy does not."""
        return self._direct.history(key)

    def body(self, key: str, version: str) -> str | None:
        """Give the canonical body of a version, from the store."""
        return self._direct.body(key, version)

    def work(self) -> Work:
        """Say what the indexer is doing, by the store."""
        return self._direct.work()

    def state(self) -> ReplicaState:
        """Say how the replica's process is doing."""
        return read_state(self._directory)

    def close(self) -> None:
        """Give back what is held open, of the store too."""
        super().close()
        self._direct.close()

    def _check_at_start(self, pointer: Pointer) -> None:
        check_environment(pointer.environment, self._environment)
