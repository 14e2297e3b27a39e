"""What the invented registry holds: reserved identifiers, every kind of case, and people on both sides of each edge."""

import csv
import re
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from indexer.sources.fictitious import generate
from lookup.addresses import normalize_address
from lookup.identifiers import normalize_document_number, normalize_plate, normalize_vin
from lookup.law.terms import MISSION_KINDS

ON = date(2026, 11, 22)
Registry = dict[str, list[dict[str, str]]]

LEADING = re.compile(r"[DSCA][EIOZ][A-Z] [0-9]{3,4}")
TRAILING = re.compile(r"[0-9]{3,4} [EIOZ][A-Z][DSA]")

VALUES = {
    ("missions", "kind"): set(MISSION_KINDS),
    ("members", "us_status"): {"none", "permanent_resident", "national"},
    ("members", "relationship"): {"", "spouse", "child", "parent", "other"},
    ("members", "sex"): {"", "F", "M", "X"},
    ("members", "recognized"): {"", "true", "false"},
    ("members", "full_time_student"): {"", "true", "false"},
    ("members", "household_exception"): {"", "true", "false"},
    ("accreditations", "termination"): {"", "ended", "persona_non_grata", "deceased", "mission_closed"},
    ("accreditations", "state_confirmed"): {"", "true", "false"},
    ("waivers", "scope"): {"criminal", "civil", "testimony", "execution"},
    ("agreements", "covers_family"): {"true", "false"},
    ("vehicles", "registration_status"): {"active", "expired", "suspended", "revoked", "surrendered", "stolen"},
    ("identity_cards", "border"): {"", "blue", "green", "red", "other"},
    ("identity_cards", "issuer"): {"", "state_department", "un", "other"},
    ("identity_cards", "status"): {"active", "lost", "stolen", "surrendered", "revoked"},
    ("driver_licenses", "status"): {"active", "suspended", "revoked", "surrendered"},
    ("premises", "kind"): {
        "chancery",
        "ambassador_residence",
        "residence",
        "consular",
        "annex",
        "organization_headquarters",
    },
}

NEVER_EMPTY = {
    "missions": {"mission_id", "name", "kind", "city", "state", "established_on"},
    "members": {"member_id", "family_name", "nationality", "us_status"},
    "accreditations": {"accreditation_id", "member_id", "mission_id", "category", "effective_on"},
    "waivers": {"waiver_id", "member_id", "scope", "effective_on"},
    "agreements": {
        "agreement_id",
        "sending_state",
        "category",
        "treated_as",
        "covers_family",
        "effective_on",
        "citation",
    },
    "vehicles": {"plate", "make", "mission_id", "registration_status", "valid_from"},
    "identity_cards": {"card_number", "member_id", "issued_on", "status"},
    "driver_licenses": {"license_number", "member_id", "issued_on", "expires_on", "status"},
    "premises": {"premises_id", "mission_id", "kind", "address", "city", "state"},
}

EDGES = [
    ("accreditations", "terminated_on", (-31, -30, -29, -1, 0, 1)),
    ("accreditations", "effective_on", (-30, 0, 1, 30, 31)),
    ("accreditations", "reasonable_period_ends_on", (-1, 0, 1)),
    ("members", "household_until", (-31, -30, -29, 0)),
    ("members", "student_until", (-1, 0, 1)),
    ("waivers", "ends_on", (-1, 0, 1)),
    ("vehicles", "valid_until", (-1, 0, 1)),
    ("identity_cards", "expires_on", (-1, 0, 1)),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    directory = tmp_path_factory.mktemp("fictitious")
    generate(directory, members=12_000, seed=4, on=ON)
    return {path.stem: _read(path) for path in directory.glob("*.csv")}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _posts(registry: Registry) -> dict[str, list[dict[str, str]]]:
    posts: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in registry["accreditations"]:
        posts[row["member_id"]].append(row)
    return posts


@pytest.mark.parametrize(("table", "column"), VALUES, ids=str)
def test_every_value_of_the_contract_occurs(registry: Registry, table: str, column: str) -> None:
    assert {row[column] for row in registry[table]} == VALUES[table, column]


@pytest.mark.parametrize("table", NEVER_EMPTY)
def test_every_other_column_is_empty_now_and_then_and_filled_now_and_then(registry: Registry, table: str) -> None:
    columns = registry[table][0].keys()
    assert {name for name in columns if all(row[name] for row in registry[table])} == NEVER_EMPTY[table]
    assert {name for name in columns if not any(row[name] for row in registry[table])} == set()


@pytest.mark.parametrize(("table", "column", "days"), EDGES, ids=str)
def test_dates_lie_on_both_sides_of_the_edges(
    registry: Registry, table: str, column: str, days: tuple[int, ...]
) -> None:
    found = {(date.fromisoformat(row[column]) - ON).days for row in registry[table] if row[column]}
    assert set(days) <= found


@pytest.mark.parametrize("age", [16, 18, 21, 23])
def test_children_have_their_birthday_yesterday_today_and_tomorrow(registry: Registry, age: int) -> None:
    children = {row["date_of_birth"] for row in registry["members"] if row["relationship"] == "child"}
    birthdays = {(ON + timedelta(days=offset)).replace(year=ON.year - age).isoformat() for offset in (-1, 0, 1)}
    assert len(birthdays & children) >= 2


def test_plates_are_of_the_two_orders_with_reserved_codes_and_letters_last_only_in_the_un_community(
    registry: Registry,
) -> None:
    missions = {row["mission_id"]: row for row in registry["missions"]}
    for vehicle in registry["vehicles"]:
        mission = missions[vehicle["mission_id"]]
        un_community = mission["kind"] == "permanent_mission_un" or mission["organization"] == "un"
        plate = vehicle["plate"]
        assert (TRAILING if un_community else LEADING).fullmatch(plate)
        assert mission["plate_code"] == (plate.partition(" ")[2][:2] if un_community else plate[1:3])


def test_no_plate_vehicle_number_or_address_comes_twice(registry: Registry) -> None:
    plates = [normalize_plate(row["plate"]) for row in registry["vehicles"]]
    vins = [normalize_vin(row["vin"]) for row in registry["vehicles"] if row["vin"]]
    places = [*registry["premises"], *(row for row in registry["missions"] if row["address"])]
    addresses = [normalize_address(row["address"], row["city"], row["state"]) for row in places]
    for values in (plates, vins, addresses):
        assert len(values) == len(set(values))


def test_numbers_are_reserved_ones_and_no_papers_number_is_anothers(registry: Registry) -> None:
    numbers = [row["member_id"] for row in registry["members"]]
    numbers += [row["card_number"] for row in registry["identity_cards"]]
    numbers += [row["license_number"] for row in registry["driver_licenses"]]
    numbers += [row["title_number"] for row in registry["vehicles"] if row["title_number"]]
    assert all(number.startswith("TRN") and normalize_document_number(number) == number for number in numbers)
    assert len(numbers) == len(set(numbers))
    for table, rows in registry.items():
        key = next(iter(rows[0]))
        assert table == "vehicles" or all(row[key].startswith("TRN") for row in rows)


def test_telephones_postal_codes_and_citations_are_invented(registry: Registry) -> None:
    phones = [row[name] for row in registry["missions"] for name in ("phone", "duty_phone") if row[name]]
    assert all(re.fullmatch(r"[0-9]{3}-555-01[0-9]{2}", phone) for phone in phones)
    assert all(row["postal_code"].startswith("000") for row in registry["premises"] if row["postal_code"])
    assert all("Invented agreement TRN-" in row["citation"] for row in registry["agreements"])


def test_consular_posts_stand_in_many_states(registry: Registry) -> None:
    consular = {row["state"] for row in registry["missions"] if "consulate" in row["kind"]}
    assert len(consular) >= 15


def test_a_plate_letter_is_plausible_but_decides_nothing(registry: Registry) -> None:
    categories = {member: posts[0]["category"] for member, posts in _posts(registry).items()}
    pairs = {
        (categories[row["member_id"]], row["plate"][0])
        for row in registry["vehicles"]
        if row["member_id"] in categories
    }
    assert {("diplomatic_agent", "D"), ("diplomatic_agent", "C"), ("admin_technical_staff", "S")} <= pairs
    assert {("career_consular_officer", "C"), ("io_staff", "A"), ("io_staff", "D")} <= pairs


def test_a_spouse_with_a_us_passport_drives_a_d_car(registry: Registry) -> None:
    spouses = {
        row["member_id"]
        for row in registry["members"]
        if row["relationship"] == "spouse" and row["us_status"] == "national"
    }
    assert [row for row in registry["vehicles"] if row["member_id"] in spouses and row["plate"][0] == "D"]


def test_some_hold_posts_one_after_the_other_some_at_once_and_some_spouses_work(registry: Registry) -> None:
    family = {row["member_id"] for row in registry["members"] if row["principal_id"]}
    several = [posts for posts in _posts(registry).values() if len(posts) == 2]
    ended = [posts for posts in several if posts[1]["terminated_on"] and posts[1]["terminated_on"] < ON.isoformat()]
    assert ended
    assert len(ended) < len(several)
    assert family & set(_posts(registry))


def test_nobody_comes_after_the_end_of_their_mission_or_ends_before_they_begin(registry: Registry) -> None:
    closes = {row["mission_id"]: row["terminated_on"] for row in registry["missions"]}
    for row in registry["accreditations"]:
        assert row["effective_on"] <= (closes[row["mission_id"]] or "9999")
        assert row["effective_on"] <= (row["terminated_on"] or "9999")
    assert {"", *closes.values()} != {""}


def test_family_stand_on_somebody_who_is_no_family_and_whose_posts_are_there(registry: Registry) -> None:
    principals = {row["member_id"] for row in registry["members"] if not row["principal_id"]}
    assert {row["principal_id"] for row in registry["members"]} - {""} <= principals
    assert principals <= set(_posts(registry))


def test_who_lost_their_card_has_another(registry: Registry) -> None:
    lost = {row["member_id"] for row in registry["identity_cards"] if row["status"] == "lost"}
    active = {row["member_id"] for row in registry["identity_cards"] if row["status"] == "active"}
    assert lost
    assert lost <= active


def test_mission_vehicles_motorcycles_leased_cars_and_homes_with_occupants_are_there(registry: Registry) -> None:
    vehicles = registry["vehicles"]
    assert any(not row["member_id"] for row in vehicles)
    assert any(row["body"] == "motorcycle" for row in vehicles)
    assert any(row["lessor"] for row in vehicles)
    homes = [row for row in registry["premises"] if row["kind"] == "residence"]
    assert homes
    assert all(row["member_id"] for row in homes)


def test_every_mission_but_a_special_one_has_its_seat_in_use(registry: Registry) -> None:
    seats = {
        row["mission_id"]
        for row in registry["premises"]
        if row["kind"] in ("chancery", "consular", "organization_headquarters") and not row["released_on"]
    }
    assert seats == {row["mission_id"] for row in registry["missions"] if row["kind"] != "special_mission"}


def test_names_are_of_many_kinds(registry: Registry) -> None:
    names = {row["family_name"] for row in registry["members"]}
    assert {"Nguyễn", "Щербатюк", "欧阳", "عبد الرحيم", "Sukarmawati", "O'Shaughan-D'Ambra"} <= names
    assert sum(name.isascii() for name in names) > 0.9 * len(names)
    assert len(names) > 2_000
    assert max(map(len, names)) > 40
