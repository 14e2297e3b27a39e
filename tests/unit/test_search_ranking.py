"""What a search finds, in what order, and why; on every engine the same, so here on a store in memory."""

from datetime import date
from typing import Any

import pytest

from lookup.errors import InvalidRequest
from lookup.law.terms import Category
from lookup.lookalikes import candidates
from lookup.records import Accreditation, Member, Mission, Premises, Vehicle
from lookup.search import SearchPage, search
from lookup.search_hits import Hit, best_hits
from lookup.search_request import SearchRequest, write_cursor
from lookup.search_vehicles import read_pattern
from lookup.search_words import match_words
from tests.unit.memory_registry import MemoryRegistry, held, record_of, tombstone

DAY = date(2020, 1, 1)


def person(
    number: int, family: str, given: str = "", at: str = "M1", category: Category = "diplomatic_agent", **more: Any
) -> Member:
    posts = () if more.get("principal_id") else (Accreditation(f"A{number}", at, category, DAY),)
    return Member(f"TRN{number}", family, ("ZZ",), "none", given_names=given or None, accreditations=posts, **more)


def car(plate: str, mission: str = "M1", **more: Any) -> Vehicle:
    return Vehicle(plate, mission, more.pop("registration_status", "active"), **more)


EXAMPLIA = Mission("M1", "Embassy of Examplia", "embassy", DAY, plate_code="ZB", state="DC")
SAMPLAND = Mission("M2", "Consulate General of Sampland", "consulate_general", DAY, plate_code="IO", state="NY")
CHANCERY = Premises("P1", "M1", "chancery", "1234 Example Avenue NW", "Washington", "DC")
RESIDENCE = Premises("P2", "M2", "residence", "99 Example Street", "New York", "NY")

REGISTRY = MemoryRegistry(
    EXAMPLIA,
    SAMPLAND,
    CHANCERY,
    RESIDENCE,
    person(1, "García Núñez", "José"),
    person(2, "Garcia", "Josefa", at="M2", category="service_staff"),
    person(3, "Смирнов", "Юрий"),
    person(4, "محمد", "علي", at="M2"),
    person(5, "Smith", "Anna"),
    person(6, "Al-Rashid", "Omar"),
    person(8, "Alzayani", "Nura"),
    person(11, "de la Cruz", "Eva"),
    person(7, "Garcia", "Lucia", principal_id="TRN2"),
    car("DZB1234", make="Toyota", color="Blue", vin="TRNVIN0000000001"),
    car("DZ81234", make="Toyota", color="black"),
    car("DIO1299", "M2", make="Škoda", color="blue", registration_status="expired"),
    car("1234ZBD"),
    held("vehicle", "DZB7777"),
    held("member", "TRN99"),
    tombstone("vehicle", "DZB5555"),
)


def ask(q: str = "", **more: Any) -> SearchPage:
    return search(REGISTRY, SearchRequest(q, **more))


def keys(page: SearchPage) -> list[str]:
    return [hit.record.key for hit in page.hits]


def faults(q: str = "", **more: Any) -> list[str]:
    with pytest.raises(InvalidRequest) as caught:
        ask(q, **more)
    return [fault.pointer for fault in caught.value.faults]


@pytest.mark.parametrize("q", ["José García Núñez", "nunez, garcia jose", "GARCIA NUÑEZ JOSE", "jose nunez garcia"])
def test_a_whole_name_is_found_in_any_order_and_ranks_first(q: str) -> None:
    first = ask(q).hits[0]
    assert first.record.key == "member:TRN1"
    assert set(first.because) == {"has jose", "has garcia", "has nunez"}


@pytest.mark.parametrize(
    ("q", "key", "because"),
    [
        ("Smyth Anna", "member:TRN5", ("has anna", "smith sounds like smyth")),
        ("Anna Smitj", "member:TRN5", ("has anna", "smith is nearly smitj")),
        ("Amna Smith", "member:TRN5", ("has smith", "anna is nearly amna")),
        ("smit", "member:TRN5", ("smith begins with smit",)),
        ("Smirnov", "member:TRN3", ("has smirnov",)),
        ("Yuriy Smirnov", "member:TRN3", ("has yuriy", "has smirnov")),
        ("Mohammed", "member:TRN4", ("mhmd sounds like mohammed",)),
        ("alrashid", "member:TRN6", ("has alrashid",)),
        ("al rashid", "member:TRN6", ("has al", "has rashid")),
        ("delacruz", "member:TRN11", ("has delacruz",)),
        ("de la cruz eva", "member:TRN11", ("has de", "has la", "has cruz", "has eva")),
        ("nura al zayani", "member:TRN8", ("has nura", "has alzayani")),
        ("Смирнов", "member:TRN3", ("has smirnov",)),
        ("ras", "member:TRN6", ("rashid begins with ras",)),
        ("a rashid", "member:TRN6", ("has rashid", "al begins with a")),
        ("sxith", "member:TRN5", ("smith is nearly sxith",)),
    ],
)
def test_a_name_in_another_spelling_is_found_and_says_why(q: str, key: str, because: tuple[str, ...]) -> None:
    first = ask(q, kinds=("member",)).hits[0]
    assert (first.record.key, first.because) == (key, because)


def test_the_better_fit_ranks_higher_and_equal_ones_stand_by_key() -> None:
    page = ask("garcia", kinds=("member",))
    assert [(hit.record.key, hit.score) for hit in page.hits] == [
        ("member:TRN2", 0.95),
        ("member:TRN7", 0.95),
        ("member:TRN1", 0.9333),
    ]


def test_one_of_two_names_is_not_enough() -> None:
    assert keys(ask("Anna Garcia", kinds=("member",))) == []
    assert keys(ask("Anna X Smith", kinds=("member",))) == ["member:TRN5"]


def test_a_beginning_is_found_beside_a_name_that_only_sounds_alike() -> None:
    registry = MemoryRegistry(person(1, "Samat"), person(2, "Smith"))
    assert keys(search(registry, SearchRequest("smit"))) == ["member:TRN2", "member:TRN1"]


def test_each_word_of_a_record_serves_once() -> None:
    assert keys(ask("garcia garcia", kinds=("member",))) == []


def test_a_word_is_worth_the_less_the_further_it_is_from_the_one_asked_for() -> None:
    known = ("smith",)
    fits = [match_words((asked,), known) for asked in ("smith", "smi", "smyth", "smitj", "s")]
    assert [fit and fit[0] for fit in fits] == [1.0, 0.92, 0.8765, 0.85, 0.75]
    assert match_words(("konstanzyan",), ("konstantin",)) == (0.7696, ("konstantin is nearly konstanzyan",))
    assert match_words(("jones",), known) is None
    assert match_words((), known) is None


def test_equal_scores_stand_by_key_and_a_record_counts_once() -> None:
    one, other = record_of(car("DIO1")), record_of(car("DIO2"))
    hits = best_hits([Hit(other, 0.5, ("a",)), Hit(one, 0.5, ("b",)), Hit(other, 0.4, ("c",))])
    assert hits == [Hit(one, 0.5, ("b",)), Hit(other, 0.5, ("a",))]


def test_a_member_id_is_found_exactly() -> None:
    hit = ask("trn-5").hits[0]
    assert (hit.record.key, hit.score, hit.because) == ("member:TRN5", 1.0, ("has this member id",))


def test_a_plate_is_found_with_its_near_misses_below_it() -> None:
    page = ask("dzb 1234", kinds=("vehicle",))
    assert [(hit.record.key, hit.because) for hit in page.hits] == [
        ("vehicle:DZB1234", ("has this plate",)),
        ("vehicle:DZ81234", ("near miss: 8 read as B",)),
        ("vehicle:1234ZBD", ("near miss: other series",)),
    ]
    assert page.hits[1].score == round(0.7 * candidates("DZB1234", REGISTRY)[0].near_miss.score, 4)


def test_a_part_of_a_plate_is_found() -> None:
    page = ask("B1234", kinds=("vehicle",))
    assert [(hit.record.key, hit.score, hit.because) for hit in page.hits] == [
        ("vehicle:DZB1234", 0.5714, ("holds B1234",))
    ]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("D?B1234", ["DZB1234"]),
        ("dz?-1234", ["DZ81234", "DZB1234"]),
        ("D*99", ["DIO1299"]),
        ("*1234", ["DZ81234", "DZB1234"]),
        ("D??12*", ["DIO1299", "DZ81234", "DZB1234"]),
        ("D?*?B*1234", []),
    ],
)
def test_unknown_characters_of_a_plate_are_written_as_wildcards(q: str, found: list[str]) -> None:
    hits = [hit for hit in ask(q, kinds=("vehicle",)).hits if hit.score == 0.9]
    assert [hit.record.key for hit in hits] == [f"vehicle:{plate}" for plate in found]


def test_a_pattern_with_a_look_alike_is_found_below_the_fits() -> None:
    page = ask("?ZB1234", kinds=("vehicle",))
    assert [(hit.record.key, hit.score, hit.because) for hit in page.hits] == [
        ("vehicle:DZB1234", 0.9, ("fits ?ZB1234",)),
        ("vehicle:DZ81234", 0.7, ("fits ?ZB1234 but for a look-alike of B",)),
    ]


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("d?b 12*", "D?B12*"),
        ("*?*?1", "??*1"),
        ("\uff24\uff1f1\uff0a", "D?1*"),
        ("DZB1234", "DZB1234"),
        ("???*", None),
        ("D\u0410?1", None),
        ("DZB1234567?", None),
        ("???????????1", None),
        ("1234 Example Avenue", None),
    ],
)
def test_a_pattern_is_read_like_a_plate(text: str, pattern: str | None) -> None:
    assert read_pattern(text) == pattern


def test_a_vehicle_number_is_found_exactly() -> None:
    hit = ask("trnvin-0000000001").hits[0]
    assert (hit.record.key, hit.because) == ("vehicle:DZB1234", ("has this vehicle number",))


def test_letters_alone_are_no_part_of_a_plate() -> None:
    assert keys(ask("zb", kinds=("vehicle",))) == []
    assert keys(ask("zb*", kinds=("vehicle",))) == []
    assert keys(ask("*zb*", kinds=("vehicle",))) == ["vehicle:1234ZBD", "vehicle:DZB1234", "vehicle:DZ81234"]


def test_a_mission_is_found_by_name_code_and_id() -> None:
    assert ask("examplia embassy").hits[0].because == ("has examplia", "has embassy")
    assert ask("Sampeland").hits[0].record.key == "mission:M2"
    assert [(hit.record.key, hit.because) for hit in ask("zb").hits] == [("mission:M1", ("has this plate code",))]
    assert ask("M2").hits[0].because == ("has this mission id",)


def test_a_mission_is_found_by_its_own_address_in_any_spelling() -> None:
    chancery = Mission("M7", "Embassy of Somewhere", "embassy", date(1990, 1, 1), "FR", address="8919 Example Ave SE")
    registry = MemoryRegistry(chancery)
    for asked in ("8919 Example Avenue Southeast", "8919 example ave"):
        page = search(registry, SearchRequest(q=asked, kinds=("mission",)))
        assert [hit.record.key for hit in page.hits] == ["mission:M7"]


def test_an_address_is_found_however_it_is_written() -> None:
    page = ask("1234 example ave northwest, washington")
    assert keys(page) == ["premises:P1"]
    assert page.hits[0].because == ("has 1234", "has example", "has ave", "has nw", "has washington")


def test_a_house_number_fits_as_a_whole_or_not_at_all() -> None:
    assert keys(ask("1235 Examplo", kinds=("premises",))) == []
    assert keys(ask("99 Examplo St", kinds=("premises",))) == ["premises:P2"]


def test_held_records_are_found_by_their_key_alone_and_deleted_ones_not_at_all() -> None:
    hit = ask("DZB7777").hits[0]
    assert (hit.record.standing, hit.record.content, hit.because) == ("held", None, ("has this plate",))
    assert keys(ask("TRN99", kinds=("member",))) == ["member:TRN99"]
    assert keys(ask("DZB5555", kinds=("vehicle",), mission="M1")) == []
    assert "vehicle:DZB5555" not in keys(ask("DZB5555"))
    assert keys(ask("DZB7777", mission="M1")) == []


def test_only_kinds_asked_for_are_given() -> None:
    assert keys(ask("Examplia", kinds=("vehicle", "member"))) == []
    assert keys(ask(mission="M1", kinds=("premises",))) == ["premises:P1"]


def test_filters_narrow_a_search_by_text() -> None:
    assert keys(ask("garcia", mission="M1")) == ["member:TRN1"]
    assert keys(ask("garcia", mission="M2")) == ["member:TRN2", "member:TRN7"]
    assert keys(ask("garcia", category="service_staff")) == ["member:TRN2", "member:TRN7"]
    assert keys(ask("garcia", state="New York")) == ["member:TRN2", "member:TRN7"]
    assert keys(ask("garcia", color="blue")) == []
    assert keys(ask("D*", color="BLUE", make="skoda")) == ["vehicle:DIO1299"]
    assert keys(ask("D*", status="active")) == ["vehicle:DZ81234", "vehicle:DZB1234"]
    assert keys(ask("example", state="dc")) == ["premises:P1", "mission:M1"]


def test_filters_alone_list_what_they_lead_to_by_key() -> None:
    assert keys(ask(mission="M2")) == [
        "member:TRN2",
        "member:TRN4",
        "member:TRN7",
        "mission:M2",
        "premises:P2",
        "vehicle:DIO1299",
    ]
    assert keys(ask(mission="M2")) == keys(ask(state="NY"))
    assert keys(ask(make="toyota")) == ["vehicle:DZ81234", "vehicle:DZB1234"]
    assert keys(ask(color="blue")) == ["vehicle:DIO1299", "vehicle:DZB1234"]
    assert keys(ask(status="expired")) == ["vehicle:DIO1299"]
    assert keys(ask(category="service_staff")) == ["member:TRN2", "member:TRN7"]
    assert ask(make="Toyota", color="Blue").hits[0].because == ("make Toyota", "color Blue")


def test_a_name_beyond_the_first_thousands_is_found_within_its_mission() -> None:
    many = [person(10_000 + number, "Garcia") for number in range(2100)]
    registry = MemoryRegistry(*many, person(99_999, "Garcia", at="M9"), Mission("M9", "Nine", "embassy", DAY))
    page = search(registry, SearchRequest("garcia", mission="M9"))
    assert (keys(page), page.complete) == (["member:TRN99999"], True)
    assert not search(registry, SearchRequest("garcia")).complete


@pytest.mark.parametrize(("people", "complete"), [(333, True), (334, False), (2501, False)])
def test_nothing_found_among_the_first_thousands_of_a_word_is_not_told_as_nothing(people: int, complete: bool) -> None:
    registry = MemoryRegistry(*(person(10_000 + number, "Garcia", "Bo") for number in range(people)))
    assert search(registry, SearchRequest("garcia xavier quentin", kinds=("member",))) == SearchPage((), None, complete)


@pytest.mark.parametrize(("people", "complete"), [(2000, True), (2001, False)])
def test_a_word_that_too_many_carry_says_so(people: int, complete: bool) -> None:
    registry = MemoryRegistry(*(person(10_000 + number, "Garcia") for number in range(people)))
    assert search(registry, SearchRequest("garcia", kinds=("member",))).complete is complete


@pytest.mark.parametrize(("people", "complete"), [(1000, True), (1001, False)])
def test_beginnings_that_lead_too_far_say_so(people: int, complete: bool) -> None:
    registry = MemoryRegistry(
        *(person(10_000 + number, f"Garcia{'abcdefghij'[number % 10]}") for number in range(people))
    )
    assert search(registry, SearchRequest("garciz", kinds=("member",))).complete is complete


@pytest.mark.parametrize(
    ("q", "plates", "complete"),
    [
        ("A9", 500, True),
        ("A9", 501, False),
        ("D*", 500, True),
        ("D*", 501, False),
        ("DAB*", 200, True),
        ("DAB*", 201, False),
        ("A9999", 501, True),
    ],
)
def test_a_pattern_or_its_look_alikes_that_lead_too_far_say_so(q: str, plates: int, complete: bool) -> None:
    registry = MemoryRegistry(*(car(f"DA9{number}") for number in range(1000, 1000 + plates)))
    assert search(registry, SearchRequest(q, kinds=("vehicle",))).complete is complete


def test_a_look_alike_beyond_the_first_is_found_within_its_mission() -> None:
    many = (car(f"DA9{number}", "M2") for number in range(1000, 1300))
    registry = MemoryRegistry(*many, car("DA81999"), EXAMPLIA)
    page = search(registry, SearchRequest("DAB1*", kinds=("vehicle",), mission="M1"))
    assert (keys(page), page.complete) == (["vehicle:DA81999"], True)
    many_more = MemoryRegistry(*(car(f"DA11{number}") for number in range(100, 400)), car("DA81999", "M2"), SAMPLAND)
    page = search(many_more, SearchRequest("DAB1*", kinds=("vehicle",), mission="M2"))
    assert (keys(page), page.complete) == (["vehicle:DA81999"], True)


def test_a_search_by_filters_that_leads_too_far_says_so() -> None:
    registry = MemoryRegistry(*(car(f"D{number}") for number in range(7001)))
    page = search(registry, SearchRequest(status="active"))
    assert not page.complete
    assert registry.asked == 6000 + 1  # pages of a thousand, and their mission
    assert len(page.hits) == 20
    assert search(registry, SearchRequest(mission="M1", status="stolen")).hits == ()


def test_a_state_with_too_many_members_says_so() -> None:
    missions = [Mission(f"M{number}", "Embassy", "embassy", DAY, state="DC") for number in range(3)]
    registry = MemoryRegistry(*missions, *(car(f"D{number}", f"M{number % 3}") for number in range(5000)))
    assert not search(registry, SearchRequest(state="DC")).complete
    assert search(registry, SearchRequest(mission="M0")).complete


def test_pages_follow_one_another_without_gap_or_repeat() -> None:
    whole = keys(ask(mission="M2"))
    seen, cursor = [], None
    for _ in range(3):
        page = ask(mission="M2", limit=2, cursor=cursor)
        seen += keys(page)
        cursor = page.cursor
    assert seen == whole
    assert cursor is None


def test_a_cursor_of_another_search_is_refused() -> None:
    cursor = ask(mission="M2", limit=2).cursor
    assert cursor is not None
    assert keys(ask(mission="M2", limit=5, cursor=cursor)) == keys(ask(mission="M2"))[2:]
    assert faults(mission="M1", cursor=cursor) == ["/cursor"]
    assert faults("garcia", mission="M2", cursor=cursor) == ["/cursor"]


def test_a_cursor_before_the_first_page_is_refused() -> None:
    request = SearchRequest(mission="M2")
    assert keys(ask(mission="M2", cursor=write_cursor(request, 0))) == keys(ask(mission="M2"))
    assert faults(mission="M2", cursor=write_cursor(request, -1)) == ["/cursor"]


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "=", "LTEuYQ"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    assert faults(mission="M2", cursor=cursor) == ["/cursor"]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({}, "/q"),
        ({"q": "  "}, "/q"),
        ({"q": "?*-"}, "/q"),
        ({"q": "?*-", "mission": "M1"}, "/q"),
        ({"q": "x" * 201}, "/q"),
        ({"q": "x", "kinds": ()}, "/kinds"),
        ({"q": "x", "kinds": ("agreement",)}, "/kinds"),
        ({"q": "x", "limit": 0}, "/limit"),
        ({"q": "x", "limit": 101}, "/limit"),
        ({"q": "x", "category": "unverified"}, "/category"),
        ({"q": "x", "state": "XX"}, "/state"),
        ({"q": "x", "status": "gone"}, "/status"),
        ({"q": "x", "mission": " "}, "/mission"),
        ({"q": "x", "make": ""}, "/make"),
        ({"q": "x", "color": "-"}, "/color"),
    ],
)
def test_a_faulty_request_names_its_field(more: dict[str, Any], pointer: str) -> None:
    assert faults(**more) == [pointer]


def test_every_fault_is_named_at_once() -> None:
    assert faults(limit=0, state="XX", status="gone") == ["/limit", "/state", "/status"]


def test_a_search_reads_a_bounded_number_of_records() -> None:
    registry = MemoryRegistry(
        *(person(10_000 + number, f"Garcia{'abcdefghij'[number % 10]}") for number in range(4000))
    )
    search(registry, SearchRequest("garciz"))
    assert registry.asked <= 3000 // 3 + 10  # one of three beginnings is carried, and no word is
