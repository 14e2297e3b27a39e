"""What each kind of record can be found by."""

from datetime import date

from lookup.law.terms import Category
from lookup.records import (
    Accreditation,
    Agreement,
    DriverLicense,
    IdentityCard,
    Member,
    Mission,
    Premises,
    Vehicle,
)
from lookup.terms import (
    WORD_LIMIT,
    Terms,
    address_term,
    agreement_term,
    born_term,
    category_term,
    color_term,
    make_term,
    member_term,
    mission_term,
    name_term,
    plate_code_term,
    state_term,
    status_term,
    terms_of,
    vin_term,
)

DAY = date(2020, 1, 1)
BORN = date(1980, 5, 17)


def post(mission_id: str, category: Category) -> Accreditation:
    return Accreditation(f"A-{mission_id}-{category}", mission_id, category, DAY)


def test_a_member_is_found_by_missions_categories_birthday_and_name() -> None:
    posts = (post("M1", "diplomatic_agent"), post("M2", "diplomatic_agent"), post("M1", "service_staff"))
    member = Member("TRN1", "Núñez", ("ZZ",), "none", given_names="Ana", date_of_birth=BORN, accreditations=posts)
    assert terms_of(member).exact == (
        "mission:M1",
        "category:diplomatic_agent",
        "mission:M2",
        "category:service_staff",
        "born:1980-05-17",
        "name:nunez|1980-05-17",
    )


def test_family_is_found_by_the_principal() -> None:
    assert terms_of(Member("TRN2", "N", ("ZZ",), "none", principal_id="TRN1")).exact == ("member:TRN1",)


def test_a_member_is_searched_by_parts_sounds_and_ends_of_the_name() -> None:
    words = terms_of(Member("TRN1", "Al-Rashid", ("ZZ",), "none", given_names="Яна")).words
    assert words == ("n:al", "r:la", "p:AL", "n:rashid", "r:dihsar", "p:RXT", "n:alrashid", "n:yana", "r:anay", "p:YN")


def test_a_broken_name_does_not_swell_the_index() -> None:
    words = terms_of(Member("TRN1", " ".join(f"part{n}" for n in range(500)), ("ZZ",), "none")).words
    assert len(words) == WORD_LIMIT == 64


def test_a_vehicle_is_found_by_what_it_is_and_points_at() -> None:
    vehicle = Vehicle("DZB1234", "M1", "active", vin="TRN9", make="Škoda", color="Dark Blue", member_id="TRN1")
    exact = ("mission:M1", "status:active", "vin:TRN9", "member:TRN1", "make:skoda", "color:darkblue")
    assert terms_of(vehicle) == Terms(exact)
    assert terms_of(Vehicle("DZB1234", "M1", "revoked")) == Terms(("mission:M1", "status:revoked"))


def test_documents_are_found_by_their_member() -> None:
    assert terms_of(IdentityCard("TRN3", "TRN1", "active")) == Terms(("member:TRN1",))
    assert terms_of(DriverLicense("TRN4", "TRN1", "active")) == Terms(("member:TRN1",))


def test_premises_are_found_by_address_and_searched_by_its_words() -> None:
    home = Premises(
        "P1", "M1", "residence", "1 Example Avenue", "Washington", "DC", member_id="TRN1", postal_code="20008"
    )
    assert terms_of(home) == Terms(
        ("mission:M1", "member:TRN1", "address:1exampleave|washington|dc", "state:DC"),
        ("a:1", "a:example", "a:ave", "a:washington", "a:20008"),
    )


def test_a_mission_is_found_by_plate_code_and_state_and_searched_by_name() -> None:
    mission = Mission(
        "M1", "Embassy of Examplia", "embassy", DAY, sending_state="ZZ", plate_code="zb", state="Virginia"
    )
    assert terms_of(mission) == Terms(
        ("plate_code:ZB", "state:VA"),
        ("m:embassy", "mp:EMBS", "m:of", "mp:OF", "m:examplia", "mp:EKSMPL"),
    )
    assert terms_of(Mission("M2", "…", "embassy", DAY)) == Terms()


def test_an_agreement_is_found_by_state_and_category() -> None:
    agreement = Agreement("G1", "ZZ", "consular_employee", "diplomatic_agent", DAY, "a treaty")
    assert terms_of(agreement) == Terms(("agreement:ZZ:consular_employee",))


def test_the_query_side_writes_the_same_terms() -> None:
    assert vin_term("TRN9") == "vin:TRN9"
    assert member_term("TRN1") == "member:TRN1"
    assert mission_term("M1") == "mission:M1"
    assert born_term(BORN) == "born:1980-05-17"
    assert name_term("NUÑEZ", BORN) == "name:nunez|1980-05-17"
    assert address_term("1exampleave|washington|dc") == "address:1exampleave|washington|dc"
    assert agreement_term("ZZ", "io_staff") == "agreement:ZZ:io_staff"
    assert plate_code_term("zb") == "plate_code:ZB"
    assert category_term("io_staff") == "category:io_staff"
    assert state_term("district of columbia") == "state:DC"
    assert status_term("active") == "status:active"
    assert make_term("ŠKODA") == "make:skoda"
    assert color_term("dark-blue") == "color:darkblue"
