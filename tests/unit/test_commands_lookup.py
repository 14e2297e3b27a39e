"""`immunity lookup`: one question on the command line, answered from a real store."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.engines import head_for, sqlite_engine
from tests.contract.samples import draft
from tests.unit.calling import Ran, immunity
from tests.unit.people import card, member, mission, premises, vehicle

LONG = {"IMMUNITY_STALE_AFTER": "999998 h", "IMMUNITY_EXPIRE_AFTER": "999999 h"}
"""Longer than any time between the invented data and the day on which the tests run."""

AS_OF = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose store holds a small registry."""
    directory = tmp_path_factory.mktemp("data")
    engine = sqlite_engine(directory)
    drafts = [draft(content) for content in (mission(), member(), vehicle(), card(), premises())]
    with engine.writing() as writer:
        build = writer.new_generation()
        build.add(drafts)
        build.activate(replace(head_for(drafts), as_of=AS_OF), [])
    engine.close()
    return directory


def lookup(data_dir: Path, *arguments: str, stdin: str | bytes = "") -> Ran:
    return immunity("lookup", "--data-dir", str(data_dir), *arguments, stdin=stdin, environ=LONG)


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        (("--plate", "dea-1234"), "match"),
        (("--member", "trn-1"), "match"),
        (("--document", "TRNC1"), "match"),
        (("--address", "1234 Example Ave NW, Washington, DC"), "match"),
        (("--plate", "DEA9999"), "no_record"),
        (("--address", "1235 Example Ave NW, Washington, DC"), "possible_matches"),
    ],
)
def test_each_question_is_answered_as_over_http(data_dir: Path, arguments: tuple[str, str], outcome: str) -> None:
    ran = lookup(data_dir, *arguments, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document["outcome"] == outcome
    assert ran.document["environment"] == "training"
    assert ran.document["freshness"]["as_of"] == "2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--plate", "DEA1234"),
        ("--member", "TRN1"),
        ("--document", "TRNC1"),
        ("--address", "1234 Example Ave NW, Washington, DC"),
    ],
)
def test_a_dash_reads_the_question_from_standard_input(data_dir: Path, option: str, text: str) -> None:
    for line in (f"{text}\n", f"{text}\r\n", text, f"{text}\nsomething else\n"):
        ran = lookup(data_dir, option, "-", "--json", stdin=line)
        assert (ran.code, ran.document["outcome"]) == (0, "match")
        assert "\\n" not in ran.out
        assert "\\r" not in ran.out


def test_an_address_may_hold_commas_before_city_and_state(data_dir: Path) -> None:
    ran = lookup(data_dir, "--address", "1234 Example Ave, NW, Washington, DC", "--json")
    assert ran.document["query"]["given"] == {
        "street": "1234 Example Ave, NW",
        "city": "Washington",
        "state": "DC",
    }
    assert ran.document["outcome"] == "match"


def test_a_moment_is_asked_about_with_its_offset(data_dir: Path) -> None:
    ran = lookup(data_dir, "--member", "TRN1", "--at", "2020-06-01T00:00:00-04:00", "--json")
    assert ran.document["immunity"]["at"] == "2020-06-01T04:00:00Z"


@pytest.mark.parametrize("at", ["2020-06-01", "9999-01-01T00:00:00Z"])
def test_a_moment_without_an_offset_or_in_the_future_is_refused(data_dir: Path, at: str) -> None:
    ran = lookup(data_dir, "--member", "TRN1", "--at", at)
    assert (ran.code, ran.out) == (1, "")
    assert "  /at: " in ran.err


@pytest.mark.parametrize(
    "arguments",
    [(), ("--plate", "DEA1234", "--member", "TRN1"), ("--plate", "DEA1234", "--plate", "-", "--document", "1")],
)
def test_anything_but_one_question_is_a_wrong_call(data_dir: Path, arguments: tuple[str, ...]) -> None:
    ran = lookup(data_dir, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Give exactly one of --plate, --member, --document and --address." in ran.err
    assert "DEA1234" not in ran.err


@pytest.mark.parametrize(
    ("option", "text", "pointer"),
    [
        ("--plate", "DEA=98765", "/plate"),
        ("--member", "DEA=98765", "/member_id"),
        ("--document", "DEA=98765", "/document/number"),
        ("--address", "DEA=98765", "/address"),
        ("--address", "DEA=98765, ,DC", "/address/city"),
        ("--plate", "", "/plate"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_without_repeating_it(
    data_dir: Path, option: str, text: str, pointer: str
) -> None:
    for ran in (lookup(data_dir, option, text), lookup(data_dir, option, "-", stdin=text)):
        assert (ran.code, ran.out) == (1, "")
        assert f"  {pointer}: " in ran.err
        assert "98765" not in ran.err


def test_bytes_that_are_no_text_are_refused(data_dir: Path) -> None:
    ran = lookup(data_dir, "--plate", "-", stdin=b"DEA\xff1234\n")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "immunity: The request cannot be understood.\n  /: Write the question in UTF-8.\n"


def test_half_a_character_is_refused(data_dir: Path) -> None:
    ran = lookup(data_dir, "--address", "\udcff St, Washington, DC")
    assert (ran.code, ran.out) == (1, "")
    assert "Write the question in UTF-8." in ran.err


def test_a_store_where_nothing_was_published_is_no_answer(tmp_path: Path) -> None:
    ran = lookup(tmp_path, "--plate", "DEA1234")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "immunity: Nothing was published in the store yet: run `immunity sync`.\n"


def test_nothing_is_answered_in_live_whose_audit_trail_could_be_rewritten(data_dir: Path) -> None:
    ran = lookup(data_dir, "--environment", "live", "--plate", "DEA1234")
    assert (ran.code, ran.out) == (1, "")
    assert "audit_publish" in ran.err


@pytest.mark.parametrize("url", ["postgresql://db/x", "sqlite:///", "store"])
def test_a_store_url_that_means_nothing_is_refused(data_dir: Path, url: str) -> None:
    ran = lookup(data_dir, "--store", url, "--plate", "DEA1234")
    assert (ran.code, ran.out) == (1, "")
    assert "The store URL is not one that is supported" in ran.err


def test_a_store_may_be_named_instead_of_the_data_directory(data_dir: Path, tmp_path: Path) -> None:
    ran = lookup(tmp_path, "--store", f"sqlite:///{data_dir}/store", "--plate", "DEA1234", "--json")
    assert ran.document["outcome"] == "match"


def test_the_data_ages_as_the_settings_say(data_dir: Path) -> None:
    ran = immunity("lookup", "--data-dir", str(data_dir), "--member", "TRN1", "--json")
    assert ran.document["freshness"]["state"] == "expired"
    assert ran.document["immunity"]["level"] == "unverified"


def test_a_language_that_is_not_there_is_refused(data_dir: Path) -> None:
    environ = LONG | {"IMMUNITY_LANGUAGE": "xx"}
    ran = immunity("lookup", "--data-dir", str(data_dir), "--plate", "DEA1234", environ=environ)
    assert (ran.code, ran.out) == (1, "")


def test_an_answer_for_people_begins_with_the_environment_and_the_verdict(data_dir: Path) -> None:
    lines = lookup(data_dir, "--plate", "DEA1234").out.splitlines()
    assert lines[:3] == ["TRAINING - invented data", "D EA 1234", "One record."]
    assert lines[4] == "FULL: Registered to a person with full immunity: identify the driver"
    assert lines[-1].startswith("Data of 2020-01-01T00:00:00Z (fresh). Reference ")
