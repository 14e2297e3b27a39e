"""Each table by itself: what a good row becomes, and each way in which a row is bad."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from indexer.reading import VALUE_LIMIT, read_row
from indexer.sources.extract import SourceRow
from indexer.tables import TABLES, Table
from lookup.law.terms import CATEGORIES, MISSION_KINDS
from lookup.records import CONTENT_CLASSES, decode_body
from tests.indexer.extracts import SMALL

BY_NAME = {table.name: table for table in TABLES}


def read(table: str, **changes: str | None) -> Any:
    """Read the first row of a table with some cells changed; None empties a cell."""
    cells = SMALL[table][0] | {name: "" if cell is None else cell for name, cell in changes.items()}
    return read_row(BY_NAME[table], SourceRow(7, {name: cell for name, cell in cells.items() if cell.strip()}))


def values(table: str, **changes: str | None) -> dict[str, Any]:
    return dict(BY_NAME[table].schema.load({**SMALL[table][0], **{n: c for n, c in changes.items() if c}}))


def fault(table: str, **changes: str | None) -> tuple[str | None, str | None, str | None]:
    row = read(table, **changes)
    return row.reason, row.column, row.value


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_good_row_is_accepted(table: Table) -> None:
    for cells in SMALL[table.name]:
        row = read_row(table, SourceRow(2, cells))
        assert (row.reason, row.column, row.value) == (None, None, None)
        assert row.content is not None


@pytest.mark.parametrize("table", [table for table in TABLES if not table.inside], ids=lambda table: table.name)
def test_the_content_of_a_good_row_is_that_of_its_record(table: Table) -> None:
    row = read_row(table, SourceRow(2, SMALL[table.name][0]))
    _, content = decode_body(table.kind, f'{{"standing":"good","content":{row.content}}}')
    assert isinstance(content, CONTENT_CLASSES[table.kind])
    assert getattr(content, table.key) == row.key


REQUIRED = {
    "missions": ("mission_id", "name", "kind", "established_on"),
    "members": ("member_id", "family_name", "nationality", "us_status"),
    "accreditations": ("accreditation_id", "member_id", "mission_id", "category", "effective_on"),
    "waivers": ("waiver_id", "member_id", "scope", "effective_on"),
    "agreements": ("agreement_id", "sending_state", "category", "treated_as", "effective_on", "citation"),
    "vehicles": ("plate", "mission_id", "registration_status"),
    "identity_cards": ("card_number", "member_id", "status"),
    "driver_licenses": ("license_number", "member_id", "status"),
    "premises": ("premises_id", "mission_id", "kind", "address", "city", "state"),
}


def test_every_table_requires_what_the_contract_marks_and_no_more() -> None:
    assert {table.name: table.required for table in TABLES} == REQUIRED


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in REQUIRED for column in REQUIRED[table]])
@pytest.mark.parametrize("empty", [None, "   "])
def test_an_empty_required_cell_is_missing(table: str, column: str, empty: str | None) -> None:
    assert fault(table, **{column: empty}) == ("missing", column, "")


COLUMNS = {
    "missions": "mission_id name kind sending_state organization plate_code city state address phone duty_phone "
    "established_on terminated_on",
    "members": "member_id family_name given_names date_of_birth sex nationality us_status principal_id relationship "
    "household_until full_time_student student_until household_exception recognized",
    "accreditations": "accreditation_id member_id mission_id category title effective_on terminated_on termination "
    "departed_on reasonable_period_ends_on state_confirmed",
    "waivers": "waiver_id member_id scope case_reference effective_on ends_on",
    "agreements": "agreement_id sending_state category treated_as covers_family effective_on ends_on citation",
    "vehicles": "plate vin make model body color year mission_id member_id registration_status lessor valid_from "
    "valid_until title_number",
    "identity_cards": "card_number member_id border issuer issued_on expires_on status",
    "driver_licenses": "license_number member_id class issued_on expires_on status",
    "premises": "premises_id mission_id kind member_id address city state postal_code latitude longitude "
    "recognized_on released_on",
}


def test_every_table_has_the_columns_of_the_contract_in_their_order() -> None:
    assert {table.name: " ".join(table.columns) for table in TABLES} == COLUMNS


DAYS = {
    "missions": ("established_on", "terminated_on"),
    "members": ("date_of_birth", "household_until", "student_until"),
    "accreditations": ("effective_on", "terminated_on", "departed_on", "reasonable_period_ends_on"),
    "waivers": ("effective_on", "ends_on"),
    "agreements": ("effective_on", "ends_on"),
    "vehicles": ("valid_from", "valid_until"),
    "identity_cards": ("issued_on", "expires_on"),
    "driver_licenses": ("issued_on", "expires_on"),
    "premises": ("recognized_on", "released_on"),
}
NO_DAYS = ("2026-02-30", "20260201", "2026-W01-1", "2026-1-1", "01/02/2026", "2026-01-01T00:00:00Z", "٢٠٢٦-01-01")


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in DAYS for column in DAYS[table]])
@pytest.mark.parametrize("cell", NO_DAYS)
def test_a_day_has_one_form_only(table: str, column: str, cell: str) -> None:
    assert fault(table, **{column: cell}) == ("invalid", column, cell)


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in DAYS for column in DAYS[table]])
def test_a_leap_day_is_a_day(table: str, column: str) -> None:
    assert values(table, **{column: "2028-02-29"})[column] == date(2028, 2, 29)


WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("missions", "kind"): MISSION_KINDS,
    ("members", "sex"): ("F", "M", "X"),
    ("members", "us_status"): ("none", "permanent_resident", "national"),
    ("members", "relationship"): ("spouse", "child", "parent", "other"),
    ("accreditations", "category"): CATEGORIES,
    ("accreditations", "termination"): ("ended", "persona_non_grata", "deceased", "mission_closed"),
    ("waivers", "scope"): ("criminal", "civil", "testimony", "execution"),
    ("agreements", "category"): CATEGORIES,
    ("agreements", "treated_as"): CATEGORIES,
    ("vehicles", "registration_status"): ("active", "expired", "suspended", "revoked", "surrendered", "stolen"),
    ("identity_cards", "border"): ("blue", "green", "red", "other"),
    ("identity_cards", "issuer"): ("state_department", "un", "other"),
    ("identity_cards", "status"): ("active", "lost", "stolen", "surrendered", "revoked"),
    ("driver_licenses", "status"): ("active", "suspended", "revoked", "surrendered"),
    ("premises", "kind"): (
        "chancery",
        "ambassador_residence",
        "residence",
        "consular",
        "annex",
        "organization_headquarters",
    ),
}


@pytest.mark.parametrize(("table", "column"), WORDS)
def test_every_word_of_a_list_is_accepted_and_no_other(table: str, column: str) -> None:
    beside = {"principal_id": "TRN9"} if column == "relationship" else {}
    beside |= {"organization": "un"} if table == "missions" else {}
    for word in WORDS[table, column]:
        assert fault(table, **{column: word}, **beside) == (None, None, None), word
    for word in ("unknown", WORDS[table, column][0].swapcase(), f"{WORDS[table, column][0]}s", "former_member"):
        assert fault(table, **{column: word}, **beside) == ("invalid", column, word)


FLAGS = (
    ("members", "full_time_student"),
    ("members", "household_exception"),
    ("members", "recognized"),
    ("accreditations", "state_confirmed"),
    ("agreements", "covers_family"),
)


@pytest.mark.parametrize(("table", "column"), FLAGS)
def test_a_boolean_is_true_or_false_in_small_letters(table: str, column: str) -> None:
    assert values(table, **{column: "true"})[column] is True
    assert values(table, **{column: "false"})[column] is False
    for cell in ("True", "TRUE", "yes", "1", "0", "t"):
        assert fault(table, **{column: cell}) == ("invalid", column, cell)


def test_a_member_is_recognized_and_an_agreement_covers_no_family_unless_it_is_said() -> None:
    assert values("members")["recognized"] is True
    assert values("agreements")["covers_family"] is False


def test_nationalities_are_countries_between_semicolons() -> None:
    assert values("members", nationality="FR;DE;PL")["nationality"] == ("FR", "DE", "PL")
    for cell in ("fr", "FRA", "FR,DE", "FR;", ";FR", "ZZ", "FR;ZZ", "FR; ;DE"):
        assert fault("members", nationality=cell) == ("invalid", "nationality", cell)


@pytest.mark.parametrize(("table", "column"), [("missions", "sending_state"), ("agreements", "sending_state")])
def test_a_sending_state_is_one_country(table: str, column: str) -> None:
    for cell in ("fr", "FR;DE", "XX", "France"):
        assert fault(table, **{column: cell}) == ("invalid", column, cell)


@pytest.mark.parametrize("table", ["missions", "premises"])
def test_a_state_is_a_usps_code(table: str) -> None:
    for cell in ("DC", "NY", "PR", "GU"):
        assert fault(table, state=cell) == (None, None, None)
    for cell in ("dc", "ZZ", "New York", "NB"):
        assert fault(table, state=cell) == ("invalid", "state", cell)


def test_a_plate_code_is_two_letters() -> None:
    assert values("missions", plate_code="zf")["plate_code"] == "ZF"
    for cell in ("Z", "ZFF", "Z1", "ÄB"):
        assert fault("missions", plate_code=cell) == ("invalid", "plate_code", cell)


def test_a_year_has_four_digits_of_a_century_with_cars() -> None:
    assert values("vehicles", year="1999")["year"] == 1999
    for cell in ("99", "02020", "1850", "2020.0", "٢٠٢٠"):
        assert fault("vehicles", year=cell) == ("invalid", "year", cell)


def test_a_place_lies_on_the_globe() -> None:
    assert values("premises", latitude="-90", longitude="+180.0")["longitude"] == 180.0
    for cell in ("90.1", "-91", "nan", "inf", "1e1", "38,9", "38.9N"):
        assert fault("premises", latitude=cell) == ("invalid", "latitude", cell)
    assert fault("premises", longitude="180.5") == ("invalid", "longitude", "180.5")


IDENTIFIERS = {
    ("members", "member_id"): 20,
    ("members", "principal_id"): 20,
    ("accreditations", "member_id"): 20,
    ("waivers", "member_id"): 20,
    ("vehicles", "plate"): 10,
    ("vehicles", "vin"): 20,
    ("vehicles", "member_id"): 20,
    ("identity_cards", "card_number"): 20,
    ("identity_cards", "member_id"): 20,
    ("driver_licenses", "license_number"): 20,
    ("driver_licenses", "member_id"): 20,
    ("premises", "member_id"): 20,
}


@pytest.mark.parametrize(("table", "column"), IDENTIFIERS)
def test_an_identifier_is_compared_in_its_normal_form(table: str, column: str) -> None:
    assert values(table, **{column: " trn-0 · 1 "})[column] == "TRN01"
    longest = "Z" * IDENTIFIERS[table, column]
    assert values(table, **{column: longest})[column] == longest
    for cell in (longest + "Z", "---", "\u0422\u0420\u041d1", "ZZ=1"):
        assert fault(table, **{column: cell}) == ("invalid", column, cell)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("missions", "mission_id"),
        ("agreements", "agreement_id"),
        ("accreditations", "accreditation_id"),
        ("waivers", "waiver_id"),
        ("premises", "premises_id"),
    ],
)
def test_other_keys_stand_as_they_are_without_blanks_around_them(table: str, column: str) -> None:
    assert read(table, **{column: "  a-B c\t"}).key == "a-B c"


def test_an_embassy_needs_a_sending_state_and_an_organization_its_name() -> None:
    assert fault("missions", sending_state=None) == ("missing", "sending_state", "")
    organization = {"kind": "international_organization", "sending_state": None}
    assert fault("missions", **organization) == ("missing", "organization", "")
    assert fault("missions", **organization, organization="An invented one") == (None, None, None)


def test_what_an_unreadable_kind_requires_is_not_guessed() -> None:
    assert fault("missions", kind="castle", sending_state=None) == ("invalid", "kind", "castle")


def test_an_end_before_the_beginning_is_a_fault_of_the_end() -> None:
    assert fault("accreditations", terminated_on="2023-12-31") == ("invalid", "terminated_on", "2023-12-31")
    assert fault("accreditations", terminated_on="2024-01-01") == (None, None, None)


def test_a_relationship_needs_a_principal() -> None:
    assert fault("members", relationship="child") == ("invalid", "relationship", "child")
    assert fault("members", relationship="child", principal_id="TRN9") == (None, None, None)
    assert fault("members", principal_id="TRN9") == (None, None, None)


def test_a_relationship_to_an_unreadable_principal_is_the_principals_fault() -> None:
    assert fault("members", relationship="child", principal_id="=") == ("invalid", "principal_id", "=")


def test_missing_comes_before_invalid_and_then_the_first_column_counts() -> None:
    assert fault("members", date_of_birth="soon", us_status=None) == ("missing", "us_status", "")
    assert fault("members", us_status="citizen", date_of_birth="soon") == ("invalid", "date_of_birth", "soon")
    assert fault("missions", established_on="soon", sending_state=None) == ("missing", "sending_state", "")
    assert fault("accreditations", terminated_on="1999-01-01", category="x") == ("invalid", "category", "x")


def test_a_refused_row_keeps_what_can_be_read_of_its_key_and_pointers() -> None:
    row = read("vehicles", registration_status="parked")
    assert (row.key, row.member, row.mission, row.content) == ("DZF1234", "TRN1", "emb-fr", None)
    row = read("vehicles", plate="ДЗФ", member_id="=")
    assert (row.key, row.member, row.mission) == (None, None, "emb-fr")
    assert read("accreditations", terminated_on="1999-01-01").key == "a1"


def test_a_member_whose_principal_cannot_be_read_is_family_all_the_same() -> None:
    assert read("members", principal_id="=").family is True
    assert read("members").family is False


def test_a_refused_value_is_kept_as_it_stands_but_not_at_any_length() -> None:
    assert fault("members", us_status=" Citizen ") == ("invalid", "us_status", " Citizen ")
    assert fault("members", us_status="x" * 9000) == ("invalid", "us_status", "x" * VALUE_LIMIT)


def test_blanks_around_a_cell_mean_nothing() -> None:
    row = values("members", us_status=" none ", family_name=" Martin ", date_of_birth="1980-02-29 ")
    assert (row["us_status"], row["family_name"], row["date_of_birth"]) == ("none", "Martin", date(1980, 2, 29))


CELLS = sorted(
    {cell for rows in SMALL.values() for row in rows for cell in row.values()}
    | {" FR ", "FR;US", "zz", "true", "maybe", "2026-02-30", "1949-12-31", "2031-01-01", "TRN 1-2", "x" * 30, "\u0131"}
    | {"international_organization", "un", "spouse", "-91", "38.5", "1899", "2024", "DC", "Z1"}
)
"""Of every column a good cell and a bad one, put into any other column too."""


@given(st.data())
def test_a_row_is_faultless_where_its_schema_finds_no_fault_and_reads_the_same(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(TABLES))
    cells = dict(data.draw(st.sampled_from(SMALL[table.name])))
    for column in data.draw(st.lists(st.sampled_from(table.columns), max_size=4)):
        cells[column] = data.draw(st.sampled_from([*CELLS, ""]))
    cells = {column: cell for column, cell in cells.items() if cell}
    try:
        expected = table.schema.load(cells)
    except ValidationError:
        expected = None
    assert table.schema.read_faultless(cells) == expected
