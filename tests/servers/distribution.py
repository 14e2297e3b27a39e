"""The Elasticsearch that the tests run against: which version, from where, and that it is the right one.

Decides what is fetched and that nothing is run whose digest does not stand here. It is the distribution for
integration tests: the real server without its optional modules, and without a Java runtime of its own. Its licence lets
us run it and not pass it on, so it is fetched and never kept in the project.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import platformdirs

from tests.servers.missing import MissingPiece, program

VERSION = "8.19.21"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
DIGEST = "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a"
"""The SHA-256 of the archive of this version."""
FETCH_S = 600
"""107 MB over a slow line."""


class WrongArchive(Exception):
    """What was fetched is not what is named here."""


def archive() -> Path:
    """Give the archive, fetched where it is not in the cache of this user yet.

    Raises `MissingPiece` where it cannot be fetched, and `WrongArchive` where something else came.
    """
    cached = platformdirs.user_cache_path("immunity-lookup-tests") / f"elasticsearch-{VERSION}.zip"
    if not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cached.parent) as beside:
            fetched = _fetch(Path(beside))
            check(fetched)
            fetched.replace(cached)
    check(cached)
    return cached


def check(path: Path) -> None:
    """Compare a file with the digest. Raises `WrongArchive`."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != DIGEST:
            raise WrongArchive(f"{path.name} is not Elasticsearch {VERSION} as expected: remove it and try again.")


def unpack(directory: Path) -> Path:
    """Unpack the archive below a directory and give the server's home."""
    with zipfile.ZipFile(archive()) as content:
        content.extractall(directory)
    home = directory / f"elasticsearch-{VERSION}"
    for tool in (home / "bin").iterdir():
        tool.chmod(0o755)  # zipfile drops the execute bit
    return home


def java_home() -> Path:
    """Give the Java runtime: that of `ES_JAVA_HOME`, else the one on the path. Raises `MissingPiece`."""
    named = os.environ.get("ES_JAVA_HOME")
    return Path(named) if named else program("java", "openjdk-17-jre-headless").parents[1]


def _fetch(directory: Path) -> Path:
    """Bring the archive with Maven, which knows its own sources and mirrors."""
    options = ["-B", "-q", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={directory}"]
    command = [str(program("mvn", "maven")), *options, "dependency:copy"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=FETCH_S, check=False)
    found = list(directory.glob("*.zip"))
    if done.returncode or len(found) != 1:
        raise MissingPiece(f"Elasticsearch {VERSION} for tests, which Maven could not fetch ({ARTIFACT})")
    return found[0]


if __name__ == "__main__":
    try:
        archive()
    except MissingPiece as lack:
        print(f"missing: {lack}, which the tests against Elasticsearch need")  # noqa: T201 - what `make setup` says
    except WrongArchive as error:
        sys.exit(str(error))
