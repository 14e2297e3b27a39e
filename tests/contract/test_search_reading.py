"""What any store answers to words, beginnings of words, plate patterns and scans."""

from lookup.records import Record
from lookup.terms import terms_of
from tests.contract.engines import Engine
from tests.contract.samples import gone, member, vehicle


def keys(records: list[Record]) -> list[str]:
    return [record.key for record in records]


def words_of(*names: str) -> list[str]:
    found = []
    for name in names:
        content = member("TRN0000", name).content
        assert content is not None
        found += [word for word in terms_of(content).words if word.startswith("n:")]
    return found


def test_who_shares_most_words_comes_first_and_ties_go_by_key(engine: Engine) -> None:
    engine.build(
        member("TRN0003", "Okonjo"),
        member("TRN0002", "Okonjo", given_names="Amara"),
        member("TRN0001", "Okonjo"),
        member("TRN0004", "Lindqvist"),
    )
    with engine.reading() as registry:
        assert keys(registry.find_words(words_of("Okonjo", "Amara"), 10)) == [
            "member:TRN0002",
            "member:TRN0001",
            "member:TRN0003",
        ]
        assert keys(registry.find_words(words_of("Okonjo", "Amara"), 1)) == ["member:TRN0002"]


def test_a_word_that_is_asked_twice_counts_once(engine: Engine) -> None:
    engine.build(member("TRN0001", "Okonjo", given_names="Amara"), member("TRN0002", "Lindqvist"))
    with engine.reading() as registry:
        asked = words_of("Okonjo", "Amara") + words_of("Lindqvist") * 5
        assert keys(registry.find_words(asked, 10)) == ["member:TRN0001", "member:TRN0002"]


def test_no_words_find_nobody(engine: Engine) -> None:
    engine.build(member())
    with engine.reading() as registry:
        assert registry.find_words([], 10) == []
        assert registry.find_words(["n:nobody"], 10) == []


def test_a_word_is_found_by_its_beginning(engine: Engine) -> None:
    engine.build(member("TRN0002", "Okonjo"), member("TRN0001", "Okonkwo"), member("TRN0003", "Lindqvist"))
    with engine.reading() as registry:
        assert keys(registry.find_word_prefix("n:okon", 10)) == ["member:TRN0001", "member:TRN0002"]
        assert keys(registry.find_word_prefix("n:okonj", 10)) == ["member:TRN0002"]
        assert keys(registry.find_word_prefix("n:okon", 1)) == ["member:TRN0001"]
        assert registry.find_word_prefix("n:okonjos", 10) == []


def test_a_plate_pattern_fits_the_whole_plate(engine: Engine) -> None:
    engine.build(vehicle("ZAB1234"), vehicle("ZAB1244"), vehicle("ZAB124"), vehicle("ZXB1234"), vehicle("Z"))
    with engine.reading() as registry:
        assert keys(registry.find_plates("ZAB12?4", 10)) == ["vehicle:ZAB1234", "vehicle:ZAB1244"]
        assert keys(registry.find_plates("*B1234", 10)) == ["vehicle:ZAB1234", "vehicle:ZXB1234"]
        assert keys(registry.find_plates("?AB12*", 2)) == ["vehicle:ZAB1234", "vehicle:ZAB124"]
        assert keys(registry.find_plates("ZAB1234", 10)) == ["vehicle:ZAB1234"]
        assert keys(registry.find_plates("Z*", 10))[0] == "vehicle:Z"
        assert registry.find_plates("AB1234", 10) == []
        assert len(registry.find_plates("*", 10)) == 5


def test_brackets_in_a_plate_pattern_are_no_wildcards(engine: Engine) -> None:
    engine.build(vehicle("ZAB1234"))
    with engine.reading() as registry:
        assert registry.find_plates("Z[A]B1234", 10) == []
        assert registry.find_plates("?[A]B1234", 10) == []
        assert registry.find_plates("*[0-9]", 10) == []


def test_a_scan_gives_the_live_records_of_one_kind_in_pages(engine: Engine) -> None:
    engine.build(vehicle("ZAB3"), vehicle("ZAB1"), vehicle("ZAB2"), vehicle("ZAB4"), member())
    engine.publish(gone(vehicle("ZAB2")))
    with engine.reading() as registry:
        assert keys(registry.scan("vehicle", limit=2)) == ["vehicle:ZAB1", "vehicle:ZAB3"]
        assert keys(registry.scan("vehicle", after="vehicle:ZAB3", limit=2)) == ["vehicle:ZAB4"]
        assert registry.scan("premises") == []
