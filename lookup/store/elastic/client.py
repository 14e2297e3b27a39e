"""How we speak to Elasticsearch: where it is, as whom, how long we wait, and what its errors mean to us.

Decides the two clients (serving: impatient; building: patient), that a partial answer is no answer, and that every
failure is `CouldNotSearch`, `NoAnswer` where the cluster is at fault. Made after the process forked: a client is safe
between threads, not across a fork. The library is imported here and nowhere else, and takes more than a second, so this
module is imported only where used.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeAlias

from elastic_transport import ObjectApiResponse
from elasticsearch import ApiError, Elasticsearch, SerializationError, TransportError
from elasticsearch.helpers import BulkIndexError

from lookup.errors import ConfigurationError, CouldNotSearch
from lookup.store.cluster import Cluster

SERVING_TIMEOUT_S = 0.5
"""How long one attempt of a reader may take: a get takes about 2 ms."""
BUILDING_TIMEOUT_S = 120.0
"""How long one attempt of the indexer may take: a bulk of some MB on a busy node, a refresh after a build."""
BUILDING_RETRIES = 3
BUSY_PAUSES_S = (1.0, 5.0, 20.0)
"""How long the indexer waits before it asks a busy cluster again: a node that is out of memory for the moment needs
some seconds to tidy up."""

Client: TypeAlias = Elasticsearch
Call: TypeAlias = Callable[[Client], ObjectApiResponse[Any]]
"""One request, made with the client that it is given."""
Ask: TypeAlias = Callable[[str, Call], Mapping[str, Any]]
"""Makes a request in its own time limits and gives the answer. The text completes "Elasticsearch failed while …".
Raises `CouldNotSearch`."""


class NoAnswer(CouldNotSearch):
    """The cluster did not answer, or not in time: any other question would fare the same just now."""


class Busy(NoAnswer):
    """The cluster refused a request because it has too much to do: nothing was done, so it can be made again."""


def serving_client(cluster: Cluster) -> Elasticsearch:
    """Open a client for readers: one attempt and at most one more, on another node, within the budget of the caller."""
    return _client(cluster, timeout_s=SERVING_TIMEOUT_S, retries=1)


def building_client(cluster: Cluster) -> Elasticsearch:
    """Open a client for the indexer: patient, and it compresses what it sends where the cluster is elsewhere."""
    return _client(cluster, timeout_s=BUILDING_TIMEOUT_S, retries=BUILDING_RETRIES)


def _client(cluster: Cluster, timeout_s: float, retries: int) -> Elasticsearch:
    access = cluster.access
    options: dict[str, Any] = {}
    if access.api_key is not None:
        options["api_key"] = access.api_key
    elif access.user is not None:
        options["basic_auth"] = (access.user, access.password or "")
    if access.ca is not None:
        if not access.ca.is_file():
            raise ConfigurationError("Setting elasticsearch_ca names a file that is not there.")
        options["ca_certs"] = str(access.ca)
    return Elasticsearch(
        list(cluster.nodes), request_timeout=timeout_s, max_retries=retries, retry_on_timeout=retries > 0, **options
    )


def patiently(client: Client, pauses_s: Sequence[float] = ()) -> Ask:
    """Ask with the time limits that the client has of itself; where the cluster is too busy, again after each of these
    pauses."""

    def ask_once(doing: str, call: Call) -> Mapping[str, Any]:
        with own_errors(doing):
            answer: Mapping[str, Any] = call(client).body
            return answer

    def ask(doing: str, call: Call) -> Mapping[str, Any]:
        for pause_s in pauses_s:
            try:
                return ask_once(doing, call)
            except Busy:
                time.sleep(pause_s)
        return ask_once(doing, call)

    return ask


@contextmanager
def own_errors(doing: str) -> Iterator[None]:
    """Say in our words what the client raises; its own text may quote a document. `doing` completes "Elasticsearch
    failed while …"."""
    try:
        yield
    except ApiError as error:
        kind = _kind_of(error.body)
        busy = error.status_code == HTTPStatus.TOO_MANY_REQUESTS
        shape = Busy if busy else NoAnswer if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else CouldNotSearch
        raise shape(f"Elasticsearch failed while {doing} ({error.status_code}{kind}).") from None
    except (SerializationError, BulkIndexError) as error:
        raise CouldNotSearch(f"Elasticsearch failed while {doing} ({type(error).__name__}).") from None
    except TransportError as error:
        raise NoAnswer(f"Elasticsearch failed while {doing} ({type(error).__name__}).") from None


def whole(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the answer to a search. Raises `CouldNotSearch` where it timed out or a shard did not answer: what is
    missing then would look like nothing found."""
    shards = answer.get("_shards", {})
    if answer.get("timed_out") or shards.get("failed", 1) or shards.get("successful", 0) != shards.get("total", 1):
        raise CouldNotSearch("Elasticsearch answered in part only: a shard is missing or it ran out of time.")
    return answer


def _kind_of(body: object) -> str:
    """Give the type of an error, such as `index_not_found_exception`: a word of Elasticsearch, never of a document."""
    error = body.get("error") if isinstance(body, dict) else None
    kind = error.get("type") if isinstance(error, dict) else None
    return f", {kind}" if isinstance(kind, str) else ""
