"""What any store answers when it is asked by key: the record, its tombstone, or nothing after it really looked."""

import base64
import hashlib
import hmac
import json

from lookup.records import Record, body_version, encode_body
from tests.contract.engines import HANDLE_KEY, Engine
from tests.contract.samples import draft, gone, held, one_of_each_kind, vehicle


def test_a_record_of_every_kind_comes_back_as_it_was_published(engine: Engine) -> None:
    drafts = one_of_each_kind()
    engine.build(*drafts)
    with engine.reading() as registry:
        found = registry.get_many([draft.key for draft in drafts])
    assert {key: (record.kind, record.standing, record.content, record.deleted) for key, record in found.items()} == {
        draft.key: (draft.kind, "good", draft.content, False) for draft in drafts
    }


def test_a_record_names_the_version_of_its_body_and_the_revision_that_published_it(engine: Engine) -> None:
    first, second = vehicle(), vehicle(color="blue")
    engine.build(first)
    engine.publish(second)
    with engine.reading() as registry:
        record = registry.get(first.key)
    assert record is not None
    assert record.version == body_version(encode_body("good", second.content))
    assert record.revision == 1


def test_the_handle_is_a_keyed_hash_of_the_key(engine: Engine) -> None:
    engine.build(vehicle())
    digest = hmac.new(HANDLE_KEY, b"vehicle:ZAB1234", hashlib.sha256).digest()
    with engine.reading() as registry:
        record = registry.get("vehicle:ZAB1234")
    assert record is not None
    assert record.handle == base64.b32encode(digest[:16]).decode().lower().replace("=", "")
    assert len(record.handle) == 26


def test_a_key_that_was_never_published_has_no_record(engine: Engine) -> None:
    engine.build(vehicle())
    with engine.reading() as registry:
        assert registry.get("vehicle:ZAB1235") is None
        assert registry.get("vehicle:") is None
        assert registry.get("carriage:ZAB1234") is None
        assert registry.get("") is None
        assert registry.get_many(["vehicle:ZAB1235", "vehicle:ZAB1234"]).keys() == {"vehicle:ZAB1234"}


def test_a_deleted_record_is_given_as_a_tombstone(engine: Engine) -> None:
    engine.build(vehicle())
    engine.publish(gone(vehicle()))
    with engine.reading() as registry:
        record = registry.get("vehicle:ZAB1234")
        assert record == Record(
            "vehicle:ZAB1234", "vehicle", body_version(""), 1, getattr(record, "handle", ""), deleted=True
        )
        assert registry.get_many(["vehicle:ZAB1234"]) == {"vehicle:ZAB1234": record}


def test_a_held_record_is_there_without_content(engine: Engine) -> None:
    engine.build(held("member", "TRN0009"))
    with engine.reading() as registry:
        record = registry.get("member:TRN0009")
    assert record is not None
    assert (record.standing, record.content, record.deleted) == ("held", None, False)


def test_a_record_whose_newer_row_was_refused_says_so(engine: Engine) -> None:
    content = vehicle().content
    assert content is not None
    engine.build(draft(content, "newer_row_refused"))
    with engine.reading() as registry:
        record = registry.get("vehicle:ZAB1234")
    assert record is not None
    assert (record.standing, record.content) == ("newer_row_refused", content)


def test_the_head_comes_back_as_it_was_said(engine: Engine) -> None:
    head = engine.build(*one_of_each_kind())
    with engine.reading() as registry:
        assert registry.head == head
        assert sum(registry.head.counts.values()) == 7
        assert json.dumps(dict(registry.head.position)) == "{}"


def test_answers_name_their_source(engine: Engine) -> None:
    assert engine.store().source == engine.source
