"""`immunity assess` and `immunity config`: the law without the registry, and the settings in force."""

import json
from pathlib import Path
from typing import Any

import pytest

from lookup.law.load import load_policies
from lookup.service import assess_document
from lookup.setting_table import SETTINGS
from tests.unit.calling import immunity
from tests.unit.people import DAY

DIPLOMAT: dict[str, Any] = {"category": "diplomatic_agent", "at": "2026-06-01"}
SERVANT: dict[str, Any] = {"category": "private_servant", "at": "2026-06-01"}


def assessed(facts: dict[str, Any]) -> Any:
    """The documents of the law, as JSON has them."""
    return json.loads(json.dumps(assess_document(facts, load_policies(), DAY)))


def faults(text: str) -> list[str]:
    """The pointers that a refusal lists."""
    ran = immunity("assess", "-", stdin=text)
    assert (ran.code, ran.out) == (1, "")
    return [line.split(": ")[0].strip() for line in ran.err.splitlines() if line.startswith("  ")]


# assess


def test_facts_in_a_file_are_assessed(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(DIPLOMAT), encoding="utf-8")
    ran = immunity("assess", str(file), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == assessed(DIPLOMAT)


def test_facts_on_standard_input_are_assessed() -> None:
    ran = immunity("assess", "-", "--json", stdin=json.dumps(SERVANT))
    assert (ran.code, ran.document) == (0, assessed(SERVANT))


def test_a_list_of_facts_is_a_list_of_assessments_in_its_order() -> None:
    ran = immunity("assess", "-", "--json", stdin=json.dumps([SERVANT, DIPLOMAT, SERVANT]))
    assert ran.document == [assessed(SERVANT), assessed(DIPLOMAT), assessed(SERVANT)]


def test_an_empty_list_is_an_empty_list() -> None:
    ran = immunity("assess", "-", "--json", stdin="[]")
    assert (ran.code, ran.document) == (0, [])


def test_an_assessment_for_people_tells_verdict_answers_and_guidance() -> None:
    ran = immunity("assess", "-", stdin=json.dumps([DIPLOMAT, SERVANT]))
    assert ran.code == 0
    assert "FULL: Full immunity: may not be arrested or detained" in ran.out
    assert "NONE: No immunity on record: ordinary law applies" in ran.out
    assert ran.out.count("Arrest or detain     ") == 2
    assert ran.out.count("\nVerify: ") == 2


def test_bad_facts_are_refused_with_their_pointers() -> None:
    assert faults('{"age": -1, "vehicle": {"registrant": "king"}}') == ["/age", "/vehicle/registrant"]


def test_bad_facts_of_a_list_have_its_index_before_their_pointers() -> None:
    second = {"age": -1, "vehicle": {"registrant": "king"}}
    assert faults(json.dumps([DIPLOMAT, second])) == ["/1/age", "/1/vehicle/registrant"]
    assert faults(json.dumps([7])) == ["/0"]
    assert faults(json.dumps([[DIPLOMAT]])) == ["/0"]


@pytest.mark.parametrize("text", ["", "{", "{'age': 1}", '{"age": 1} x', "[" * 100_000])
def test_what_is_no_json_is_refused_whole(text: str) -> None:
    assert faults(text) == ["/"]


@pytest.mark.parametrize("text", ["null", "7", '"facts"', "true"])
def test_json_that_is_no_object_is_refused_whole(text: str) -> None:
    assert faults(text) == ["/"]


def test_broken_json_is_refused_by_its_line() -> None:
    ran = immunity("assess", "-", stdin='{\n  "age": 1,\n}')
    assert "The file is not JSON (line 3)." in ran.err


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_bytes(b'{"age": \xff}')
    assert "The file is not JSON." in immunity("assess", str(file)).err
    assert "The file is not JSON." in immunity("assess", "-", stdin=b'{"age": \xff}').err


def test_a_file_that_is_not_there_is_refused_without_its_name(tmp_path: Path) -> None:
    ran = immunity("assess", str(tmp_path / "quillfeather.json"))
    assert (ran.code, ran.out) == (1, "")
    assert "The file cannot be read: No such file or directory." in ran.err
    assert "quillfeather" not in ran.err


def test_a_number_that_json_does_not_have_is_refused() -> None:
    assert faults('{"age": NaN}') == ["/age"]


# config


def test_the_settings_in_force_are_printed_with_where_they_came_from(tmp_path: Path) -> None:
    file = tmp_path / "immunity.toml"
    file.write_text('threads = 9\nbind = "127.0.0.1:9000"\n', encoding="utf-8")
    environ = {"IMMUNITY_BIND": "127.0.0.1:9001", "IMMUNITY_WORKERS": "3", "IMMUNITY_ELASTICSEARCH_PASSWORD": "hush"}
    arguments = ("--config", str(file), "--data-dir", str(tmp_path), "--environment", "live")
    ran = immunity("config", *arguments, environ=environ)
    assert (ran.code, ran.err) == (0, "")
    shown = ran.out.splitlines()
    assert [line.split(" = ")[0] for line in shown] == [setting.name for setting in SETTINGS]
    assert set(shown) >= {
        "environment = live  (option)",
        f"data_dir = {tmp_path}  (option)",
        f"store = sqlite:///{tmp_path}/store  (default)",
        "reading = replica  (default)",
        "elasticsearch_user = not set  (default)",
        "elasticsearch_password = (hidden)  (variable)",
        "elasticsearch_api_key = not set  (default)",
        "elasticsearch_ca = not set  (default)",
        "database_user = not set  (default)",
        "database_password = not set  (default)",
        "overlap = 15 min  (default)",
        "stale_after = 26 h  (default)",
        "expire_after = 72 h  (default)",
        "bind = 127.0.0.1:9001  (variable)",
        "console_bind = 127.0.0.1:8081  (default)",
        "workers = 3  (variable)",
        "threads = 9  (file)",
        "operations_from = 127.0.0.0/8,::1/128  (default)",
        "trusted_proxies =   (default)",
        "language = en  (default)",
    }


def test_the_settings_as_json_have_name_value_origin_and_meaning(tmp_path: Path) -> None:
    rows = immunity("config", "--data-dir", str(tmp_path), "--json").document
    assert [row["name"] for row in rows] == [setting.name for setting in SETTINGS]
    assert {tuple(row) for row in rows} == {("name", "value", "from", "meaning")}
    by_name = {row["name"]: (row["value"], row["from"]) for row in rows}
    assert by_name["data_dir"] == (str(tmp_path), "option")
    assert by_name["workers"] == (2, "default")
    assert by_name["expire_after"] == ("72 h", "default")


def test_what_config_prints_can_be_set_again(tmp_path: Path) -> None:
    rows = immunity("config", "--data-dir", str(tmp_path), "--json").document
    environ = {f"IMMUNITY_{row['name'].upper()}": str(row["value"]) for row in rows if row["value"] is not None}
    again = immunity("config", "--json", environ=environ).document
    assert [(row["name"], row["value"]) for row in again] == [(row["name"], row["value"]) for row in rows]
    assert {row["from"] for row in again} == {"variable", "default"}
    assert {row["name"] for row in again if row["from"] == "default"} == {
        row["name"] for row in rows if row["value"] is None
    }


def test_config_makes_nothing(tmp_path: Path) -> None:
    immunity("config", "--data-dir", str(tmp_path / "data"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"IMMUNITY_LANGUAGE": "english"}, "Setting language (variable): "),
        ({"IMMUNITY_COLOUR": "red"}, "Unknown setting in variable: colour."),
        ({"IMMUNITY_CONFIG": "/no/such/file.toml"}, "The settings file /no/such/file.toml cannot be read: "),
    ],
)
def test_settings_that_are_wrong_are_no_settings(environ: dict[str, str], told: str) -> None:
    ran = immunity("config", environ=environ)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"immunity: {told}")
