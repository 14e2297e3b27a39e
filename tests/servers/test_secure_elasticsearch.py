"""The secure server keeps strangers out, and lets each role of deploy/ do its work and nothing else."""

import secrets
import ssl
import urllib.error
from typing import Any

import pytest

from lookup.store.cluster import Access, read_cluster
from lookup.store.elastic.client import building_client
from tests.servers.asking import ask
from tests.servers.elasticsearch import RunningElasticsearch
from tests.servers.elasticsearch_files import ROLES


@pytest.fixture(scope="module")
def index(secure_elasticsearch: RunningElasticsearch) -> str:
    """An index of the indexer's with one document, also reached by an alias."""
    prefix = f"immunity-{secrets.token_hex(6)}"
    allowed = [
        ("PUT", f"/{prefix}-s1-a", {"settings": {"number_of_replicas": 0}}),
        ("PUT", f"/{prefix}-s1-a/_doc/1?refresh=true", {"word": "published"}),
        ("POST", "/_aliases", {"actions": [{"add": {"index": f"{prefix}-s1-a", "alias": f"{prefix}-serving"}}]}),
    ]
    for request in allowed:
        assert secure_elasticsearch.ask(*request, user="indexer")[0] in {200, 201}
    return f"/{prefix}-s1-a"


def test_the_server_runs_with_the_roles_of_deploy(secure_elasticsearch: RunningElasticsearch) -> None:
    (node,) = secure_elasticsearch.nodes
    assert (node.folder / "config" / "roles.yml").read_bytes() == ROLES.read_bytes()


@pytest.mark.parametrize(("user", "status"), [(None, 401), ("stranger", 403), ("api", 200), ("indexer", 200)])
def test_who_may_read(secure_elasticsearch: RunningElasticsearch, index: str, user: str | None, status: int) -> None:
    assert secure_elasticsearch.ask("GET", f"{index}/_doc/1", user=user)[0] == status


def test_a_wrong_password_is_refused(secure_elasticsearch: RunningElasticsearch, index: str) -> None:
    access = Access("api", "not the password", ca=secure_elasticsearch.ca)
    assert ask(secure_elasticsearch.url, "GET", f"{index}/_doc/1", access=access)[0] == 401


def test_nobody_is_answered_without_tls(secure_elasticsearch: RunningElasticsearch) -> None:
    with pytest.raises(OSError, match=r"Remote end closed|reset"):
        ask(secure_elasticsearch.url.replace("https", "http"), "GET", "/_cluster/health")


def test_a_server_of_another_authority_is_not_believed(secure_elasticsearch: RunningElasticsearch) -> None:
    with pytest.raises(urllib.error.URLError) as refused:
        ask(secure_elasticsearch.url, "GET", "/_cluster/health")
    assert isinstance(refused.value.reason, ssl.SSLCertVerificationError)


API_MAY_NOT: list[tuple[str, str, Any]] = [
    ("PUT", "{index}/_doc/1", {"word": "changed"}),
    ("PUT", "{index}/_create/2", {"word": "new"}),
    ("DELETE", "{index}/_doc/1", None),
    ("DELETE", "{index}", None),
    ("PUT", "{index}-more", {}),
    ("PUT", "{index}/_settings", {"number_of_replicas": 1}),
    ("POST", "/_aliases", {"actions": [{"remove": {"index": "immunity-*", "alias": "immunity-*"}}]}),
    ("GET", "/_cluster/state", None),
]


@pytest.mark.parametrize(("method", "path", "body"), API_MAY_NOT, ids=lambda value: str(value)[:20])
def test_the_role_of_the_api_changes_nothing(
    secure_elasticsearch: RunningElasticsearch, index: str, method: str, path: str, body: Any
) -> None:
    assert secure_elasticsearch.ask(method, path.format(index=index), body, user="api")[0] == 403
    assert secure_elasticsearch.ask("GET", f"{index}/_doc/1", user="api")[1]["_source"] == {"word": "published"}


INDEXER_MAY_NOT: list[tuple[str, str, Any]] = [
    ("PUT", "{index}-made-by-a-write/_doc/1", {"word": "stray"}),
    ("PUT", "/other", {}),
    ("PUT", "/immunity", {}),
    ("GET", "/other/_doc/1", None),
    ("POST", "/_aliases", {"actions": [{"add": {"index": "{index}", "alias": "other"}}]}),
    ("PUT", "/_cluster/settings", {"persistent": {"action.auto_create_index": "true"}}),
    ("PUT", "/_index_template/immunity", {"index_patterns": ["immunity-*"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), INDEXER_MAY_NOT, ids=lambda value: str(value)[:20])
def test_the_role_of_the_indexer_ends_at_its_own_indices(
    secure_elasticsearch: RunningElasticsearch, index: str, method: str, path: str, body: Any
) -> None:
    assert secure_elasticsearch.ask(method, path.format(index=index), body, user="indexer")[0] == 403


def test_our_own_client_gets_in_with_user_password_and_authority(
    secure_elasticsearch: RunningElasticsearch, index: str
) -> None:
    cluster = read_cluster(secure_elasticsearch.store_url("immunity"), secure_elasticsearch.access("indexer"))
    with building_client(cluster) as client:
        assert client.get(index=index.removeprefix("/"), id="1")["_source"] == {"word": "published"}


def test_every_kind_of_work_of_the_indexer_is_allowed(secure_elasticsearch: RunningElasticsearch, index: str) -> None:
    work: list[tuple[str, str, Any]] = [
        ("PUT", f"{index}-next", {"settings": {"number_of_replicas": 0}}),
        ("PUT", f"{index}-next/_settings", {"refresh_interval": "1s"}),
        ("PUT", f"{index}-next/_create/0", {"word": "a"}),
        ("PUT", f"{index}-next/_doc/1?version=1&version_type=external", {"word": "a"}),
        ("POST", f"{index}-next/_refresh", None),
        ("POST", f"{index}-next/_forcemerge", None),
        ("GET", f"{index}-next/_search", None),
        ("GET", f"{index}-next/_mapping", None),
        ("GET", f"/_cluster/health{index}-next", None),
        ("DELETE", f"{index}-next/_doc/1?version=2&version_type=external", None),
        ("DELETE", f"{index}-next", None),
    ]
    answers = [secure_elasticsearch.ask(*request, user="indexer")[0] for request in work]
    assert [(request[:2], status) for request, status in zip(work, answers, strict=True) if status >= 300] == []
