"""What the tables mean together, over two and three syncs: who is good, who keeps the last good version, who is held,
and who is deleted."""

from typing import Any

import pytest

from lookup.records import Member, Vehicle
from tests.indexer.extracts import SMALL, SmallRegistry, kinds_changed


def member(registry: SmallRegistry, key: str = "TRN1") -> Member:
    record = registry.get(f"member:{key}")
    assert record is not None
    assert isinstance(record.content, Member)
    return record.content


def inside(registry: SmallRegistry, key: str = "TRN1") -> list[str]:
    return [row.accreditation_id for row in member(registry, key).accreditations]


def test_a_first_sync_publishes_every_record(registry: SmallRegistry) -> None:
    report = registry.sync()
    assert kinds_changed(report) == {
        "mission": (2, 0, 0),
        "agreement": (1, 0, 0),
        "member": (2, 0, 0),
        "vehicle": (1, 0, 0),
        "identity_card": (1, 0, 0),
        "driver_license": (1, 0, 0),
        "premises": (1, 0, 0),
    }
    assert (report.published, report.revision) == ("generation", 0)
    assert {registry.standing(key) for key in registry.state()} == {"good"}


def test_accreditations_come_by_beginning_and_then_by_id_in_code_point_order(registry: SmallRegistry) -> None:
    for name in ("b", "B", "é", "a10", "a9"):
        registry.add("accreditations", accreditation_id=name, effective_on="2021-01-01")
    registry.sync()
    assert inside(registry) == ["a2", "B", "a10", "a9", "b", "é", "a1"]


def test_the_order_of_rows_and_columns_changes_nothing(registry: SmallRegistry) -> None:
    registry.sync()
    before = registry.state()
    for table, rows in registry.tables.items():
        registry.tables[table] = [dict(reversed(row.items())) for row in reversed(rows)]
    report = registry.sync()
    assert (registry.state(), report.published) == (before, "nothing")


def test_a_key_that_is_gone_is_deleted(registry: SmallRegistry) -> None:
    registry.sync()
    for table, key in (
        ("vehicles", "D ZF 1234"),
        ("identity_cards", "TRN-C-1"),
        ("premises", "p1"),
        ("agreements", "g1"),
    ):
        registry.drop(table, key)
    report = registry.sync()
    assert kinds_changed(report) == {
        "agreement": (0, 0, 1),
        "vehicle": (0, 0, 1),
        "identity_card": (0, 0, 1),
        "premises": (0, 0, 1),
    }
    assert registry.standing("vehicle:DZF1234") == "deleted"


def test_a_key_that_comes_back_is_there_again(registry: SmallRegistry) -> None:
    registry.sync()
    registry.drop("vehicles", "D ZF 1234")
    registry.sync()
    registry.tables["vehicles"].append(dict(SMALL["vehicles"][0]))
    assert kinds_changed(registry.sync()) == {"vehicle": (1, 0, 0)}
    assert registry.standing("vehicle:DZF1234") == "good"


BAD: list[tuple[str, str, str, dict[str, str]]] = [
    ("missions", "emb-fr", "mission:emb-fr", {"kind": "castle"}),
    ("agreements", "g1", "agreement:g1", {"citation": ""}),
    ("members", "TRN1", "member:TRN1", {"us_status": "citizen"}),
    ("accreditations", "a1", "member:TRN1", {"category": "former_member"}),
    ("waivers", "w1", "member:TRN1", {"scope": "all"}),
    ("vehicles", "D ZF 1234", "vehicle:DZF1234", {"registration_status": "parked"}),
    ("identity_cards", "TRN-C-1", "identity_card:TRNC1", {"member_id": "TRN404"}),
    ("driver_licenses", "TRN-L-1", "driver_license:TRNL1", {"status": ""}),
    ("premises", "p1", "premises:p1", {"mission_id": "nowhere"}),
]


@pytest.mark.parametrize(("table", "key", "record", "fault"), BAD, ids=[bad[0] for bad in BAD])
def test_a_refused_row_keeps_the_last_good_version_with_that_standing(
    registry: SmallRegistry, table: str, key: str, record: str, fault: dict[str, str]
) -> None:
    registry.sync()
    good = registry.get(record)
    registry.row(table, key).update(fault)
    report = registry.sync()
    kept = registry.get(record)
    assert good is not None
    assert kept is not None
    assert (kept.content, kept.standing) == (good.content, "newer_row_refused")
    assert sum(kind.changed for kind in report.kinds.values()) == 1
    assert registry.sync().published == "nothing"


@pytest.mark.parametrize(("table", "key", "record", "fault"), BAD, ids=[bad[0] for bad in BAD])
def test_a_refused_row_without_a_good_version_is_held(
    registry: SmallRegistry, table: str, key: str, record: str, fault: dict[str, str]
) -> None:
    registry.row(table, key).update(fault)
    registry.sync()
    found = registry.get(record)
    assert found is not None
    assert (found.standing, found.content, found.deleted) == ("held", None, False)


@pytest.mark.parametrize(("table", "key", "record", "fault"), BAD, ids=[bad[0] for bad in BAD])
def test_a_mended_row_is_good_again(
    registry: SmallRegistry, table: str, key: str, record: str, fault: dict[str, str]
) -> None:
    registry.sync()
    before = registry.state()
    good = dict(registry.row(table, key))
    registry.row(table, key).update(fault)
    registry.sync()
    registry.row(table, key).update({name: good.get(name, "") for name in fault})
    registry.sync()
    assert registry.state() == before


@pytest.mark.parametrize(("table", "key", "record", "fault"), BAD, ids=[bad[0] for bad in BAD])
def test_a_held_record_whose_row_is_gone_is_deleted(
    registry: SmallRegistry, table: str, key: str, record: str, fault: dict[str, str]
) -> None:
    if table in ("accreditations", "waivers"):
        registry.tables["members"].append({**SMALL["members"][0], "member_id": "TRN1"})
        registry.drop("members", "TRN1")
    registry.row(table, key).update(fault)
    registry.sync()
    if record == "member:TRN1":
        registry.drop("members", "TRN1")
    else:
        registry.drop(table, key)
    registry.sync()
    assert registry.standing(record) == "deleted"


def test_a_refused_accreditation_keeps_the_member_whole_although_the_own_row_changed(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("members", "TRN1")["family_name"] = "Dupont"
    registry.row("accreditations", "a1")["category"] = "nothing"
    registry.sync()
    assert (member(registry).family_name, inside(registry)) == ("Martin", ["a2", "a1"])
    assert registry.standing("member:TRN1") == "newer_row_refused"


def test_a_refused_accreditation_whose_pointer_cannot_be_read_still_marks_who_had_it(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("accreditations", "a1")["member_id"] = "="
    registry.sync()
    assert (inside(registry), registry.standing("member:TRN1")) == (["a2", "a1"], "newer_row_refused")


def test_a_refused_accreditation_that_names_somebody_else_marks_both(registry: SmallRegistry) -> None:
    registry.add("members", member_id="TRN3")
    registry.sync()
    registry.row("accreditations", "a1").update(member_id="TRN3", category="nothing")
    registry.sync()
    assert inside(registry) == ["a2", "a1"]
    assert registry.standing("member:TRN1") == registry.standing("member:TRN3") == "newer_row_refused"


def test_an_accreditation_that_moved_leaves_the_one_and_joins_the_other(registry: SmallRegistry) -> None:
    registry.add("members", member_id="TRN3")
    registry.sync()
    registry.row("accreditations", "a1")["member_id"] = "TRN3"
    registry.sync()
    assert (inside(registry), inside(registry, "TRN3")) == (["a2"], ["a1"])


def test_an_accreditation_that_is_gone_is_gone_from_its_member(registry: SmallRegistry) -> None:
    registry.sync()
    registry.drop("accreditations", "a1")
    registry.drop("waivers", "w1")
    registry.sync()
    assert (inside(registry), member(registry).waivers) == (["a2"], ())


def unreadable(registry: SmallRegistry, table: str) -> None:
    """Add a row whose key cannot be read."""
    registry.tables[table].append(dict(SMALL[table][0]) | {next(iter(SMALL[table][0])): ""})


@pytest.mark.parametrize(
    ("table", "record"),
    [
        ("missions", "mission:emb-de"),
        ("agreements", "agreement:g9"),
        ("members", "member:TRN9"),
        ("vehicles", "vehicle:ZZ9"),
        ("identity_cards", "identity_card:TRN9"),
        ("driver_licenses", "driver_license:TRN9"),
        ("premises", "premises:p9"),
    ],
)
def test_nothing_is_deleted_from_a_table_with_an_unreadable_key(
    registry: SmallRegistry, table: str, record: str
) -> None:
    key = record.partition(":")[2]
    registry.add(table, **{next(iter(SMALL[table][0])): key})
    registry.sync()
    version = registry.state()[record]
    registry.drop(table, key)
    unreadable(registry, table)
    report = registry.sync()
    assert registry.state()[record] == version
    assert report.published == "nothing"
    registry.tables[table].pop()
    registry.sync()
    assert registry.standing(record) == "deleted"


def test_an_unreadable_key_of_one_table_does_not_protect_another(registry: SmallRegistry) -> None:
    registry.sync()
    registry.drop("vehicles", "D ZF 1234")
    registry.drop("accreditations", "a1")
    unreadable(registry, "members")
    registry.sync()
    assert (registry.standing("vehicle:DZF1234"), inside(registry)) == ("deleted", ["a2"])


@pytest.mark.parametrize("table", ["accreditations", "waivers"])
def test_an_unreadable_key_inside_members_protects_members_and_what_vanished_inside(
    registry: SmallRegistry, table: str
) -> None:
    registry.add("members", member_id="TRN3")
    registry.add("members", member_id="TRN9")
    registry.sync()
    registry.drop("members", "TRN3")
    registry.drop("accreditations", "a1")
    registry.drop("waivers", "w1")
    registry.row("members", "TRN1")["family_name"] = "Dupont"
    unreadable(registry, table)
    registry.tables[table][-1]["member_id"] = "TRN9"
    registry.sync()
    assert registry.standing("member:TRN3") == "good"
    assert registry.standing("member:TRN9") == "newer_row_refused"
    assert member(registry).family_name == "Dupont"
    kept = (inside(registry), [waiver.waiver_id for waiver in member(registry).waivers])
    assert kept == ((["a2", "a1"], []) if table == "accreditations" else (["a2"], ["w1"]))
    registry.tables[table].pop()
    registry.sync()
    assert (inside(registry), member(registry).waivers) == (["a2"], ())
    assert registry.standing("member:TRN3") == "deleted"


def test_a_member_whose_row_is_gone_is_deleted_whatever_still_points_at_it(registry: SmallRegistry) -> None:
    registry.sync()
    registry.drop("members", "TRN1")
    registry.sync()
    assert registry.standing("member:TRN1") == "deleted"
    reasons = {(row["file"], row["reason"]) for row in registry.quarantine()}
    tables = ("members", "accreditations", "waivers", "vehicles", "identity_cards", "driver_licenses")
    assert reasons == {(f"{table}.csv", "unknown_member") for table in tables}
    vehicle = registry.get("vehicle:DZF1234")
    assert vehicle is not None
    assert isinstance(vehicle.content, Vehicle)
    assert (vehicle.standing, vehicle.content.member_id) == ("newer_row_refused", "TRN1")
    assert registry.standing("member:TRN2") == "newer_row_refused"
    assert registry.sync().published == "nothing"
    assert registry.sync(rebuild=True).published == "generation"
    assert registry.get("member:TRN1") is None


def test_a_refused_accreditation_of_somebody_without_a_row_makes_nobody(registry: SmallRegistry) -> None:
    registry.add("accreditations", accreditation_id="a9", member_id="TRN404")
    registry.sync()
    assert registry.standing("member:TRN404") == "absent"


def test_a_member_who_is_kept_is_marked_by_a_refused_accreditation(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("members", "TRN1")["member_id"] = "="
    registry.sync()
    assert (registry.standing("member:TRN1"), inside(registry)) == ("newer_row_refused", ["a2", "a1"])


def test_of_two_rows_with_one_key_neither_replaces_the_good_version(registry: SmallRegistry) -> None:
    registry.sync()
    registry.add("members", member_id="trn-1", family_name="Impostor")
    registry.sync()
    assert (member(registry).family_name, registry.standing("member:TRN1")) == ("Martin", "newer_row_refused")


def test_a_rebuild_keeps_last_good_versions(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("members", "TRN1")["us_status"] = "citizen"
    registry.sync()
    before = registry.state()
    report = registry.sync(rebuild=True)
    assert (registry.state(), report.published, report.revision) == (before, "generation", 0)


def test_the_report_counts_records_and_rows(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("members", "TRN2")["us_status"] = "citizen"
    registry.add("vehicles", plate="ZZ9", year="20")
    registry.drop("premises", "p1")
    document: dict[str, Any] = registry.sync().document()
    assert document["refused"] == 2
    assert document["tables"]["members"] == {"rows": 2, "accepted": 1, "refused": 1, "reasons": {"invalid": 1}}
    assert document["kinds"]["member"] == {
        "added": 0, "changed": 1, "deleted": 0, "unchanged": 1, "held": 0, "newer_row_refused": 1
    }  # fmt: skip
    assert document["kinds"]["vehicle"]["held"] == 1
    assert document["kinds"]["premises"]["deleted"] == 1
    assert (document["published"], document["revision"]) == ("revisions", 1)
