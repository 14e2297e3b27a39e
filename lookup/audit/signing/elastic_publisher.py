"""Publishes signed heads in Elasticsearch, in an index whose role can only create documents.

Decides when the client is opened: at the first head, so that a process which makes none does not wait for it. Other
places are those of `publishing`.
"""

from typing import TYPE_CHECKING

from lookup.errors import ConfigurationError
from lookup.settings import Settings
from lookup.store.open import audit_cluster_of

if TYPE_CHECKING:
    from lookup.store.elastic.audit_writing import AuditWriter


class ElasticPublisher:
    """The index of heads of the store that the settings name. Used by one thread. Raises `ConfigurationError` where the
    store is embedded."""

    def __init__(self, settings: Settings, request_s: float) -> None:
        cluster = audit_cluster_of(settings)
        if cluster is None:
            raise ConfigurationError(
                "The setting audit_publish names elasticsearch, and the store is not there: name another place."
            )
        self._cluster = cluster
        self._environment = settings.environment
        self._request_s = request_s
        self._writer: AuditWriter | None = None

    def publish(self, text: bytes) -> None:
        """Keep a line of the heads; one that is there already is as good. Raises `CouldNotSearch` where it is not."""
        if self._writer is None:
            from lookup.store.elastic.audit_writing import AuditWriter  # noqa: PLC0415 - takes more than a second

            self._writer = AuditWriter(self._cluster, self._environment, self._request_s)
        self._writer.publish(text.rstrip(b"\n"))
