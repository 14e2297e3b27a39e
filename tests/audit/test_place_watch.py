"""An alert where the disks of the trail take nothing, also while nobody asks anything."""

from dataclasses import replace
from pathlib import Path

import pytest

from lookup.audit.signing.keeper import Keeper
from lookup.settings import Settings, resolve_settings
from tests.audit.trails import AT, Node


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


@pytest.fixture
def settings(node: Node, tmp_path: Path) -> Settings:
    settings = resolve_settings({"data_dir": str(tmp_path / "data")}, environ={})
    return replace(settings, audit_dir=node.own.parent, audit_spool=node.spool)


@pytest.mark.parametrize("name", ["directory", "spool"])
def test_a_place_that_cannot_be_written_is_told_when_it_begins_and_when_it_is_over(
    node: Node, settings: Settings, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(settings, node.clock)
    keeper.keep()
    with caplog.at_level("WARNING", logger="lookup.audit.place_watch"):
        with node.broken(node.own if name == "directory" else node.spool):
            for _ in range(2):
                keeper.keep()
                node.clock.advance(seconds=15)
            assert keeper.state.unwritable == {name: AT}
        keeper.keep()
    assert keeper.state.unwritable == {}
    told = [record.getMessage() for record in caplog.records if record.name == "lookup.audit.place_watch"]
    assert told == [
        f"the {name} of the audit trail cannot be written: Not a directory",
        f"the {name} of the audit trail can be written again",
    ]


def test_looking_leaves_nothing_behind(node: Node, settings: Settings) -> None:
    Keeper(settings, node.clock).keep()
    assert [list(node.own.iterdir()), list(node.spool.iterdir())] == [[], []]
