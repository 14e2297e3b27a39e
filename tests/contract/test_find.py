"""What any store answers when it is asked by an exact term: all that carry it, live, in the order of their keys."""

from lookup.store.protocol import Registry
from tests.contract.engines import Engine
from tests.contract.samples import gone, held, member, one_of_each_kind, vehicle


def keys(registry: Registry, term: str, **bounds: object) -> list[str]:
    return [record.key for record in registry.find(term, **bounds)]  # type: ignore[arg-type]


def test_a_vehicle_is_found_by_its_vin(engine: Engine) -> None:
    engine.build(*one_of_each_kind(), vehicle("ZAB9", vin="TRN0VIN0000000002"))
    with engine.reading() as registry:
        assert keys(registry, "vin:TRN0VIN0000000001") == ["vehicle:ZAB1234"]
        assert keys(registry, "vin:TRN0VIN000000000") == []


def test_everything_that_points_at_a_member_is_found_in_the_order_of_keys(engine: Engine) -> None:
    engine.build(*one_of_each_kind())
    with engine.reading() as registry:
        assert keys(registry, "member:TRN0001") == [
            "driver_license:TRN8001",
            "identity_card:TRN7001",
            "vehicle:ZAB1234",
        ]


def test_a_kind_narrows_what_is_found(engine: Engine) -> None:
    engine.build(*one_of_each_kind())
    with engine.reading() as registry:
        assert keys(registry, "member:TRN0001", kind="identity_card") == ["identity_card:TRN7001"]
        assert keys(registry, "member:TRN0001", kind="premises") == []


def test_pages_of_what_is_found_hold_each_record_once(engine: Engine) -> None:
    engine.build(*(vehicle(f"ZAB{number}", member_id="TRN0001") for number in (5, 3, 1, 4, 2)))
    with engine.reading() as registry:
        first = keys(registry, "member:TRN0001", limit=2)
        second = keys(registry, "member:TRN0001", limit=2, after=first[-1])
        third = keys(registry, "member:TRN0001", kind="vehicle", limit=2, after=second[-1])
    assert [first, second, third] == [
        ["vehicle:ZAB1", "vehicle:ZAB2"],
        ["vehicle:ZAB3", "vehicle:ZAB4"],
        ["vehicle:ZAB5"],
    ]


def test_a_live_record_is_found_by_its_handle(engine: Engine) -> None:
    engine.build(vehicle(), held("member", "TRN0009"))
    with engine.reading() as registry:
        for key in ("vehicle:ZAB1234", "member:TRN0009"):
            record = registry.get(key)
            assert record is not None
            assert registry.find(f"handle:{record.handle}") == [record]


def test_a_deleted_record_is_found_by_nothing(engine: Engine) -> None:
    sample = vehicle(vin="TRN0VIN0000000001", make="Invented")
    engine.build(sample, member())
    with engine.reading() as registry:
        record = registry.get(sample.key)
    assert record is not None
    engine.publish(gone(sample))
    with engine.reading() as registry:
        assert keys(registry, "vin:TRN0VIN0000000001") == []
        assert keys(registry, f"handle:{record.handle}") == []
        assert registry.find_plates("ZAB*", 10) == []
        assert registry.scan("vehicle") == []


def test_a_changed_record_is_found_by_what_it_is_now_and_not_by_what_it_was(engine: Engine) -> None:
    engine.build(vehicle(vin="TRN0VIN0000000001"), member("TRN0001", "Okonjo"))
    engine.publish(vehicle(vin="TRN0VIN0000000002"), member("TRN0001", "Takahashi"))
    with engine.reading() as registry:
        assert keys(registry, "vin:TRN0VIN0000000001") == []
        assert keys(registry, "vin:TRN0VIN0000000002") == ["vehicle:ZAB1234"]
        assert registry.find_word_prefix("n:okonjo", 10) == []
        assert [record.key for record in registry.find_word_prefix("n:takahashi", 10)] == ["member:TRN0001"]


def test_a_record_that_comes_back_is_found_again(engine: Engine) -> None:
    sample = vehicle(vin="TRN0VIN0000000001")
    engine.build(sample)
    engine.publish(gone(sample))
    engine.publish(sample)
    with engine.reading() as registry:
        assert keys(registry, "vin:TRN0VIN0000000001") == ["vehicle:ZAB1234"]
