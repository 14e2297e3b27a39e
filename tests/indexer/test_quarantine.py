"""Each reason of the quarantine, with the six fields of its entry."""

import pytest

from indexer.examine import check
from indexer.sources.csv_directory import CsvDirectory
from tests.indexer.extracts import SmallRegistry

Entry = dict[str, object]


def entry(file: str, line: int, column: str, value: str, key: str | None, reason: str) -> Entry:
    return {"file": file, "line": line, "column": column, "value": value, "key": key, "reason": reason}


def test_a_clean_extract_has_an_empty_quarantine(registry: SmallRegistry) -> None:
    assert registry.sync().refused == 0
    assert registry.quarantine() == []


def test_a_missing_cell(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="D ZF 9", mission_id="")
    registry.sync()
    assert registry.quarantine() == [entry("vehicles.csv", 3, "mission_id", "", "DZF9", "missing")]


def test_an_invalid_cell(registry: SmallRegistry) -> None:
    registry.add("identity_cards", card_number="trn c-2", status="eaten")
    registry.sync()
    assert registry.quarantine() == [entry("identity_cards.csv", 3, "status", "eaten", "TRNC2", "invalid")]


def test_a_key_that_cannot_be_read_is_null(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="ДZF 9")
    registry.sync()
    assert registry.quarantine() == [entry("vehicles.csv", 3, "plate", "ДZF 9", None, "invalid")]


def test_all_rows_with_one_key_after_normalizing_are_refused(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="d-zf.1234")
    registry.sync()
    assert registry.quarantine() == [
        entry("vehicles.csv", 2, "plate", "D ZF 1234", "DZF1234", "duplicate_key"),
        entry("vehicles.csv", 3, "plate", "d-zf.1234", "DZF1234", "duplicate_key"),
    ]


def test_a_row_is_a_duplicate_also_of_one_that_is_refused_for_another_reason(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="DZF1234", registration_status="parked")
    registry.sync()
    assert registry.quarantine() == [
        entry("vehicles.csv", 2, "plate", "D ZF 1234", "DZF1234", "duplicate_key"),
        entry("vehicles.csv", 3, "registration_status", "parked", "DZF1234", "invalid"),
    ]


@pytest.mark.parametrize(
    ("table", "key_column", "key"),
    [
        ("accreditations", "accreditation_id", "a9"),
        ("waivers", "waiver_id", "w9"),
        ("vehicles", "plate", "ZZ9"),
        ("identity_cards", "card_number", "TRN9"),
        ("driver_licenses", "license_number", "TRN9"),
        ("premises", "premises_id", "p9"),
    ],
)
def test_a_pointer_at_a_member_who_is_not_there(registry: SmallRegistry, table: str, key_column: str, key: str) -> None:
    registry.add(table, **{key_column: key, "member_id": "trn 404"})
    registry.sync()
    line = len(registry.tables[table]) + 1
    assert registry.quarantine() == [entry(f"{table}.csv", line, "member_id", "trn 404", key, "unknown_member")]


@pytest.mark.parametrize(
    ("table", "key_column", "key"),
    [("accreditations", "accreditation_id", "a9"), ("vehicles", "plate", "ZZ9"), ("premises", "premises_id", "p9")],
)
def test_a_pointer_at_a_mission_that_is_not_there(
    registry: SmallRegistry, table: str, key_column: str, key: str
) -> None:
    registry.add(table, **{key_column: key, "mission_id": " nowhere"})
    registry.sync()
    line = len(registry.tables[table]) + 1
    assert registry.quarantine() == [entry(f"{table}.csv", line, "mission_id", " nowhere", key, "unknown_mission")]


def test_of_two_pointers_the_first_column_is_named(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="ZZ9", mission_id="nowhere", member_id="TRN404")
    registry.add("accreditations", accreditation_id="a9", mission_id="nowhere", member_id="TRN404")
    registry.sync()
    assert [(row["file"], row["column"]) for row in registry.quarantine()] == [
        ("accreditations.csv", "member_id"),
        ("vehicles.csv", "mission_id"),
    ]


def test_a_principal_who_is_not_there(registry: SmallRegistry) -> None:
    registry.add("members", member_id="TRN3", principal_id="TRN404")
    registry.sync()
    assert registry.quarantine() == [entry("members.csv", 4, "principal_id", "TRN404", "TRN3", "unknown_member")]


@pytest.mark.parametrize("principal", ["TRN2", "TRN3"])
def test_a_principal_who_is_family_or_oneself(registry: SmallRegistry, principal: str) -> None:
    registry.add("members", member_id="TRN3", principal_id=principal)
    registry.sync()
    assert registry.quarantine() == [entry("members.csv", 4, "principal_id", principal, "TRN3", "principal_is_family")]


@pytest.mark.parametrize("fault", [{"us_status": "citizen"}, {"principal_id": "="}])
def test_a_principal_whose_refused_row_names_a_principal_is_family(
    registry: SmallRegistry, fault: dict[str, str]
) -> None:
    registry.row("members", "TRN2").update(fault)
    registry.add("members", member_id="TRN3", principal_id="TRN2")
    registry.sync()
    assert [(row["key"], row["reason"]) for row in registry.quarantine()] == [
        ("TRN2", "invalid"),
        ("TRN3", "principal_is_family"),
    ]


def test_a_refused_row_with_a_readable_key_exists_for_who_points_at_it(registry: SmallRegistry) -> None:
    registry.row("members", "TRN1")["us_status"] = "citizen"
    registry.row("missions", "emb-fr")["kind"] = "castle"
    registry.sync()
    assert [(row["file"], row["reason"]) for row in registry.quarantine()] == [
        ("missions.csv", "invalid"),
        ("members.csv", "invalid"),
    ]


def test_a_pointer_is_tried_again_at_each_sync(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="ZZ9", member_id="TRN3")
    registry.sync()
    assert registry.standing("vehicle:ZZ9") == "held"
    registry.add("members", member_id="TRN3")
    registry.sync()
    assert (registry.quarantine(), registry.standing("vehicle:ZZ9")) == ([], "good")


def test_the_line_is_where_the_row_begins(registry: SmallRegistry) -> None:
    registry.row("missions", "emb-fr")["address"] = "1 Street\nWashington\r\nDC"
    registry.add("missions", mission_id="m9", kind="castle", address='"\n"')
    registry.add("missions", mission_id="m10", kind="tower")
    registry.sync()
    assert [row["line"] for row in registry.quarantine()] == [6, 8]


def test_blank_lines_are_no_rows_but_count_as_lines(registry: SmallRegistry) -> None:
    registry.add("waivers", waiver_id="w9", scope="all")
    directory = registry.write()
    path = directory / "waivers.csv"
    header, first, second = path.read_text().splitlines()
    path.write_text(f"{header}\n\n{first}\n\n{second}\n\n")
    report = registry.sync_as_it_lies()
    assert report.tables["waivers"].rows == 2
    assert [row["line"] for row in registry.quarantine()] == [5]


def test_a_check_reports_what_a_sync_would_and_touches_nothing(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="ZZ9", member_id="TRN404")
    report = check(CsvDirectory(registry.write()), registry.around())
    assert (report.refused, report.tables["vehicles"].reasons) == (1, {"unknown_member": 1})
    assert (report.generation, report.kinds["vehicle"].held) == (None, 1)
    assert not (registry.directory / "store").exists()
    assert list((registry.directory / "data" / "staging").iterdir()) == []


def test_the_head_counts_the_quarantine_by_table(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="ZZ9", member_id="TRN404")
    registry.add("vehicles", plate="ZZ8", mission_id="")
    registry.sync()
    assert registry.head().quarantine == {"vehicles": 2}
