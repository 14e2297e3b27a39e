"""What a sync notes about itself for people who watch."""

from datetime import timedelta

import pytest

from indexer.progress import Silence
from indexer.sources.csv_directory import CsvDirectory
from indexer.stopping import Stoppable, Stopped, StopSignal
from indexer.work_notes import WorkNotes
from lookup.errors import SourceError
from lookup.store.protocol import Work
from tests.indexer.extracts import NOW, SmallRegistry


class Watching(Silence):
    """Progress that looks at each sign of life at what the store says of the work."""

    def __init__(self, registry: SmallRegistry) -> None:
        self.phases: list[str] = []
        self._registry = registry

    def begin(self, step: str, total: int | None) -> None:
        phase = self._registry.writer().work().phase
        if self.phases[-1:] != [phase]:
            self.phases.append(phase)


def test_a_sync_notes_its_phases(registry: SmallRegistry) -> None:
    first, second = Watching(registry), Watching(registry)
    registry.sync(first)
    registry.row("members", "TRN2")["given_names"] = "Luc"
    registry.sync(second)
    assert (first.phases, second.phases) == (["reading", "building"], ["reading", "publishing"])
    assert registry.writer().work() == Work(last_success_at=NOW)


def test_a_failure_is_noted_by_its_title_and_stays_until_the_next_one(registry: SmallRegistry) -> None:
    registry.sync()
    (registry.source / "members.csv").write_text("nothing")
    registry.clock += timedelta(hours=1)
    with pytest.raises(SourceError):
        registry.sync_as_it_lies()
    failed = Work(last_success_at=NOW, last_failure_at=registry.clock, failure=SourceError.title)
    assert registry.writer().work() == failed
    registry.clock += timedelta(hours=1)
    registry.sync()
    assert registry.writer().work().last_failure_at == failed.last_failure_at
    assert registry.writer().work().last_success_at == registry.clock


def test_a_note_that_cannot_be_written_stops_no_sync(registry: SmallRegistry) -> None:
    (registry.directory / "store" / "work.json").mkdir(parents=True)
    registry.write()
    assert registry.sync_as_it_lies().published == "generation"
    assert len(CsvDirectory(registry.source).describe().fingerprints) == 9


def test_passes_without_work_are_noted_now_and_then(registry: SmallRegistry) -> None:
    writer = registry.writer()
    notes = WorkNotes(writer, lambda: registry.clock, Silence())
    notes.succeeded()
    registry.clock += timedelta(hours=1)
    notes.succeeded()
    assert writer.work().last_success_at == NOW
    notes.stopped()
    assert writer.work().last_success_at == registry.clock


def test_work_is_left_at_its_next_sign_of_life_once_told_to_end() -> None:
    stop = StopSignal()
    progress = Stoppable(Silence(), stop)
    progress.begin("reading", None)
    progress.advance(1)
    assert not stop.wait(0)
    stop.give()
    assert stop.wait(60)
    with pytest.raises(Stopped):
        progress.advance(1)
    with pytest.raises(Stopped):
        progress.begin("reading", None)
    progress.end()
    stop.close()
