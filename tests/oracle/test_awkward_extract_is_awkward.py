"""The awkward extract has what it promises: the same each time, every reason, and never so much that a sync stops."""

from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

from .assessment import assess, refusals
from .awkward import ON, write_awkward, write_awkward_later
from .random_facts import random_facts
from .registry import expected_answer, read_extract, refusals_of, registry_after

REASONS = {"missing", "invalid", "duplicate_key", "unknown_member", "unknown_mission", "principal_is_family"}


def test_the_same_day_gives_the_same_files(tmp_path: Path) -> None:
    write_awkward(tmp_path / "one")
    write_awkward(tmp_path / "two", ON)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 10
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_it_can_be_made_for_a_leap_day(tmp_path: Path) -> None:
    write_awkward(tmp_path, date(2028, 2, 29))
    assert len(read_extract(tmp_path)["members"]) > 800


def test_every_reason_occurs_and_no_table_loses_enough_to_stop_a_sync(tmp_path: Path) -> None:
    write_awkward(tmp_path / "first")
    write_awkward_later(tmp_path / "later")
    first, later = read_extract(tmp_path / "first"), read_extract(tmp_path / "later")
    assert {refusal.reason for refusal in refusals_of(first)} == REASONS
    for extract in (first, later):
        refused = Counter(refusal.file.split(".")[0] for refusal in refusals_of(extract))
        for table, rows in extract.items():
            gone = len({row.key for row in first[table]} - {row.key for row in rows})
            assert refused[table] + gone <= max(10, len(rows) // 10), table


def test_a_refused_row_is_named_by_the_line_where_it_begins(tmp_path: Path) -> None:
    write_awkward(tmp_path)
    lines = (tmp_path / "missions.csv").read_text(encoding="utf-8").splitlines()
    for refusal in refusals_of(read_extract(tmp_path)):
        if refusal.file == "missions.csv":
            assert lines[refusal.line - 1].startswith(f"{refusal.key or ''},")


def test_a_row_gone_bad_keeps_the_last_good_version_with_a_notice(tmp_path: Path) -> None:
    write_awkward(tmp_path / "first")
    write_awkward_later(tmp_path / "later")
    before = registry_after(tmp_path / "first")
    after = registry_after(tmp_path / "first", tmp_path / "later")
    gone_bad = next(key for key, record in after.good["members"].items() if record.newer_refused)
    body = {"member_id": gone_bad, "at": f"{ON}T12:00:00Z"}
    was, now = expected_answer(before, body), expected_answer(after, body)
    assert now["notices"] == [*was["notices"], "newer_row_refused"]
    assert now["level"] == was["level"]


def test_facts_by_chance_are_never_refused_and_reach_every_level() -> None:
    chance = Random(7)  # noqa: S311 - repeatable, not secret
    made = [random_facts(chance) for _ in range(2000)]
    assert [refusals(facts) for facts in made] == [set()] * len(made)
    assert len({assess(facts)["level"] for facts in made}) == 5
