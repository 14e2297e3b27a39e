"""A service and the replica beside it, as real processes: started, started again, left alone, ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lookup.settings import Settings, resolve_settings, variables_of
from lookup.store.open import replica_directory, store_of
from lookup.store.replica.state import read_state
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.lease import is_leased
from tests.api.real_server import PROGRAM, ask, running, token_for
from tests.contract.samples import one_of_each_kind, vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node

NOWHERE = "elasticsearch://127.0.0.1:1/nobody"
"""Nothing listens at port 1: a cluster that is away."""
PATIENCE_S = 30.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "store": NOWHERE}, environ={})


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def holder(directory: StoreDirectory) -> int | None:
    """Give the process that follows in this directory."""
    return read_state(directory).process if is_leased(directory.lease) else None


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    """Give the last word of the command that a process is."""
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[-2]


def with_a_copy(settings: Settings) -> None:
    """Put a replica onto the disk, as an earlier process has left it."""
    store = MemoryStore()
    store.build(*one_of_each_kind(), vehicle("ZAB1", color="red"))
    node = Node(settings.data_dir, store)
    assert node.directory == replica_directory(settings)
    node.follow()
    node.serving.close()
    (node.directory.path / "replica.json").unlink()  # it names this process, which tests must not take for a replica


def test_a_service_keeps_a_replica_running_and_takes_it_along(settings: Settings) -> None:
    with_a_copy(settings)
    directory, token = replica_directory(settings), token_for(settings, "a test", "lookup")
    with running(settings, "serve", workers=1) as (process, base):
        wait_for(lambda: holder(directory))
        first = holder(directory)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert ask(base, "/v1/lookups", token, {"plate": "ZAB1"})[0] == 200
        wait_for(lambda: holder(directory) not in (None, first))
        second = holder(directory)
        assert second is not None
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    wait_for(lambda: not runs(second))
    assert not is_leased(directory.lease)


def test_the_replica_goes_when_its_service_is_killed(settings: Settings) -> None:
    directory = replica_directory(settings)
    with running(settings, "serve", workers=1) as (process, _):
        wait_for(lambda: holder(directory))
        follower = holder(directory)
        assert follower is not None
        process.kill()
        wait_for(lambda: not runs(follower))
    assert not is_leased(directory.lease)


@contextmanager
def replica_unit(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    """A replica that somebody else has started, as a unit of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "replica"],
        env={"PATH": os.environ["PATH"], **variables_of(settings)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: holder(replica_directory(settings)) == process.pid)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_replica_that_runs_already_is_left_alone(settings: Settings) -> None:
    directory = replica_directory(settings)
    with replica_unit(settings) as unit, running(settings, "serve", workers=1) as (process, _):
        # The keepers were forked, and have looked, long before the service was ready.
        assert [command_of(one) for child in children(process.pid) for one in children(child)] == ["housekeeping"]
        assert holder(directory) == unit.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None
        assert "lease" not in process.stderr.read()
        assert holder(directory) == unit.pid
        assert unit.poll() is None
        unit.send_signal(signal.SIGTERM)
        assert unit.wait(2) == 0


def test_a_service_starts_and_answers_while_the_cluster_is_away(settings: Settings) -> None:
    with_a_copy(settings)
    token = token_for(settings, "a test", "lookup")
    with running(settings, "serve", workers=1) as (_, base):
        status, answer = ask(base, "/v1/lookups", token, {"plate": "ZAB1"})
        assert (status, answer["freshness"]["source"]) == (200, "replica")
        assert answer["vehicle"]["plate"] == "ZAB1"


def test_a_node_with_a_copy_on_its_disk_answers_without_the_client_of_the_cluster(settings: Settings) -> None:
    """That client alone takes most of the two seconds in which a node must answer."""
    with_a_copy(settings)
    program = """
import sys
from lookup.settings import resolve_settings
from lookup.store.open import store_of
from mobile_api import api
settings = resolve_settings({})
store = store_of(settings)
with store.reading() as registry:
    assert registry.get("vehicle:ZAB1") is not None
store.close()
api.create_app(settings, glance_s=0.0)
sys.exit("elasticsearch" in sys.modules)
"""
    environ = {"PATH": os.environ["PATH"], **variables_of(settings)}
    assert subprocess.run([sys.executable, "-c", program], env=environ, check=False).returncode == 0


def test_no_replica_is_started_where_none_is_read(settings: Settings, tmp_path: Path) -> None:
    with running(replace(settings, store=f"sqlite:///{tmp_path / 'store'}"), "serve", workers=1) as (process, _):
        assert len(children(process.pid)) == 1  # the worker
    assert not replica_directory(settings).path.exists()


def test_a_replica_of_an_embedded_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-c", PROGRAM, "replica", "--store", f"sqlite:///{tmp_path}", "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "elasticsearch://HOST:PORT/PREFIX" in refused.stderr
    assert not (tmp_path / "replica").exists()


def test_settings_survive_as_variables_with_their_secrets(tmp_path: Path) -> None:
    given = {
        "data_dir": str(tmp_path),
        "store": "elasticsearchs://127.0.0.1:9200/immunity",
        "reading": "direct",
        "elasticsearch_user": "immunity-reader",
        "elasticsearch_password": 'a secret = of "ours"',
        "elasticsearch_ca": str(tmp_path / "ca.pem"),
        "stale_after": "90 min",
        "operations_from": "10.1.2.0/24,::1/128",
        "trusted_proxies": "",
        "workers": "7",
    }
    settings = resolve_settings(given, environ={})
    again = resolve_settings({}, environ=variables_of(settings))
    assert again == settings


def test_a_settings_object_says_which_store_is_opened(settings: Settings) -> None:
    with closing(store_of(settings)) as store:
        assert [way.source for way in store.ways()] == ["replica", "elasticsearch"]
