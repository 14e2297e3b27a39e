"""The example settings are settings, and Elasticsearch is set up there as the tests set it up."""

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from lookup.setting_table import SETTING_NAMES
from lookup.settings import resolve_settings
from lookup.store.cluster import Access, is_cluster, read_cluster
from lookup.store.elastic.names import Names, writing_alias
from tests.deploy.files import DEPLOY, read_yaml, text_of
from tests.servers.elasticsearch_files import ROLES, USERS, NodePlan, make_security, settings_of

EXAMPLES = ("settings.example.toml", "indexer.example.toml", "keys.example.toml")
NAMES = Names("immunity")
CREATING = [
    "indices:admin/create",
    "indices:data/write/index:op_type/create",
    "indices:data/write/bulk*",
]
"""Makes an index, and documents that are not there yet."""


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
    written = [tomllib.loads(text_of(name)) for name in EXAMPLES]
    users = {
        settings[name] for settings in written for name in ("elasticsearch_user", "audit_user") if name in settings
    }
    assert users == {"api", "indexer", "keys", "audit"}
    assert {USERS[user] for user in users} == set(read_yaml("elasticsearch/roles.yml"))


def test_all_roles_end_at_the_prefix() -> None:
    roles = read_yaml("elasticsearch/roles.yml")
    names = {name for role in roles.values() for given in role["indices"] for name in given["names"]}
    assert all(name.startswith("immunity-") for name in names)


@pytest.mark.parametrize(
    ("role", "index", "is_given"),
    [
        ("immunity_indexer", NAMES.generation("g1"), True),
        ("immunity_indexer", writing_alias(NAMES.generation("g1")), True),
        ("immunity_indexer", NAMES.generations, True),
        ("immunity_indexer", NAMES.alias, True),
        ("immunity_indexer", NAMES.candidate, True),
        ("immunity_indexer", writing_alias(NAMES.control), True),
        ("immunity_indexer", writing_alias(NAMES.history), True),
        ("immunity_indexer", NAMES.access, False),
        ("immunity_indexer", NAMES.audit("202611"), False),
        ("immunity_indexer", NAMES.audit_heads, False),
        ("immunity_keys", NAMES.access, True),
        ("immunity_keys", NAMES.audit("202611"), False),
        ("immunity_keys", NAMES.generation("g1"), False),
        ("immunity_audit", NAMES.audit("202611"), True),
        ("immunity_audit", NAMES.audit_heads, True),
        ("immunity_audit", NAMES.access, False),
        ("immunity_audit", NAMES.generation("g1"), False),
    ],
)
def test_a_role_reaches_its_own_indices_and_no_other(role: str, index: str, is_given: bool) -> None:
    given = read_yaml("elasticsearch/roles.yml")[role]["indices"]
    assert any(fnmatchcase(index, name) for each in given for name in each["names"]) == is_given


def test_no_role_may_make_an_index_by_a_write() -> None:
    roles = read_yaml("elasticsearch/roles.yml")
    given = {privilege for role in roles.values() for each in role["indices"] for privilege in each["privileges"]}
    holding_auto_create = {"all", "manage", "create_index", "auto_configure", "indices:admin/auto_create"}
    assert given & holding_auto_create == set()


@pytest.mark.parametrize(
    ("name", "privileges"),
    [
        ("immunity_api", ["read"]),
        ("immunity_keys", ["read", *CREATING]),
        ("immunity_audit", CREATING),
    ],
)
def test_a_role_beside_the_indexer_changes_and_removes_nothing(name: str, privileges: list[str]) -> None:
    role = read_yaml("elasticsearch/roles.yml")[name]
    assert role["cluster"] == []
    assert [given["privileges"] for given in role["indices"]] == [privileges]


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
