"""The disk of the trail is full: nothing is answered that is not recorded, and the trail says what happened."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lookup.audit.segment import segments_in
from lookup.clock import day_in_washington, system_clock
from lookup.law.load import load_policies
from lookup.law.offices import always_open
from lookup.settings import Settings
from tests.api.real_server import token_for
from tests.audit.trails import chain
from tests.faults.small_disk import SmallDisk, WithSmallDisk, small_disks
from tests.operations.processes import Service, ask, service
from tests.servers.fixtures import or_skip

SLACK = 8
"""Answers that may still fit into the last pages of segments that are open when the disk is full; each takes more than
a kilobyte of a page of four, in one worker."""


@pytest.fixture(scope="module")
def with_small_disk() -> Iterator[WithSmallDisk]:
    with or_skip(small_disks()) as found:
        yield found


@pytest.fixture
def node(settings: Settings, tmp_path: Path) -> Settings:
    """A node whose trail lies on a small disk, and whose spool on another one."""
    (tmp_path / "small").mkdir()
    audit_dir = tmp_path / "small" / "audit"
    return replace(settings, audit_dir=audit_dir, audit_spool=tmp_path / "spool", workers=1)


class Desk:
    """Asks one question again and again."""

    def __init__(self, running: Service, token: str, plate: str) -> None:
        self._running, self._token, self._plate = running, token, plate
        self.answered: list[str] = []

    def ask(self) -> tuple[int, dict[str, Any]]:
        status, body = ask(self._running.port, "/v1/lookups", self._token, {"plate": self._plate})
        told: dict[str, Any] = json.loads(body)
        if status == 200:
            self.answered.append(told["lookup_id"])
        return status, told

    def ask_times(self, times: int) -> list[int]:
        return [self.ask()[0] for _ in range(times)]


def lines_in(places: Iterable[Path]) -> list[dict[str, Any]]:
    """The lines of all segments in some places; each must be a whole chain."""
    return [line for place in places for path in segments_in(place) for line in chain(path)]


def recorded(lines: list[dict[str, Any]]) -> Counter[str]:
    """How often each lookup is recorded."""
    return Counter(line["lookup_id"] for line in lines if line["lookup_id"])


def gaps(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line["details"]["gap"] for line in lines if line["event"] == "segment.opened" and line["details"]["gap"]]


def copied(disk: Path, to: Path) -> Path:
    """The directory of segments on a small disk, which is gone when its service is."""
    shutil.copytree(disk / "audit" / "segments", to)
    return to


def test_where_spool_and_disk_are_full_nothing_is_answered_until_there_is_room(
    node: Settings, plate: str, tmp_path: Path, with_small_disk: WithSmallDisk
) -> None:
    node = replace(node, audit_spool=node.audit_dir / "spool")
    token = token_for(node, "disk full", "lookup")
    with service(node, within=with_small_disk(tmp_path / "small")) as running:
        desk, disk = Desk(running, token, plate), SmallDisk(running, tmp_path / "small")
        assert desk.ask_times(3) == [200] * 3
        disk.fill()
        last = desk.ask_times(SLACK)
        status, told = desk.ask()
        policy = load_policies().on(day_in_washington(system_clock()))
        assert (status, told["type"]) == (503, "/problems/audit-unavailable")
        assert told["phone"] == always_open(policy)[0].numbers[0]
        assert desk.ask_times(5) == [503] * 5
        disk.empty()
        assert desk.ask_times(3) == [200] * 3
        assert segments_in(disk.path / "audit" / "spool") == []
        lines = lines_in([copied(disk.path, tmp_path / "copy")])
        log = running.log()
    assert recorded(lines) == Counter(desk.answered)
    refused = 6 + last.count(503)
    assert [(gap["because"], gap["refused"]) for gap in gaps(lines)] == [("No space left on device", refused)]
    assert "the audit trail cannot be written, so nothing is answered: No space left on device" in log
    assert "the audit trail is written to its own directory again" in log
    assert plate not in log


def test_a_spool_on_another_disk_takes_what_the_full_one_does_not(
    node: Settings, plate: str, tmp_path: Path, with_small_disk: WithSmallDisk
) -> None:
    token = token_for(node, "disk full with a spool", "lookup")
    with service(node, within=with_small_disk(tmp_path / "small")) as running:
        desk, disk = Desk(running, token, plate), SmallDisk(running, tmp_path / "small")
        assert desk.ask_times(3) == [200] * 3
        disk.fill()
        assert desk.ask_times(3 * SLACK) == [200] * 3 * SLACK
        own = lines_in([copied(disk.path, tmp_path / "copy")])
        log = running.log()
        assert running.stop() == 0
    spooled = lines_in([node.audit_spool])
    assert recorded(own + spooled) == Counter(desk.answered)
    assert len(recorded(spooled)) >= 2 * SLACK
    assert [(gap["because"], gap["refused"]) for gap in gaps(spooled)] == [("No space left on device", 0)]
    assert "the audit trail goes to its spool: its directory cannot be written: No space left on device" in log


def test_a_disk_that_is_full_from_the_start_refuses_and_says_why(
    node: Settings, plate: str, tmp_path: Path, with_small_disk: WithSmallDisk
) -> None:
    node = replace(node, audit_spool=node.audit_dir / "spool")
    token = token_for(node, "disk full from the start", "lookup")
    with service(node, within=with_small_disk(tmp_path / "small")) as running:
        desk, disk = Desk(running, token, plate), SmallDisk(running, tmp_path / "small")
        disk.fill()
        assert desk.ask_times(3) == [503] * 3
        assert running.stop() == 0
    assert desk.answered == []
