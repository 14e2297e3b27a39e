"""The group `immunity audit`: what each command prints, how it exits, and that it is itself recorded."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lookup.audit.commands import audit_command
from lookup.audit.entry import entry
from lookup.audit.places import places_of, trail_of
from lookup.audit.reading.lookup_text import entries_text
from lookup.audit.reading.stream import Reading
from lookup.audit.reading.troubles import KEPT
from lookup.audit.segment import segments_in
from lookup.audit.signing.keeper import Keeper
from lookup.audit.verifying.verification import Evidence
from lookup.audit.verifying.verify import verify
from lookup.clock import system_clock
from lookup.lookup_ids import new_lookup_id, reference_number
from lookup.settings import Settings, resolve_settings
from tests.audit.kept_trails import BEGUN_AT, KeptTrail
from tests.audit.shipped_nodes import AWAY, node_settings, ship, write
from tests.unit.calling import Ran, immunity

LOOKUP_ID = new_lookup_id(BEGUN_AT)


@pytest.fixture
def node(tmp_path: Path) -> Settings:
    """A node that was asked three things."""
    settings = resolve_settings({"data_dir": str(tmp_path)}, environ={})
    kept = KeptTrail(tmp_path)
    trail = trail_of(settings, "lookup-api", clock=kept)
    kept.tell(trail, lookup_id=str(LOOKUP_ID), query={"kind": "plate", "value": "DZA1001"}, case_number="=1+1")
    kept.tell(trail, "query.vin", "match", query={"kind": "vin", "value": "TRN7"})
    kept.tell(trail, "disclosure", "done", lookup_id=str(LOOKUP_ID), secondary_recipient={"agency": "ZZ0020000"})
    trail.close()
    return settings


def run(node: Settings, *arguments: str, stdin: str = "") -> Ran:
    return immunity("audit", *arguments, "--data-dir", str(node.data_dir), stdin=stdin)


def export(node: Settings, *arguments: str, stdin: str = "") -> Result:
    """Export to where bytes can be seen as they are."""
    command = ["export", *arguments, "--data-dir", str(node.data_dir)]
    return CliRunner().invoke(audit_command, command, input=stdin, env={"IMMUNITY_DATA_DIR": None})


def lines_of(node: Settings) -> list[bytes]:
    return [line.text for line in Reading(places_of(node))]


def recorded(node: Settings) -> list[tuple[str, str, Any]]:
    """What the commands said of themselves: event, outcome, details."""
    entries = [json.loads(text) for text in lines_of(node) if b'"user":"system:' in text]
    return [(entry["event"], entry["outcome"], entry["details"]) for entry in entries]


def segment(node: Settings) -> Path:
    return next(path for path in segments_in(places_of(node)[0]) if "-service-" in path.name)


def test_verify_exits_with_zero_and_says_so_where_nothing_was_touched(node: Settings) -> None:
    ran = run(node, "verify")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "The trail is intact."
    assert "5 lines in 1 segments" in ran.out


def test_verify_exits_with_one_and_names_what_was_changed(node: Settings) -> None:
    path = segment(node)
    path.write_bytes(path.read_bytes().replace(b"DZA1001", b"DZA1002"))
    ran = run(node, "verify")
    record = json.loads(path.read_bytes().splitlines()[1])["id"]
    assert ran.code == 1
    assert ran.out.splitlines()[0] == (
        f"altered: {path.name}, sequence 1 (line 2), record {record}: its hash does not fit its bytes"
    )
    assert ran.out.splitlines()[-1] == "The trail was tampered with."


def test_verify_as_json_has_every_finding(node: Settings) -> None:
    path = segment(node)
    path.write_bytes(path.read_bytes().replace(b"DZA1001", b"DZA1002"))
    document = run(node, "verify", "--json").document
    assert (document["intact"], document["records"]) == (False, 4)
    finding = document["findings"][0]
    assert (finding["kind"], finding["file"], finding["sequence"], finding["tampering"]) == (
        "altered",
        path.name,
        1,
        True,
    )


def test_a_verification_tells_all_bytes_that_it_reads(signed: Settings) -> None:
    evidence, read = Evidence(signed.audit_dir, places_of(signed)), list[int]()
    verify(evidence, read.append)
    assert sum(read) == evidence.size()
    assert evidence.size() == segment(signed).stat().st_size + (signed.audit_dir / "heads.jsonl").stat().st_size


@pytest.fixture
def signed(node: Settings) -> Settings:
    """The same node with a checkpoint."""
    keeper = Keeper(node)
    keeper.start()
    keeper.stop()
    return node


def test_verify_takes_a_published_copy_and_a_known_key(signed: Settings, tmp_path: Path) -> None:
    heads, key = signed.audit_dir / "heads.jsonl", next(signed.audit_dir.glob("public-*.pem"))
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(heads.read_bytes())
    assert run(signed, "verify", "--heads", str(copy), "--public-key", str(key)).code == 0
    heads.write_bytes(b"")
    ran = run(signed, "verify", "--heads", str(copy), "--public-key", str(key))
    assert ran.code == 1
    assert ran.out.startswith("missing: heads.jsonl")


@pytest.mark.parametrize("option", ["--heads", "--public-key"])
def test_a_file_that_is_not_there_is_a_wrong_call(node: Settings, option: str, tmp_path: Path) -> None:
    assert run(node, "verify", option, str(tmp_path / "nothing")).code == 2


def test_a_file_that_holds_no_key_is_told(node: Settings, tmp_path: Path) -> None:
    (tmp_path / "no-key.pem").write_text("nothing")
    ran = run(node, "verify", "--public-key", str(tmp_path / "no-key.pem"))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"immunity: {tmp_path}/no-key.pem holds no Ed25519 public key in PEM.\n"


def test_an_export_gives_the_very_lines_in_their_order(node: Settings) -> None:
    before = lines_of(node)
    found = export(node)
    assert found.exit_code == 0
    assert found.stdout_bytes.splitlines() == [*before, *lines_of(node)[-2:]]


def test_an_export_gives_what_fits_all_filters(node: Settings) -> None:
    found = export(node, "--plate", "dza-1001", "--outcome", "no_record", "--since", "2026-11-21T14:00:00Z")
    assert found.stdout_bytes.splitlines() == lines_of(node)[1:2]
    assert export(node, "--plate", "DZA1001", "--until", "2026-11-21T09:00:01-05:00").stdout_bytes == b""


def test_a_value_is_read_from_standard_input(node: Settings) -> None:
    assert export(node, "--plate", "-", stdin="DZA 1001\n").stdout_bytes.splitlines() == lines_of(node)[1:2]


def test_a_table_has_a_column_for_each_field_and_no_formula(node: Settings) -> None:
    rows = list(csv.DictReader(io.StringIO(export(node, "--plate", "DZA1001", "--format", "csv").output)))
    (row,) = rows
    assert row["query"] == '{"kind":"plate","value":"DZA1001"}'
    assert (row["segment"], row["sequence"], row["level"]) == (segment(node).name, "1", "")
    assert row["case_number"] == "'=1+1"
    assert set(json.loads(lines_of(node)[1])) | {"segment"} == set(row)


def test_an_export_tells_what_it_passed_over(node: Settings) -> None:
    with segment(node).open("ab") as file:
        file.write(b"no line\n")
    found = export(node)
    assert "unreadable: " in found.stderr
    assert b"no line" not in found.stdout_bytes


@pytest.mark.parametrize("arguments", [("--since", "yesterday"), ("--format", "xml"), ("--colour", "red")])
def test_a_wrong_call_exits_with_two(node: Settings, arguments: tuple[str, ...]) -> None:
    assert run(node, "export", *arguments).code == 2


def test_show_prints_everything_about_one_lookup(node: Settings) -> None:
    for name in (str(LOOKUP_ID), reference_number(LOOKUP_ID), reference_number(LOOKUP_ID).lower().replace("-", "")):
        shown = run(node, "show", name, "--json").document
        assert [one["entry"]["event"] for one in shown] == ["query.plate", "disclosure"]
        assert [one["segment"] for one in shown] == [segment(node).name] * 2
        assert shown[0]["entry"] == json.loads(lines_of(node)[1])


def test_an_export_says_how_much_it_passed_over_beside_what_it_names(node: Settings) -> None:
    with segment(node).open("ab") as file:
        file.write(b"no line\n" * (KEPT + 5))
    told = export(node).stderr.splitlines()
    assert len(told) == KEPT + 1
    assert told[0].startswith(f"unreadable: {segment(node).name}, byte ")
    assert told[-1] == "and 5 more: run `immunity audit verify`"


def test_show_says_of_each_line_whether_its_own_hash_fits(node: Settings) -> None:
    assert run(node, "show", str(LOOKUP_ID)).out.count("own hash              fits\n") == 2
    path = segment(node)
    path.write_bytes(path.read_bytes().replace(b"DZA1001", b"DZA1002"))
    assert run(node, "show", str(LOOKUP_ID)).out.count("own hash              DOES NOT FIT\n") == 1
    assert entries_text([]) == ""


def test_an_entry_that_only_names_a_lookup_is_not_about_it(node: Settings) -> None:
    trail, kept = trail_of(node, "lookup-api"), KeptTrail(node.data_dir)
    kept.tell(trail, lookup_id=str(new_lookup_id(BEGUN_AT)), details={"like": str(LOOKUP_ID)})
    trail.close()
    shown = run(node, "show", str(LOOKUP_ID), "--json").document
    assert {one["entry"]["lookup_id"] for one in shown} == {str(LOOKUP_ID)}


@pytest.mark.parametrize(
    "name", ["7K4M-2QXP", str(new_lookup_id(BEGUN_AT)), "nothing"], ids=["reference", "another lookup", "nothing"]
)
def test_show_fails_where_there_is_no_such_lookup(node: Settings, name: str) -> None:
    ran = run(node, "show", name)
    assert (ran.code, ran.out) == (1, "")
    assert recorded(node)[-1] == ("audit.viewed", "error", {"filters": {"lookup_id": name}})


def test_show_has_what_other_nodes_wrote_and_says_where_that_may_not_be_all(
    node: Settings, tmp_path: Path, elastic_store: str, elasticsearch_url: str
) -> None:
    other = node_settings(node, tmp_path / "nodes", "node-2", elastic_store)
    write(other, system_clock, lambda scene: entry("view.lookup", "done", scene, lookup_id=str(LOOKUP_ID)))
    ship(other, elasticsearch_url, system_clock())
    ran = run(node, "show", str(LOOKUP_ID), "--json", "--store", elastic_store)
    assert [one["entry"]["event"] for one in ran.document] == ["query.plate", "disclosure", "view.lookup"]
    assert (ran.code, ran.err) == (0, "")
    ran = run(node, "show", str(LOOKUP_ID), "--store", AWAY)
    assert (ran.code, ran.out.count("event ")) == (1, 2)
    assert ran.err.startswith("There may be more. The copy of the other nodes' trails could not be asked")
    ran = run(node, "show", "7K4M-2QXP", "--store", AWAY)
    assert (ran.code, ran.out) == (1, "")
    assert "it may be there all the same" in ran.err


def test_a_review_is_of_the_week_before_now_and_says_whether_the_trail_is_intact(node: Settings) -> None:
    window = ("--since", "2026-11-21T00:00:00Z", "--until", "2026-11-22T00:00:00Z")
    document = run(node, "review", *window, "--json").document
    assert (document["since"], document["until"]) == ("2026-11-21T00:00:00.000Z", "2026-11-22T00:00:00.000Z")
    assert (document["verification"]["intact"], document["unreadable"]) == (True, 0)
    agency = next(one for one in document["agencies"] if one["agency"] == "ZZ0010000")
    assert [user["queries"] for user in agency["users"]] == [2]
    assert run(node, "review", *window).out.startswith("Review of the audit trail from 2026-11-21T00:00:00.000Z")


def test_a_review_of_no_time_is_a_wrong_call(node: Settings) -> None:
    ran = run(node, "review", "--since", "2026-11-22T00:00:00Z", "--until", "2026-11-21T00:00:00Z")
    assert ran.code == 2


def test_heads_that_were_archived_have_an_exit_code_of_their_own(signed: Settings) -> None:
    volume = signed.audit_dir / "heads.jsonl"
    archived = volume.rename(signed.data_dir / volume.name)
    Keeper(signed).keep()
    ran = run(signed, "verify")
    assert ran.code == 3
    assert ran.out.startswith("unvouched: heads.jsonl: heads missing before ")
    assert ran.out.endswith("The trail is intact as far as signed heads go back.\n")
    assert run(signed, "verify", "--json").document["vouched_for"] is False
    ran = run(signed, "verify", "--heads", str(archived))
    assert ran.code == 3  # all were moved aside: between the archive's last and the first of these nobody signed
    assert ran.out.startswith("unvouched: ")


def test_published_heads_are_given_by_the_name_in_the_settings(signed: Settings) -> None:
    copy = signed.data_dir / "copy-202611.jsonl"
    copy.write_bytes((signed.audit_dir / "heads.jsonl").read_bytes())
    (signed.audit_dir / "heads.jsonl").write_bytes(b"")
    ran = run(signed, "verify", "--heads", str(signed.data_dir / "copy.jsonl"))
    assert ran.code == 1
    assert "truncated: heads.jsonl" in ran.out
    assert run(signed, "verify", "--heads", str(signed.data_dir / "other.jsonl")).code == 2


def test_removing_where_nothing_has_expired_removes_nothing_and_is_recorded(signed: Settings) -> None:
    ran = run(signed, "remove-expired", "--json")
    assert (ran.code, ran.document) == (0, {"segments": [], "heads": []})
    assert recorded(signed)[-1] == ("audit.removed", "done", {"kept": "400 d", "segments": [], "stood_still": False})


def test_every_reading_is_recorded_with_what_was_asked_and_not_what_was_found(node: Settings) -> None:
    run(node, "verify")
    export(node, "--plate", "DZA1001", "--format", "csv")
    run(node, "export", "--reference-number", "7")
    run(node, "show", str(LOOKUP_ID))
    run(node, "review", "--since", "2026-11-21T00:00:00Z", "--until", "2026-11-22T00:00:00Z")
    window = {"since": "2026-11-21T00:00:00.000Z", "until": "2026-11-22T00:00:00.000Z"}
    assert recorded(node) == [
        ("audit.verified", "done", {"heads": None, "public_keys": []}),
        ("audit.exported", "done", {"filters": {"plate": "DZA1001"}, "format": "csv"}),
        ("audit.exported", "error", {"filters": {"reference_number": "7"}, "format": "jsonl"}),
        ("audit.viewed", "done", {"filters": {"lookup_id": str(LOOKUP_ID)}}),
        ("audit.reviewed", "done", {"filters": window}),
    ]


@pytest.fixture
def unwritable(node: Settings) -> Iterator[Settings]:
    """The same node where the trail can be read and not be written: files stand where the directories should be."""
    own, spool = places_of(node)
    moved = own.with_name("kept")
    own.rename(moved)
    own.touch()
    spool.touch()
    yield node
    own.unlink()
    spool.unlink()
    moved.rename(own)


@pytest.mark.parametrize("arguments", [("verify",), ("export",), ("show", str(LOOKUP_ID)), ("review",)])
def test_nothing_is_shown_where_it_cannot_be_recorded(unwritable: Settings, arguments: tuple[str, ...]) -> None:
    ran = run(unwritable, *arguments)
    assert (ran.code, ran.out) == (1, "")


def test_an_export_can_be_cut_off_by_its_reader(node: Settings) -> None:
    command = [sys.executable, "-m", "lookup", "audit", "export", "--data-dir", str(node.data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().rstrip(b"\n") == lines_of(node)[0]
