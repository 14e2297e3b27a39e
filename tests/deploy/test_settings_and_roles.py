"""The example settings are settings, and Elasticsearch is set up there as the tests set it up."""

import re
import tomllib
from pathlib import Path

import pytest

from lookup.settings import SETTING_NAMES, resolve_settings
from lookup.store.cluster import Access, is_cluster, read_cluster
from tests.deploy.files import DEPLOY, read_yaml, text_of
from tests.servers.elasticsearch_files import ROLES, USERS, NodePlan, make_security, settings_of

EXAMPLES = ("settings.example.toml", "indexer.example.toml")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_holds_settings_that_are_taken(name: str) -> None:
    settings = resolve_settings({}, DEPLOY / name, environ={})
    from_file = {setting for setting, origin in settings.origins.items() if origin == "file"}
    assert from_file == set(tomllib.loads(text_of(name))) <= SETTING_NAMES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_reaches_the_cluster_by_tls_under_the_prefix_of_the_roles(name: str) -> None:
    settings = resolve_settings({}, DEPLOY / name, environ={})
    assert is_cluster(settings.store)
    cluster = read_cluster(settings.store, Access())
    assert [node.partition("://") for node in cluster.nodes] == [("https", "://", "elasticsearch:9200")]
    assert cluster.prefix == "immunity"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_holds_no_password(name: str) -> None:
    values = re.findall(r'^\w*password = "(.*)"$', text_of(name), flags=re.MULTILINE)
    assert values
    assert all(value.startswith("<") for value in values)


def test_the_users_of_the_examples_are_those_of_the_roles() -> None:
    users = {tomllib.loads(text_of(name))["elasticsearch_user"] for name in EXAMPLES}
    assert users == {"api", "indexer"}
    assert {USERS[user] for user in users} == set(read_yaml("elasticsearch/roles.yml"))


def test_both_roles_end_at_the_prefix() -> None:
    roles = read_yaml("elasticsearch/roles.yml")
    assert {name for role in roles.values() for given in role["indices"] for name in given["names"]} == {"immunity-*"}


def test_no_role_may_make_an_index_by_a_write() -> None:
    roles = read_yaml("elasticsearch/roles.yml")
    given = {privilege for role in roles.values() for each in role["indices"] for privilege in each["privileges"]}
    holding_auto_create = {"all", "manage", "create_index", "auto_configure", "indices:admin/auto_create"}
    assert given & holding_auto_create == set()


def test_the_role_of_the_api_holds_no_privilege_that_writes() -> None:
    role = read_yaml("elasticsearch/roles.yml")["immunity_api"]
    assert role["cluster"] == []
    assert [given["privileges"] for given in role["indices"]] == [["read"]]


def test_the_tests_run_with_the_roles_of_deploy() -> None:
    assert ROLES == DEPLOY / "elasticsearch" / "roles.yml"


def test_the_tests_run_with_the_security_of_deploy(tmp_path: Path) -> None:
    deployed = {
        name: value
        for name, _, value in (line.partition(": ") for line in text_of("elasticsearch/elasticsearch.yml").splitlines())
        if name.startswith(("xpack.", "action."))
    }
    tested = settings_of(NodePlan(0, (9200,), (9300,), 256), tmp_path, make_security(tmp_path))
    assert {name: value for name, value in tested.items() if name.startswith(("xpack.", "action."))} == deployed
