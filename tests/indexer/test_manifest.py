"""Writing `extract.json`: what is written is read back, in one piece, and only its date is made anew."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from indexer.sources.manifest import MANIFEST_NAME, Manifest, TablePromise, date_anew, read_manifest, write_manifest
from lookup.errors import SourceError

MADE = datetime(2026, 11, 22, 14, 3, tzinfo=UTC)
FULL = Manifest(MADE, True, {"members": TablePromise(3, "ab" * 32), "waivers": TablePromise(rows=0)})


@pytest.mark.parametrize("manifest", [FULL, Manifest()], ids=["full", "empty"])
def test_a_manifest_is_read_back_as_it_was_written(tmp_path: Path, manifest: Manifest) -> None:
    write_manifest(tmp_path / MANIFEST_NAME, manifest)
    assert read_manifest(tmp_path / MANIFEST_NAME) == manifest
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST_NAME]


def test_what_is_not_known_is_not_written(tmp_path: Path) -> None:
    write_manifest(tmp_path / MANIFEST_NAME, Manifest(tables={"waivers": TablePromise(rows=0)}))
    written = json.loads((tmp_path / MANIFEST_NAME).read_bytes())
    assert written == {"version": 1, "fictitious": False, "tables": {"waivers": {"rows": 0}}}


def test_dating_anew_changes_the_date_alone_and_writes_it_in_utc(tmp_path: Path) -> None:
    path = tmp_path / MANIFEST_NAME
    write_manifest(path, FULL)
    before = json.loads(path.read_bytes())
    date_anew(path, datetime(2026, 11, 23, 1, 0, tzinfo=timezone(timedelta(hours=-5))))
    assert json.loads(path.read_bytes()) == before | {"extracted_at": "2026-11-23T06:00:00Z"}


def test_a_broken_manifest_is_not_dated_anew(tmp_path: Path) -> None:
    path = tmp_path / MANIFEST_NAME
    path.write_text('{"version": 1', encoding="utf-8")
    with pytest.raises(SourceError, match="is not JSON"):
        date_anew(path, MADE)
    assert path.read_text(encoding="utf-8") == '{"version": 1'
