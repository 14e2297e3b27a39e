"""Every kind of broken extract: one clear error that names file and line, and nothing published is touched."""

import gzip
import json
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.csv_file import CELL_LIMIT, CsvFile
from indexer.tables import WAIVERS
from lookup.errors import ConfigurationError, SourceError
from tests.indexer.extracts import SmallRegistry


@pytest.fixture
def registry(tmp_path: Path) -> SmallRegistry:
    return SmallRegistry(tmp_path)


HEADER = "waiver_id,member_id,scope,case_reference,effective_on,ends_on\n"
GOOD = "w1,TRN1,civil,,2025-01-01,\n"

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "waivers.csv, line 1: there is no header row"),
    "only a BOM": (b"\xef\xbb\xbf", "waivers.csv, line 1: there is no header row"),
    "no header": (GOOD.encode(), "waivers.csv, line 1: there is no header row"),
    "a blank line for a header": (f"\n{HEADER}{GOOD}".encode(), "waivers.csv, line 1: there is no header row"),
    "a required column missing": (
        b"waiver_id,scope,effective_on\nw1,civil,2025-01-01\n",
        "waivers.csv, line 1: required columns are missing: member_id",
    ),
    "a column twice": (b"waiver_id,scope,member_id,scope,effective_on\n", "line 1: column named twice: scope"),
    "Latin-1": (f"{HEADER}{GOOD}w2,TRN1,civil,Z\xfcrich,,\n".encode("latin-1"), "waivers.csv, line 3: is not UTF-8"),
    "UTF-16": (f"{HEADER}{GOOD}".encode("utf-16"), "waivers.csv, line 1: is not UTF-8"),
    "a NUL": (f"{HEADER}{GOOD}w2,TRN1,ci\0vil,,,\n".encode(), "waivers.csv, line 3: holds a NUL character"),
    "a quote not closed": (f'{HEADER}{GOOD}w2,"TRN1,civil,,,\n{GOOD}'.encode(), "line 3: a quote is not closed"),
    "a quote in the middle": (f'{HEADER}w2,"TRN1"x,civil,,,\n'.encode(), "line 2: quotes are used wrongly"),
    "a lone carriage return": (f"{HEADER}w2,TR\rN1,civil,,,\n".encode(), "line 2: a carriage return stands alone"),
    "a long cell": (f"{HEADER}{GOOD}w2,{'x' * 1_000_000},civil,,,\n".encode(), "waivers.csv, line 3: "),
    "a cell over the limit": (
        f"{HEADER}w2,{'x' * (CELL_LIMIT + 1)},civil,,,\n".encode(),
        "waivers.csv, line 2: a cell is longer than 10,000 characters",
    ),
    "a row too long": (f"{HEADER}{GOOD}w2,TRN1,civil,,,,\n".encode(), "line 3: has 7 cells, the header has 6"),
    "a row too short": (f'{HEADER}"w\n1",TRN1,civil\n'.encode(), "line 2: has 3 cells, the header has 6"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_file_is_an_error_with_file_and_line(registry: SmallRegistry, broken: str) -> None:
    registry.sync()
    before = registry.state(), registry.head(), registry.quarantine()
    content, message = BROKEN[broken]
    (registry.source / "waivers.csv").write_bytes(content)
    with pytest.raises(SourceError) as caught:
        registry.sync_as_it_lies()
    assert message in str(caught.value)
    assert "TRN1" not in str(caught.value)
    assert (registry.state(), registry.head(), registry.quarantine()) == before
    assert list((registry.directory / "data" / "staging").iterdir()) == []


def test_a_long_cell_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "waivers.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(HEADER.encode())
        for _ in range(300):
            file.write(b"x" * 1_000_000)
    with CsvFile(path, WAIVERS, print) as rows, pytest.raises(SourceError, match=r"line 2: is longer than 1,000,000"):
        next(iter(rows))


def test_a_cell_at_the_limit_is_read(registry: SmallRegistry) -> None:
    registry.row("waivers", "w1")["case_reference"] = "x" * CELL_LIMIT
    assert registry.sync().refused == 0


@pytest.mark.parametrize("table", ["missions", "members", "accreditations", "vehicles", "identity_cards"])
def test_a_missing_table_is_an_error_and_never_an_empty_one(registry: SmallRegistry, table: str) -> None:
    registry.sync()
    (registry.source / f"{table}.csv").unlink()
    with pytest.raises(SourceError, match=f"{table}.csv is missing"):
        registry.sync_as_it_lies()


def test_an_optional_table_may_be_missing(registry: SmallRegistry) -> None:
    for table in ("waivers", "agreements", "premises"):
        del registry.tables[table]
    assert registry.sync().tables["waivers"].rows == 0


def test_an_optional_table_that_the_manifest_lists_may_not_be_missing(registry: SmallRegistry) -> None:
    registry.write(tables={"waivers": {"rows": 1}})
    (registry.source / "waivers.csv").unlink()
    with pytest.raises(SourceError, match=r"waivers.csv is missing, though extract.json lists it"):
        registry.sync_as_it_lies()


def test_a_source_that_is_no_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not a directory"):
        CsvDirectory(tmp_path / "nowhere")


def test_two_files_of_one_table_are_an_error(registry: SmallRegistry) -> None:
    registry.write()
    (registry.source / "waivers.csv.gz").write_bytes(gzip.compress(HEADER.encode()))
    with pytest.raises(SourceError, match=r"waivers.csv and waivers.csv.gz are both there"):
        registry.sync_as_it_lies()


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip_checksum(data: bytes) -> bytes:
    return data[:-8] + bytes([data[-8] ^ 0xFF]) + data[-7:]


@pytest.mark.parametrize("damage", [_cut, _flip_checksum, lambda data: b"PK" + data[2:]])
def test_a_damaged_compressed_file_is_an_error(registry: SmallRegistry, damage: Callable[[bytes], bytes]) -> None:
    registry.write()
    (registry.source / "waivers.csv").unlink()
    (registry.source / "waivers.csv.gz").write_bytes(damage(gzip.compress((HEADER + GOOD * 50).encode())))
    with pytest.raises(SourceError, match=r"waivers.csv.gz, line \d+: the compressed file is damaged or cut off"):
        registry.sync_as_it_lies()


MANIFESTS = {
    "not JSON": ('{"version": 1,\n "extracted_at": }', "extract.json, line 2: is not JSON"),
    "a list": ("[]", "line 1: must hold one JSON object"),
    "no version": ("{}", "wrong or missing: version"),
    "another version": ('{"version": 2}', "wrong or missing: version"),
    "a version as text": ('{"version": "1"}', "wrong or missing: version"),
    "no offset": ('{"version": 1, "extracted_at": "2026-06-01T00:00:00"}', "wrong or missing: extracted_at"),
    "a doubtful mark": ('{"version": 1, "fictitious": "no"}', "wrong or missing: fictitious"),
    "tables as a list": ('{"version": 1, "tables": []}', "wrong or missing: tables"),
    "negative rows": ('{"version": 1, "tables": {"members": {"rows": -1}}}', "wrong or missing: tables"),
    "a short digest": ('{"version": 1, "tables": {"members": {"sha256": "00"}}}', "wrong or missing: tables"),
}


@pytest.mark.parametrize("broken", MANIFESTS)
def test_a_malformed_manifest_is_an_error(registry: SmallRegistry, broken: str) -> None:
    registry.write()
    text, message = MANIFESTS[broken]
    (registry.source / "extract.json").write_text(text)
    with pytest.raises(SourceError) as caught:
        registry.sync_as_it_lies()
    assert message in str(caught.value)


def test_a_manifest_that_is_not_utf8_names_the_line(registry: SmallRegistry) -> None:
    registry.write()
    (registry.source / "extract.json").write_bytes(b'{"version": 1,\n"x": "\xff"}')
    with pytest.raises(SourceError, match=r"extract.json, line 2: is not UTF-8"):
        registry.sync_as_it_lies()


def test_a_table_with_another_digest_than_promised_is_a_copy_under_way(registry: SmallRegistry) -> None:
    registry.write(tables={"members": {"rows": 2, "sha256": "0" * 64}})
    with pytest.raises(SourceError, match=r"members.csv differs from extract.json \(sha256\)"):
        registry.sync_as_it_lies()


def test_a_table_with_another_number_of_rows_than_promised_is_a_copy_under_way(registry: SmallRegistry) -> None:
    registry.write(tables={"members": {"rows": 3}})
    with pytest.raises(SourceError, match=r"members.csv has 2 rows, extract.json says 3"):
        registry.sync_as_it_lies()


def test_rows_that_are_refused_count_as_rows(registry: SmallRegistry) -> None:
    registry.add("members", member_id="")
    registry.write(tables={"members": {"rows": 3}})
    assert registry.sync_as_it_lies().tables["members"].rows == 3


def test_a_file_that_changes_while_it_is_read_is_an_error(registry: SmallRegistry) -> None:
    extract = CsvDirectory(registry.write())
    extract.describe()
    with (registry.source / "waivers.csv").open("a") as file:
        file.write("w2,TRN1,civil,,2025-01-01,\n")
    with pytest.raises(SourceError, match=r"waivers.csv changed while it was read"):
        list(extract.rows(WAIVERS, print))


def test_unknown_columns_are_one_warning_per_file(registry: SmallRegistry) -> None:
    directory = registry.write()
    for name in ("waivers", "members"):
        lines = (directory / f"{name}.csv").read_text().splitlines()
        rows = [f"{line},{'extra' if number == 0 else ''}" for number, line in enumerate(lines)]
        (directory / f"{name}.csv").write_text("\n".join(rows))
    assert registry.sync_as_it_lies().warnings == (
        "members.csv: unknown columns are ignored: extra",
        "waivers.csv: unknown columns are ignored: extra",
    )


@pytest.mark.parametrize("as_it_may_be", ["BOM", "CR LF", "gzip", "all quoted", "reversed"])
def test_every_lawful_shape_of_a_file_gives_the_same_records(registry: SmallRegistry, as_it_may_be: str) -> None:
    registry.sync()
    before = registry.state()
    path = registry.source / "waivers.csv"
    text = path.read_text()
    rows = [line.split(",") for line in text.splitlines()]
    shapes: dict[str, bytes] = {
        "BOM": b"\xef\xbb\xbf" + text.encode(),
        "CR LF": text.replace("\n", "\r\n").rstrip().encode(),
        "gzip": gzip.compress(text.encode()),
        "all quoted": "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode(),
        "reversed": "\n".join(",".join(reversed(row)) for row in rows).encode(),
    }
    if as_it_may_be == "gzip":
        path.unlink()
        path = path.with_name("waivers.csv.gz")
    path.write_bytes(shapes[as_it_may_be])
    report = registry.sync_as_it_lies()
    assert (registry.state(), report.refused, report.tables["waivers"].rows) == (before, 0, 1)


def test_the_manifest_of_the_contract_is_read(registry: SmallRegistry) -> None:
    registry.write()
    document = json.loads((registry.source / "extract.json").read_text())
    (registry.source / "extract.json").write_text(json.dumps(document | {"comment": "ignored"}))
    assert registry.sync_as_it_lies().as_of_source == "extract"


def test_a_data_directory_that_cannot_be_written_to_is_an_error_of_ours(registry: SmallRegistry) -> None:
    (registry.directory / "data").write_text("a file")
    with pytest.raises(ConfigurationError, match="data directory cannot be written to"):
        registry.sync()


def test_a_staging_file_that_cannot_grow_is_an_error_of_ours(registry: SmallRegistry) -> None:
    registry.sync()
    before = registry.state(), registry.head()
    for number in range(300):
        registry.add("vehicles", plate=f"ZZ{number}", model="x" * 500)
    registry.write()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            registry.sync_as_it_lies()
        except ConfigurationError as error:
            os._exit(3 if "staging file in the data directory failed (SQLITE_" in str(error) else 4)
        except BaseException:
            os._exit(5)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert (registry.state(), registry.head()) == before
