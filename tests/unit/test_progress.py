"""Progress: plain lines where nobody watches, one per step."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress as RichProgress

from indexer.progress import follow_counts
from lookup.progress import Bars, Lines, show_progress


def test_a_step_is_one_plain_line_with_its_number_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress() as progress:
        assert isinstance(progress, Lines)
        progress.begin("reading members", 3000)
        progress.advance(2000)
        progress.advance(1000)
        progress.begin("sealing", None)
        progress.end()
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["reading members: 3,000 of 3,000 (0.0 s)", "sealing (0.0 s)"]
    assert captured.out == ""


def test_a_bar_is_full_when_its_step_ends() -> None:
    rich_progress = RichProgress(console=Console(file=io.StringIO()))
    bars = Bars(rich_progress)
    bars.begin("reading members", 3000)
    bars.advance(1000)
    assert rich_progress.tasks[0].percentage == pytest.approx(33.3, abs=0.1)
    bars.begin("sealing", None)
    bars.end()
    assert [task.finished for task in rich_progress.tasks] == [True, True]


def test_running_counts_become_steps() -> None:
    said: list[str] = []
    lines = Lines(said.append)
    take = follow_counts(lines)
    for done in (1, 5, 9):
        take("members", done, 9)
    take("vehicles", 2, 2)
    lines.end()
    assert [line.partition(" (")[0] for line in said] == ["members: 9 of 9", "vehicles: 2 of 2"]


def test_bytes_are_told_in_megabytes(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(unit="bytes", every_s=0) as progress:
        progress.begin("Verifying", 2_500_000)
        progress.advance(1_200_000)
        progress.advance(1_300_000)
    assert capsys.readouterr().err.splitlines() == [
        "Verifying: 1.2 MB of 2.5 MB (0.0 s)",
        "Verifying: 2.5 MB of 2.5 MB (0.0 s)",
    ]


def test_short_work_is_not_worth_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(unit="bytes") as progress:
        progress.begin("Verifying", 2_500_000)
        progress.advance(2_500_000)
    assert capsys.readouterr().err == ""
