"""docs/settings.md has each setting as lookup/settings.py declares it."""

import tomllib
from pathlib import Path

import pytest

from lookup.setting_table import SETTINGS, Setting
from lookup.settings import PREFIX, resolve_settings
from tests.docs.pages import blocks, page, rows

TABLE = {cells[0]: cells[1:] for cells in rows(page("settings.md"))}


def _default(setting: Setting) -> str:
    if setting.name in ("data_dir", "store", "node", "audit_dir", "audit_spool"):
        return "derived"
    return f"`{setting.default}`" if setting.default else "none"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_stands_there_with_variable_default_and_meaning(setting: Setting) -> None:
    variable = f"`{PREFIX}{setting.name.upper()}`"
    assert TABLE[f"`{setting.name}`"] == [variable, _default(setting), setting.meaning]


def test_no_setting_stands_there_that_does_not_exist() -> None:
    assert set(TABLE) == {f"`{setting.name}`" for setting in SETTINGS}


def test_the_example_of_a_file_is_a_file_of_settings(tmp_path: Path) -> None:
    (example,) = blocks(page("settings.md"), "toml")
    path = tmp_path / "settings.toml"
    path.write_text(example, encoding="utf-8")
    settings = resolve_settings({}, path, environ={})
    assert {name for name, origin in settings.origins.items() if origin == "file"} == set(tomllib.loads(example))
