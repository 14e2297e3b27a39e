"""Following a database and a directory, in a process of its own: what goes out, what is said, and how it ends."""

import json
import re
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from lookup.errors import LeaseHeld
from tests.indexer.extracts import NOW, SMALL, SmallRegistry
from tests.indexer.following import follow_database, following, out_of_reach
from tests.indexer.sql_registry import Synced

LINE = re.compile(r"\S+Z generation \S+, revision (\d+): (.*); (\d+) refused \(\d+\.\d s\)")


def said(line: str) -> tuple[int, str, int]:
    """Give revision, what was done, and how many rows are refused."""
    match = LINE.fullmatch(line)
    assert match, line
    return int(match[1]), match[2], int(match[3])


@pytest.fixture
def filled(synced: Synced) -> Synced:
    synced.database.fill(SMALL)
    return synced


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_change_goes_out_by_itself_and_a_signal_ends_it_cleanly(filled: Synced, number: int) -> None:
    with follow_database(filled) as follower:
        assert said(follower.line()) == (0, "9 added", 0)
        first = filled.small.head()
        filled.database.change("members", "TRN2", given_names="Luc")
        assert said(follower.line()) == (1, "1 changed", 0)
        with filled.database.writing() as connection:
            filled.database.delete("premises", "p1", connection)
            filled.database.put("vehicles", connection, plate="ZZ1", mission_id="emb-fr", registration_status="eaten")
        assert said(follower.line()) == (2, "1 added, 1 deleted", 1)
        with pytest.raises(LeaseHeld), filled.small.writer().lease("another"):
            pass
        assert filled.small.head().as_of > first.as_of
        assert follower.end(number) == (0, "", "")
    assert (filled.small.standing("vehicle:ZZ1"), filled.small.standing("premises:p1")) == ("held", "deleted")
    assert filled.small.writer().work().phase == "idle"
    assert filled.small.writer().work().last_success_at is not None
    with filled.small.writer().lease("another"):
        pass


def test_killed_at_any_moment_the_next_follower_goes_on(filled: Synced) -> None:
    with follow_database(filled) as follower:
        follower.line()
        filled.database.change("members", "TRN2", given_names="Luc")
        follower.line()
        filled.database.change("members", "TRN1", given_names="Eve")
        assert follower.end(signal.SIGKILL)[0] == -signal.SIGKILL
    filled.database.delete("premises", "p1")
    with follow_database(filled) as follower:
        assert "1 deleted" in said(follower.line())[1]
        assert follower.end() == (0, "", "")
    assert filled.reconcile()[0].drifted == 0


def test_a_source_that_is_away_is_told_once_and_followed_again(filled: Synced) -> None:
    with follow_database(filled) as follower:
        follower.line()
        with out_of_reach(filled.database):
            assert json.loads(follower.complaint())["event"].startswith("The database of the source could not be read")
            assert filled.small.writer().work().failure == "The extract cannot be read"
        filled.database.change("members", "TRN2", given_names="Luc")
        assert said(follower.line()) == (1, "1 changed", 0)
        code, out, _ = follower.end()
        assert (code, out) == (0, "")


def test_a_loss_that_is_too_large_is_waited_out(filled: Synced) -> None:
    with filled.database.writing() as connection:
        for n in range(20):
            filled.database.put(
                "identity_cards", connection, card_number=f"TRNC{n + 100}", member_id="TRN1", status="active"
            )
    with follow_database(filled, "--accept-loss") as follower:
        follower.line()
        with filled.database.writing() as connection:
            for n in range(11):
                filled.database.change("identity_cards", f"TRNC{n + 100}", connection, status="eaten")
        assert "too much would be lost" in follower.complaint()
        filled.database.change("identity_cards", "TRNC100", status="active")
        assert said(follower.line())[2] == 10
        assert follower.end() == (0, "", "")


def test_another_indexer_at_work_ends_it_with_an_error(filled: Synced) -> None:
    with filled.small.writer().lease("the first"), follow_database(filled) as follower:
        assert "the first" in follower.complaint()
        assert follower.process.wait(60) == 1


def test_a_directory_is_read_when_its_files_have_changed(registry: SmallRegistry) -> None:
    registry.clock = NOW - timedelta(days=1)
    registry.write()
    with following(str(registry.source), registry.directory) as follower:
        assert said(follower.line()) == (0, "9 added", 0)
        registry.row("members", "TRN2")["given_names"] = "Luc"
        registry.write()
        assert said(follower.line()) == (1, "1 changed", 0)
        (registry.source / "members.csv").write_text("nothing")
        assert "there is no header row" in follower.complaint()
        registry.row("members", "TRN2")["given_names"] = "Eve"
        registry.write()
        assert said(follower.line()) == (2, "1 changed", 0)
        assert follower.end() == (0, "", "")


def test_lines_can_be_read_by_a_program(registry: SmallRegistry, tmp_path: Path) -> None:
    registry.write()
    with following(str(registry.source), registry.directory, None, "--json") as follower:
        assert '"published": "generation"' in follower.line()
        assert follower.end() == (0, "", "")
