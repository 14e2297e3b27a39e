"""compose.yaml and the Containerfile: they call what exists, hold no secret, and name only files that are there."""

import re
import tomllib
from typing import Any

import pytest

from tests.deploy.files import DEPLOY, ROOT, read_yaml, text_of
from tests.docs.command_line import parse_call
from tests.servers.distribution import VERSION

COMPOSE: dict[str, Any] = read_yaml("compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "immunity-lookup"}


def test_it_is_elasticsearch_an_indexer_two_nodes_and_the_console_behind_nginx() -> None:
    assert set(SERVICES) == {"elasticsearch", "indexer", "node-1", "node-2", "console", "nginx"}
    assert set(OURS) == {"indexer", "node-1", "node-2", "console"}


@pytest.mark.parametrize("name", OURS)
def test_a_service_calls_a_command_that_exists(name: str) -> None:
    parse_call(OURS[name]["command"])


def test_the_indexer_follows() -> None:
    assert OURS["indexer"]["command"][:2] == ["sync", "--follow"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_the_health_check_of_the_indexer_is_a_command_that_exists() -> None:
    kind, program, *words = OURS["indexer"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "immunity")
    parse_call(words)


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_may_do_nothing_but_its_work(name: str) -> None:
    service = OURS[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    before = {name for name, service in SERVICES.items() if "front" in service["networks"]}
    assert before == {"nginx", "node-1", "node-2", "console"}
    assert COMPOSE["networks"]["back"] == {"internal": True}


def test_the_nodes_share_their_keys_and_not_their_replica() -> None:
    first, second = (set(OURS[name]["volumes"]) for name in ("node-1", "node-2"))
    assert first & second == {"keys:/var/lib/immunity"}
    assert first ^ second == {"replica-1:/var/lib/immunity/replica", "replica-2:/var/lib/immunity/replica"}


def test_the_console_has_the_accounts_and_a_replica() -> None:
    assert OURS["console"]["volumes"] == OURS["node-1"]["volumes"]


def test_no_secret_stands_in_the_file() -> None:
    assert re.findall(r"(?i)(password|api_key|token)\w*\s*[:=]", text_of("compose.yaml")) == []
    assert all(place["file"].startswith("./secrets/") for place in COMPOSE["secrets"].values())


def test_what_is_mounted_from_here_is_here_or_secret() -> None:
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    named = {path for path in mounted if path.startswith("./") and not path.startswith("./secrets/")}
    assert named == {"./elasticsearch/elasticsearch.yml", "./elasticsearch/roles.yml", "./nginx.conf"}
    assert all((DEPLOY / path).is_file() for path in named)


def test_every_volume_and_network_that_is_used_is_declared() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    networks = {network for service in SERVICES.values() for network in service["networks"]}
    assert {name for name in mounted if re.fullmatch(r"[a-z0-9-]+", name)} == set(COMPOSE["volumes"])
    assert networks == set(COMPOSE["networks"])


def test_elasticsearch_is_of_the_version_that_the_tests_run_against() -> None:
    assert SERVICES["elasticsearch"]["image"] == f"elasticsearch:{VERSION}"


def test_the_proxy_that_is_trusted_is_the_one_of_the_front_network() -> None:
    (front,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert tomllib.loads(text_of("settings.example.toml"))["trusted_proxies"] == [front["subnet"]]


def test_the_container_is_made_of_what_the_project_has_and_does_not_run_as_root() -> None:
    lines = text_of("Containerfile").splitlines()
    copied = {name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]}
    assert all((ROOT / name).exists() for name in copied)
    assert {"lookup", "indexer", "mobile_api", "requirements.lock"} <= copied
    assert [line for line in lines if line.startswith("USER ")] == ["USER immunity"]
    assert any("--require-hashes" in line for line in lines)
