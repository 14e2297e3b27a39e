"""The awkward extract, synced once by the real command: first as the authority hands it over, then with its later
version on top."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.oracle.awkward import write_awkward, write_awkward_later
from tests.oracle.records import Registry
from tests.oracle.registry import registry_after


@dataclass(frozen=True)
class Synced:
    """A published store, and what the oracle says that the registry holds after the same extracts."""

    store: str
    expected: Registry
    extract: Path


def run_sync(extract: Path, data: Path, *options: str) -> None:
    """Sync an extract with the real command."""
    command = [sys.executable, "-m", "lookup", "sync", str(extract), "--data-dir", str(data), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _synced(home: Path, *writers: Callable[[Path], None]) -> Synced:
    extracts = []
    for number, write in enumerate(writers):
        extracts.append(home / f"extract-{number}")
        write(extracts[-1])
        run_sync(extracts[-1], home / "data", "--accept-loss")
    return Synced(f"sqlite:///{home / 'data' / 'store'}", registry_after(*extracts), extracts[-1])


@pytest.fixture(scope="session", params=["first extract", "second extract"])
def synced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Synced:
    """The store after one extract, and after two."""
    writers = [write_awkward] if request.param == "first extract" else [write_awkward, write_awkward_later]
    return _synced(tmp_path_factory.mktemp("awkward"), *writers)
