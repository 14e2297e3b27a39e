"""What root makes in a directory belongs to whom the directory belongs, so that the service can go on with it."""

import logging
import os
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

from lookup.audit.places import places_of
from lookup.audit.segment import segments_in
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.keeper import Keeper
from lookup.owner import give_file_to_owner, make_directory
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.signed_nodes import begun
from tests.audit.trails import AT, chain, events

SERVICE = (4711, 4712)
"""An account and a group that need not exist."""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 and os.environ.get("CI") != "true", reason="only root gives files away"
)


def is_of_the_tests(path: Path) -> bool:
    """Whether a directory was made for tests: those above belong to everybody."""
    return any(part.startswith("pytest-of-") for part in path.parts)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A node whose data directory belongs to the account of the service, which can come there."""
    for path in (tmp_path, *takewhile(is_of_the_tests, tmp_path.parents)):
        path.chmod(0o755)
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, *SERVICE)
    return resolve_settings({"data_dir": str(data_dir), "node": "node-1"}, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


def owners(directory: Path) -> set[tuple[int, int]]:
    found = [path.lstat() for path in (directory, *directory.rglob("*"))]
    return {(one.st_uid, one.st_gid) for one in found}


def test_all_that_root_makes_of_the_trail_and_its_heads_belongs_to_the_service(
    settings: Settings, clock: MovableClock
) -> None:
    begun(settings, clock, "commands").close()
    for _ in range(2):
        Heads(settings, clock).make()
        clock.advance(days=31)
    assert len(list(settings.data_dir.rglob("*"))) >= 7  # directories, segment, two volumes, two keys
    assert owners(settings.data_dir) == {SERVICE}


def test_the_service_goes_on_with_what_root_began(settings: Settings, clock: MovableClock) -> None:
    begun(settings, clock, "commands", "root").close()
    Heads(settings, clock).make()
    as_service(lambda: begun(settings, clock, "commands", "service").close())
    (segment,) = segments_in(places_of(settings)[0])
    assert events(chain(segment)) == ["segment.opened", "root", "service"]


def test_a_segment_of_another_account_is_passed_over_and_not_the_whole_directory(
    settings: Settings, clock: MovableClock
) -> None:
    begun(settings, clock, "commands", "root").close()
    (foreign,) = segments_in(places_of(settings)[0])
    os.chown(foreign, 0, 0)
    as_service(lambda: begun(settings, clock, "commands", "service").close())
    assert [events(chain(path)) for path in segments_in(places_of(settings)[0]) if path != foreign] == [
        ["segment.opened", "service"]
    ]
    assert not settings.audit_spool.exists()


def test_the_log_names_the_file_of_another_account_that_keeps_heads_from_being_signed(
    settings: Settings, clock: MovableClock
) -> None:
    begun(settings, clock, "commands", "root").close()
    Heads(settings, clock).make()
    volume = settings.audit_dir / "heads.jsonl"
    os.chown(volume, 0, 0)
    clock.advance(hours=1)
    told = settings.data_dir / "told"

    def keep() -> None:
        logging.getLogger("lookup.audit.signing.keeper").addHandler(logging.FileHandler(told))
        Keeper(settings, clock).keep()

    as_service(keep)
    assert told.read_text() == (
        f"no checkpoint of the audit trail can be made: {volume} belongs to another account: give it to the one that "
        "the service runs as\n"
    )


def test_a_name_that_leads_elsewhere_is_not_given_away(tmp_path: Path) -> None:
    elsewhere, directory = tmp_path / "elsewhere", tmp_path / "data"
    elsewhere.touch()
    directory.mkdir()
    os.chown(directory, *SERVICE)
    (directory / "heads.jsonl").symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic links"):
        give_file_to_owner(directory / "heads.jsonl")
    assert elsewhere.stat().st_uid == 0


def test_a_file_where_a_directory_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        make_directory(tmp_path / "file" / "below")


def as_service(work: Callable[[], object]) -> None:
    """Do some work in a process of the service's account; it must not fail."""
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        status = 1
        try:
            os.setgroups([])
            os.setgid(SERVICE[1])
            os.setuid(SERVICE[0])
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
