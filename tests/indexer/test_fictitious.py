"""The invented registry as an extract: whole, valid, the same everywhere, in true proportions, and flat in memory."""

import csv
import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from indexer.reading import read_row
from indexer.refusals import refuse_and_mark
from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.fictitious import generate
from indexer.sources.fictitious.missions import plan
from indexer.staging import Staging
from indexer.tables import TABLES
from lookup.errors import ConfigurationError
from lookup.law.terms import CATEGORIES, MISSION_KINDS

ON = date(2026, 11, 22)
NAMES = [f"{table.name}.csv" for table in TABLES]

RUN = """
import sys
from datetime import date
from pathlib import Path
from indexer.sources.fictitious import generate
generate(Path(sys.argv[1]), members=300, seed=5, on=date(2026, 11, 22))
"""


def digests(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}


def rows(directory: Path, table: str) -> list[dict[str, str]]:
    with (directory / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refused(directory: Path, workspace: Path) -> list[tuple[object, ...]]:
    """Read an extract as a sync reads it; give table, line, column and reason of each refused row."""
    source = CsvDirectory(directory)
    with Staging(workspace) as staging:
        for table in TABLES:
            for _ in staging.add(read_row(table, row) for row in source.rows(table, pytest.fail)):
                pass
        staging.index()
        refuse_and_mark(staging)
        return list(staging.ask("SELECT source, line, fault, reason FROM rows WHERE reason IS NOT NULL"))


def peak_memory(directory: Path, members: int) -> int:
    tracemalloc.start()
    try:
        generate(directory, members=members, seed=1, on=ON)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path / "one", members=800, seed=5, on=ON)
    generate(tmp_path / "two", members=800, seed=5, on=ON)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_hash_order_time_zone_and_locale_of_the_machine_change_nothing(tmp_path: Path) -> None:
    machines = [("1", "Asia/Tokyo", "C"), ("2", "America/Los_Angeles", "C.UTF-8")]
    for hash_seed, zone, locale in machines:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone, "LC_ALL": locale}
        directory = tmp_path / hash_seed
        subprocess.run([sys.executable, "-c", RUN, str(directory)], check=True, env=environment)
    assert digests(tmp_path / "1") == digests(tmp_path / "2")


@pytest.mark.parametrize("change", [{"seed": 6}, {"members": 801}, {"on": date(2026, 11, 23)}], ids=str)
def test_another_seed_size_or_day_gives_another_registry(tmp_path: Path, change: dict[str, object]) -> None:
    generate(tmp_path / "one", members=800, seed=5, on=ON)
    arguments: dict[str, object] = {"members": 800, "seed": 5, "on": ON, **change}
    generate(tmp_path / "two", **arguments)  # type: ignore[arg-type]  # the types are those of the call above
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert one["members.csv"] != two["members.csv"]


@pytest.mark.parametrize("members", [1, 2, 40, 800, 3000])
def test_a_sync_would_refuse_no_row_and_finds_exactly_the_members_asked_for(tmp_path: Path, members: int) -> None:
    directory, workspace = tmp_path / "extract", tmp_path / "workspace"
    workspace.mkdir()
    report = generate(directory, members=members, seed=3, on=ON)
    assert report.tables["members"] == members == len(rows(directory, "members"))
    assert refused(directory, workspace) == []


@pytest.mark.parametrize("on", [date(2028, 2, 29), date(2027, 1, 1), date(2026, 3, 31)], ids=str)
def test_any_day_of_the_calendar_gives_a_valid_registry(tmp_path: Path, on: date) -> None:
    directory, workspace = tmp_path / "extract", tmp_path / "workspace"
    workspace.mkdir()
    generate(directory, members=1500, seed=3, on=on)
    assert refused(directory, workspace) == []


def test_the_manifest_says_that_all_is_fictitious_and_what_lies_there(tmp_path: Path) -> None:
    report = generate(tmp_path, members=300, seed=5, on=ON)
    manifest = json.loads((tmp_path / "extract.json").read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*NAMES, "extract.json"])
    assert (manifest["version"], manifest["fictitious"]) == (1, True)
    assert {name: entry["rows"] for name, entry in manifest["tables"].items()} == report.tables
    found = digests(tmp_path)
    assert {f"{name}.csv": entry["sha256"] for name, entry in manifest["tables"].items()} == {
        name: found[name] for name in NAMES
    }


def test_the_data_are_as_old_as_the_first_moment_of_the_day_in_washington(tmp_path: Path) -> None:
    generate(tmp_path, members=10, seed=5, on=ON)
    assert CsvDirectory(tmp_path).describe().extracted_at == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def test_the_moment_of_the_extract_can_be_given(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    generate(tmp_path, members=10, seed=5, on=ON, extracted_at=moment)
    assert CsvDirectory(tmp_path).describe().extracted_at == moment


def test_a_moment_without_a_zone_is_refused(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 23, 0, 30, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="needs a zone"):
        generate(tmp_path, members=10, seed=5, on=ON, extracted_at=moment)


def test_tables_are_csv_of_the_standard_form(tmp_path: Path) -> None:
    generate(tmp_path, members=200, seed=5, on=ON)
    for name in NAMES:
        data = (tmp_path / name).read_bytes()
        assert data.endswith(b"\r\n")
        assert data.count(b"\n") == data.count(b"\r\n")


def test_the_plan_has_2600_missions_for_124000_members() -> None:
    missions = list(plan(124_000))
    assert len(missions) == 2_600
    assert sum(people for _, _, people in missions) == 124_000
    kinds = Counter(kind for kind, _, _ in missions)
    assert set(kinds) == set(MISSION_KINDS)
    assert (kinds["embassy"], kinds["honorary_consulate"], kinds["representative_office"]) == (182, 1378, 13)


def test_the_tables_have_the_proportions_of_the_full_registry(tmp_path: Path) -> None:
    report = generate(tmp_path, members=12_400, seed=2, on=ON)
    assert report.tables["missions"] == 260
    assert 0.38 < report.tables["accreditations"] / 12_400 < 0.50
    assert 0.18 < report.tables["vehicles"] / 12_400 < 0.30
    assert 0.60 < report.tables["identity_cards"] / 12_400 < 0.80


@pytest.mark.parametrize("seed", range(4))
def test_800_members_have_every_category(tmp_path: Path, seed: int) -> None:
    report = generate(tmp_path, members=800, seed=seed, on=ON)
    counted = Counter(row["category"] for row in rows(tmp_path, "accreditations"))
    assert set(counted) == set(CATEGORIES)
    assert report.categories == dict(counted)


def test_memory_does_not_grow_with_the_registry(tmp_path: Path) -> None:
    peak_memory(tmp_path, 2_000)
    small, large = peak_memory(tmp_path, 2_000), peak_memory(tmp_path, 20_000)
    assert large < small * 1.1


def test_progress_ends_with_all_members(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    generate(tmp_path, members=300, seed=5, on=ON, progress=lambda *step: heard.append(step))
    assert heard[-1] == ("members", 300, 300)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)


def test_a_registry_needs_a_member(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one member"):
        generate(tmp_path, members=0, seed=5, on=ON)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_fictitious_extract_is_replaced(tmp_path: Path) -> None:
    generate(tmp_path / "one", members=300, seed=5, on=ON)
    generate(tmp_path / "two", members=900, seed=6, on=ON)
    generate(tmp_path / "two", members=300, seed=5, on=ON)
    assert digests(tmp_path / "two") == digests(tmp_path / "one")


def test_what_a_killed_run_left_half_written_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "members.csv.part").write_text("half a ro", encoding="utf-8")
    generate(tmp_path, members=300, seed=5, on=ON)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*NAMES, "extract.json"])


def _with_a_letter(directory: Path) -> None:
    (directory / "letter.txt").write_text("keep me", encoding="utf-8")


def _with_a_letter_beside_an_invented_extract(directory: Path) -> None:
    generate(directory, members=10, seed=5, on=ON)
    _with_a_letter(directory)


def _with_a_real_extract(directory: Path) -> None:
    generate(directory, members=10, seed=5, on=ON)
    manifest = directory / "extract.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("true", "false"), encoding="utf-8")


def _with_tables_of_unknown_origin(directory: Path) -> None:
    (directory / "members.csv").write_text("member_id\r\n", encoding="utf-8")


@pytest.mark.parametrize(
    "prepare",
    [_with_a_letter, _with_a_letter_beside_an_invented_extract, _with_a_real_extract, _with_tables_of_unknown_origin],
)
def test_nothing_but_an_invented_extract_is_ever_replaced(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    prepare(tmp_path)
    before = digests(tmp_path)
    with pytest.raises(ConfigurationError, match="new or empty"):
        generate(tmp_path, members=10, seed=6, on=ON)
    assert digests(tmp_path) == before


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not a directory"):
        generate(file, members=10, seed=6, on=ON)


def test_a_run_that_is_stopped_leaves_the_earlier_extract_as_it_was(tmp_path: Path) -> None:
    def stop(table: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    generate(tmp_path, members=300, seed=5, on=ON)
    before = digests(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, members=900, seed=6, on=ON, progress=stop)
    assert digests(tmp_path) == before
