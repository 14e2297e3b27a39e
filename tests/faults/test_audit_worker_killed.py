"""Workers killed under load: no answer that anybody received is missing in the trail."""

import http.client
import json
import os
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from lookup.audit.places import places_of
from lookup.audit.segment import segments_in
from lookup.audit.verifying.verification import Evidence
from lookup.audit.verifying.verify import verify
from lookup.settings import Settings
from tests.api.real_server import token_for
from tests.audit.signed_nodes import checkpoints
from tests.audit.trails import chain
from tests.operations.processes import Service, ask, service

ANSWERS = 200
KILL_EACH = 40
"""Answers after which a worker is killed: four times in a run."""
KILLS = ANSWERS // KILL_EACH - 1
ASKERS = 6


@pytest.fixture
def node(settings: Settings, tmp_path: Path) -> Settings:
    """A node with a trail of its own."""
    return replace(settings, audit_dir=tmp_path / "audit", audit_spool=tmp_path / "spool")


class Crowd:
    """Asks until there are enough answers, and kills a worker from time to time."""

    def __init__(self, running: Service, token: str, plate: str) -> None:
        self._running, self._token, self._plate = running, token, plate
        self._counting = threading.Lock()
        self.answers: list[str] = []
        self.killed: list[int] = []

    def ask_on(self) -> None:
        while len(self.answers) < ANSWERS:
            try:
                status, body = ask(self._running.port, "/v1/lookups", self._token, {"plate": self._plate})
            except (OSError, http.client.HTTPException):
                continue  # of a worker that was killed meanwhile: nobody was answered
            assert status == 200
            self._count(json.loads(body)["lookup_id"])

    def _count(self, lookup_id: str) -> None:
        with self._counting:
            self.answers.append(lookup_id)
            if len(self.answers) % KILL_EACH == 0 and len(self.killed) < KILLS:
                victim = next(pid for pid in self._running.workers() if _writes_a_segment(pid))
                os.kill(victim, signal.SIGKILL)
                self.killed.append(victim)


def _writes_a_segment(pid: int) -> bool:
    """Tell whether a worker has answered anything yet."""
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(FileNotFoundError):  # of a connection that was closed just now
            if "/segments/" in str(descriptor.readlink()):
                return True
    return False


def test_every_answer_that_was_received_is_in_the_trail_of_a_worker_that_was_killed(node: Settings, plate: str) -> None:
    token = token_for(node, "worker killed", "lookup")
    with service(node, workers="2", threads="4") as running:
        crowd = Crowd(running, token, plate)
        with ThreadPoolExecutor(ASKERS) as pool:
            for asker in [pool.submit(crowd.ask_on) for _ in range(ASKERS)]:
                asker.result()
        assert running.stop() == 0
    final = {head.name: head for one in checkpoints(node) for head in one.segments if head.is_final}
    segments = segments_in(node.audit_dir / "segments")
    assert sorted(final) == [path.name for path in segments]
    lines = {path.name: chain(path, final[path.name].torn) for path in segments}
    recorded = Counter(line["lookup_id"] for own in lines.values() for line in own)
    assert {lookup_id: recorded[lookup_id] for lookup_id in crowd.answers} == dict.fromkeys(crowd.answers, 1)
    for name, head in final.items():
        assert (head.sequence, head.hash) == (lines[name][-1]["sequence"], lines[name][-1]["hash"])
        assert (head.state == "closed") == (lines[name][-1]["event"] == "segment.closed")
    assert len(crowd.killed) == KILLS
    assert Counter(head.state for head in final.values())["ended"] == KILLS
    assert segments_in(node.audit_spool) == []
    verified = verify(Evidence(node.audit_dir, places_of(node)))
    assert (verified.is_intact, verified.segments, verified.unsigned) == (True, len(segments), 0)
