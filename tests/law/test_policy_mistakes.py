"""Whatever is wrong in the law's data is refused, and the message names the file and the key."""

import re
from pathlib import Path

import pytest

from lookup.errors import PolicyError
from lookup.law.codes import BLOCK_CODES, COMMUNITIES, LEVEL_TEXTS, NOTICE_CODES
from lookup.law.load import load_policies
from lookup.law.load_contacts import CONSULAR_TEXTS, HOURS, OFFICE_TEXTS
from lookup.law.load_rows import NUMBER_NAMES, ROW_KEYS
from lookup.law.load_texts import CATEGORY_KEYS
from lookup.law.terms import CONDITION_CODES

from .law_data import DATA, add, change, change_under, copy_of_the_data

BASICS = 'since = 2026-01-01\nsource = "A source"\nchecked_on = 2026-11-21\n'
BLOCKS = "en/blocks.toml"
ALL_FILES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*.toml"))


def refusal(data: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        load_policies(data)
    return str(caught.value)


# Per mistake: the file, the entry, what is replaced by what, and what the message says after the name of the file.
SPOILED_ENTRIES = {
    "a key nobody knows": (
        BLOCKS, "no_arrest", "kind =", 'color = "red"\nkind =',
        "no_arrest.color: is not known here; correct its spelling or remove it",
    ),
    "a second text where there is no last day": (
        BLOCKS, "no_arrest", "kind =", 'text_until = "Until {until}."\nkind =',
        "no_arrest.text_until: is not known here; correct its spelling or remove it",
    ),
    "no second text where a last day can be known": (
        BLOCKS, "reasonable_period", "text_until", "text_since",
        "reasonable_period.text_until: is missing; add it",
    ),
    "no text": (BLOCKS, "no_arrest", "text =", "words =", "no_arrest.text: is missing; add it"),
    "no since": (
        BLOCKS, "no_arrest", "since = 2026-01-01\n", "",
        "no_arrest.since: is missing; add it",
    ),
    "no source": (
        "numbers.toml", "adult_child_age", "source =", "sources =",
        "adult_child_age.source: is missing; add it",
    ),
    "an empty source": (
        "numbers.toml", "policy_check_days", 'source = "Rule', 'source = ""  # "Rule',
        "policy_check_days.source: must be a text that is not empty; write one between quotation marks",
    ),
    "no day of checking": (
        "telephones.toml", "ofm_main", "checked_on = 2026-11-21\n", "",
        "ofm_main.checked_on: is missing; add it",
    ),
    "a day as text": (
        "matrix.toml", "io_staff.family", "since = 2026-01-01", 'since = "2026-01-01"',
        "io_staff.family.since: must be a day such as 2026-01-31, without quotation marks and without a time",
    ),
    "a day with a time": (
        "offices.toml", "miami", "checked_on = 2026-11-21", "checked_on = 2026-11-21T10:00:00Z",
        "miami.checked_on: must be a day such as 2026-01-31, without quotation marks and without a time",
    ),
    "a number as text": (
        "numbers.toml", "adult_child_age", "value = 21", 'value = "21"',
        "adult_child_age.value: must be a whole number above 0",
    ),
    "true as a number": (
        "numbers.toml", "adult_child_age", "value = 21", "value = true",
        "adult_child_age.value: must be a whole number above 0",
    ),
    "a broken number": (
        "numbers.toml", "adult_child_age", "value = 21", "value = 21.5",
        "adult_child_age.value: must be a whole number above 0",
    ),
    "no days at all": (
        "numbers.toml", "household_grace_days", "value = 30", "value = 0",
        "household_grace_days.value: must be a whole number above 0",
    ),
    "a text as true": (
        "telephones.toml", "ofm_main", "confirmed = true", 'confirmed = "true"',
        "ofm_main.confirmed: must be true or false",
    ),
    "a list as text": (
        BLOCKS, "no_arrest", 'citations = ["VCDR 29"]', 'citations = "VCDR 29"',
        "no_arrest.citations: must be a list of texts that are not empty",
    ),
    "an empty citation": (
        BLOCKS, "no_arrest", '"VCDR 29"]', '"VCDR 29", " "]',
        "no_arrest.citations: must be a list of texts that are not empty",
    ),
    "a citation twice": (
        BLOCKS, "no_arrest", '"VCDR 29"]', '"VCDR 29", "VCDR 29"]',
        "no_arrest.citations: holds the same text twice; leave one out",
    ),
    "a level nobody knows": (
        "matrix.toml", "io_staff.family", 'level = "none"', 'level = "nothing"',
        ("io_staff.family.level: does not know 'nothing'; it is one of "
        "full, unverified, partial, official_acts, none"),
    ),
    "an answer nobody knows": (
        "matrix.toml", "io_staff.family", 'prosecute = "yes"', 'prosecute = "maybe"',
        "io_staff.family.prosecute: must be yes, no, or conditional: followed by condition codes",
    ),
    "a yes with a condition": (
        "matrix.toml", "io_staff.family", 'prosecute = "yes"', 'prosecute = "yes:verify_first"',
        "io_staff.family.prosecute: must be yes, no, or conditional: followed by condition codes",
    ),
    "an action left out": (
        "matrix.toml", "io_staff.family", 'prosecute = "yes"\n', "",
        "io_staff.family.prosecute: is missing; add it",
    ),
    "a condition nobody knows": (
        "matrix.toml", "io_staff.principal",
        'prosecute = "conditional:not_official', 'prosecute = "conditional:not_only',
        "io_staff.principal.prosecute: does not know the condition 'not_only_acts'; it is one of "
        + ", ".join(CONDITION_CODES),
    ),
    "conditional without a condition": (
        "matrix.toml", "io_staff.principal", 'prosecute = "conditional:not_official_acts"', 'prosecute = "conditional"',
        "io_staff.principal.prosecute: does not know the condition ''; it is one of "
        + ", ".join(CONDITION_CODES),
    ),
    "conditions out of order": (
        "matrix.toml", "career_consular_officer.principal",
        "not_official_acts+no_compulsion", "no_compulsion+not_official_acts",
        ("career_consular_officer.principal.subpoena_as_witness: "
        "must list each condition once, in this order: not_official_acts+no_compulsion"),
    ),
    "a condition twice": (
        "matrix.toml", "career_consular_officer.principal", "acts+no_compulsion", "acts+not_official_acts",
        ("career_consular_officer.principal.subpoena_as_witness: "
        "must list each condition once, in this order: not_official_acts"),
    ),
    "an article for no action": (
        "matrix.toml", "diplomatic_agent.principal", 'prosecute = ["VCDR 31(1)"]', 'convict = ["VCDR 31(1)"]',
        "diplomatic_agent.principal.articles.convict: is not known here; correct or remove it",
    ),
    "articles that are no table": (
        "matrix.toml", "io_staff.family", "level =", 'articles = "VCDR 29"\nlevel =',
        "io_staff.family.articles: must be a table, written as [io_staff.family.articles]",
    ),
    "a kind of block nobody knows": (
        BLOCKS, "no_arrest", 'kind = "do_not"', 'kind = "dont"',
        "no_arrest.kind: does not know 'dont'; it is one of do, do_not, know, call",
    ),
    "a severity nobody knows": (
        "en/notices.toml", "data_stale", '"caution"', '"warning"',
        "data_stale.severity: does not know 'warning'; it is one of info, caution, stop",
    ),
    "a placeholder nobody fills": (
        BLOCKS, "verify_with_state", "{command_center}", "{command_centre}",
        "verify_with_state.text: the placeholder {command_centre} is not known; correct or remove it",
    ),
    "a last day outside the text that has one": (
        BLOCKS, "residual_official_acts", "over.", "over since {until}.",
        "residual_official_acts.text: the placeholder {until} is not known; correct or remove it",
    ),
    "a text without its last day": (
        BLOCKS, "reasonable_period", "{until}", "some day",
        "reasonable_period.text_until: must hold the placeholder {until}; write it where its value belongs",
    ),
    "a notice that does not say in what": (
        "en/notices.toml", "history_incomplete", ": {what}", "",
        "history_incomplete.text: must hold the placeholder {what}; write it where its value belongs",
    ),
    "a stray brace": (
        BLOCKS, "verify_with_state", "{command_center}", "{command_center",
        ("verify_with_state.text: has a brace that is no placeholder; "
        "write placeholders as {small_letters}"),
    ),
    "a telephone in a text that nobody has confirmed": (
        BLOCKS, "contact_usun", "{command_center}", "{usun_operations}",
        "contact_usun.text: the telephone usun_operations is not confirmed, so no text may name it",
    ),
    "hours nobody knows": (
        "telephones.toml", "ofm_main", 'hours = "business_hours"', 'hours = "mornings"',
        "ofm_main.hours: does not know 'mornings'; it is one of always, business_hours",
    ),
    "a Command Center that nobody has confirmed": (
        "telephones.toml", "command_center", "confirmed = true", "confirmed = false",
        'command_center: must be there, confirmed, and have hours = "always"',
    ),
    "a Command Center that closes": (
        "telephones.toml", "command_center", 'hours = "always"', 'hours = "business_hours"',
        'command_center: must be there, confirmed, and have hours = "always"',
    ),
    "a State that does not exist": (
        "offices.toml", "houston", '"TX"', '"TE"',
        "houston.states: does not know 'TE'; correct or remove it",
    ),
    "a State whole and in part": (
        "offices.toml", "los_angeles", '"AZ", "HI"', '"AZ", "CA"',
        "los_angeles.partial: names CA, which states names too; keep one",
    ),
    "an office with a telephone that does not exist": (
        "offices.toml", "houston", "ofm_houston", "ofm_dallas",
        "houston.telephone: the telephone ofm_dallas is not in telephones.toml; correct it or add it there",
    ),
    "no office for the rest": (
        "offices.toml", "washington", "elsewhere = true", "elsewhere = false",
        "elsewhere: must be true for one office, which serves every place not listed",
    ),
    "two offices for the rest": (
        "offices.toml", "miami", "partial = []", "partial = []\nelsewhere = true",
        "elsewhere: must be true for one office, which serves every place not listed",
    ),
    "a community with a telephone that does not exist": (
        "verification.toml", "usun", "usun_operations", "usun",
        "usun.telephones: the telephone usun is not in telephones.toml; correct it or add it there",
    ),
    "a country that does not exist": (
        "notification.toml", "list", '"AL"', '"XX"',
        "list.mandatory: does not know 'XX'; correct or remove it",
    ),
    "a country twice": (
        "notification.toml", "list", '"AL"', '"DZ"',
        "list.mandatory: holds the same text twice; leave one out",
    ),
    "an exception for a country that is not listed": (
        "notification.toml", "list", 'residents = ["PL"]', 'residents = ["FR"]',
        "list.not_for_permanent_residents: does not know 'FR'; correct or remove it",
    ),
    "a dependency that does not exist": (
        "notification.toml", "list", "HK =", "XK =",
        "list.dependencies.XK: is not known here; correct or remove it",
    ),
    "a dependency of a State that is not listed": (
        "notification.toml", "list", 'HK = "CN"', 'HK = "FR"',
        "list.dependencies.HK: must belong to a State on the list; correct or remove it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", SPOILED_ENTRIES)
def test_a_spoiled_entry_is_refused_with_its_file_and_key(mistake: str, tmp_path: Path) -> None:
    file, heading, old, new, message = SPOILED_ENTRIES[mistake]
    data = copy_of_the_data(tmp_path)
    change_under(data, file, heading, old, new)
    assert refusal(data) == f"{file}: {message}"


# Every closed list: the file, the keys it must hold, and what else an entry of it says.
CLOSED_FILES = {
    "matrix.toml": tuple(ROW_KEYS),
    "numbers.toml": NUMBER_NAMES,
    "verification.toml": COMMUNITIES,
    "en/conditions.toml": CONDITION_CODES,
    BLOCKS: BLOCK_CODES,
    "en/levels.toml": LEVEL_TEXTS,
    "en/notices.toml": NOTICE_CODES,
    "en/categories.toml": CATEGORY_KEYS,
    "en/verification.toml": COMMUNITIES,
    "en/hours.toml": HOURS,
    "en/offices.toml": OFFICE_TEXTS,
    "en/consular.toml": CONSULAR_TEXTS,
}


@pytest.mark.parametrize(("file", "key"), [(file, key) for file, keys in CLOSED_FILES.items() for key in keys])
def test_nothing_that_must_be_there_can_be_left_out(file: str, key: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    text = (data / file).read_text(encoding="utf-8")
    without = re.sub(rf"^\[\[{re.escape(key)}\]\]\n.*?(?=^\[\[|\Z)", "", text, count=1, flags=re.DOTALL | re.MULTILINE)
    assert without != text
    (data / file).write_text(without, encoding="utf-8")
    assert refusal(data) == f"{file}: {key}: is missing; add an entry with a since not after 2026-01-01"


@pytest.mark.parametrize("file", [file for file in CLOSED_FILES if file not in {"matrix.toml", "numbers.toml"}])
def test_a_heading_that_nobody_knows_is_refused(file: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, file, f'[[made_up]]\n{BASICS}text = "A text."')
    assert refusal(data) == f"{file}: made_up: is not known; correct the heading or remove the entry"


def test_a_row_for_a_category_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "matrix.toml", f"[[made_up.principal]]\n{BASICS}")
    assert refusal(data) == "matrix.toml: made_up.principal: is not known; correct the heading or remove the entry"


def test_a_us_person_in_office_has_no_row_for_family(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "matrix.toml", f"[[us_person_in_office.family]]\n{BASICS}")
    message = "matrix.toml: us_person_in_office.family: is not known; correct the heading or remove the entry"
    assert refusal(data) == message


def test_a_number_that_no_rule_reads_is_refused(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "numbers.toml", f"[[made_up]]\n{BASICS}value = 3")
    assert refusal(data) == "numbers.toml: made_up: is not known; correct the heading or remove the entry"


def test_a_note_for_a_country_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, "en/consular_notes.toml", f'[[XX]]\n{BASICS}text = "A note."')
    assert refusal(data) == "en/consular_notes.toml: XX: is not known; correct the heading or remove the entry"


@pytest.mark.parametrize("file", ALL_FILES)
def test_a_file_that_is_no_toml_is_refused_by_name(file: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    add(data, file, "[[broken")
    message = refusal(data)
    assert message.startswith(f"{file}: is not valid TOML: ")
    assert re.search(r"\(at line \d+, column \d+\); correct it there$", message)


@pytest.mark.parametrize("file", ALL_FILES)
def test_a_file_that_is_gone_is_refused_by_name(file: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    (data / file).unlink()
    assert refusal(data) == f"{file}: cannot be read (FileNotFoundError); put the file back"


def test_a_file_that_is_not_utf_8_is_refused_by_name(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    (data / "numbers.toml").write_bytes(b"# \xff\n")
    assert refusal(data).startswith("numbers.toml: is not valid TOML: ")


@pytest.mark.parametrize("file", ALL_FILES)
def test_an_entry_that_is_there_twice_is_refused(file: str, tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    text = (data / file).read_text(encoding="utf-8")
    first = text[text.index("[[") :].split("\n[[")[0]
    add(data, file, first)
    key = first[2 : first.index("]]")].strip('"')
    message = f"{file}: {key}: has two entries since 2026-01-01; remove one or change its since"
    assert refusal(data) == message


def test_a_key_that_is_no_list_of_entries_is_refused(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change(data, "numbers.toml", "[[adult_child_age]]", "[adult_child_age]")
    assert refusal(data) == "numbers.toml: adult_child_age: must be written as [[adult_child_age]]"


def test_a_row_without_a_role_is_refused(tmp_path: Path) -> None:
    data = copy_of_the_data(tmp_path)
    change(data, "matrix.toml", "[[diplomatic_agent.principal]]", "[[io_staff]]")
    assert refusal(data) == "matrix.toml: io_staff: must be written as [[io_staff.…]]"


def test_a_language_without_a_folder_is_refused_by_its_first_file() -> None:
    with pytest.raises(PolicyError) as caught:
        load_policies(language="tlh")
    message = "tlh/conditions.toml: cannot be read (FileNotFoundError); put the file back"
    assert str(caught.value) == message
