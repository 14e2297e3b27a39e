"""The direct reader against the embedded store, over the same records: every method, every order, every page."""

import secrets
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from lookup.lookalikes import candidates
from lookup.records import KINDS, Record
from lookup.search import search
from lookup.search_request import SearchRequest
from lookup.store.elastic.client import patiently
from lookup.store.elastic.reading import ElasticRegistry
from lookup.store.open import open_store, open_writer
from lookup.store.protocol import Registry
from lookup.store.rows import row_terms
from tests.contract.engines import HANDLE_KEY, NOW, head_for
from tests.elastic.crowd import FAMILY, STREETS, crowd, departed, keys_of
from tests.elastic.indices import GENERATION, Indices
from tests.servers.asking import delete_indices

LIMITS = (1, 7, 1000)


@pytest.fixture(scope="module")
def both(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Registry, Registry]]:
    """The embedded registry and the direct one, with the same records, tombstones among them."""
    drafts = crowd()
    indices = Indices(elasticsearch_url, f"immunity-test-{secrets.token_hex(6)}")
    head = indices.revise(indices.serve(*drafts), *departed(drafts))
    theirs = ElasticRegistry(patiently(indices.client), indices.names.generation(GENERATION), head)
    url = f"sqlite:///{embed(tmp_path_factory.mktemp('embedded'))}"
    embedded = open_store(url, "training")
    with embedded.reading() as ours:
        yield ours, theirs
    embedded.close()
    indices.client.close()
    delete_indices(elasticsearch_url, indices.prefix)


def embed(path: Path) -> Path:
    drafts = crowd()
    writer = open_writer(f"sqlite:///{path}", "training", HANDLE_KEY, clock=lambda: NOW)
    with writer.lease("a test"):
        build = writer.new_generation()
        build.add(drafts)
        build.activate(head_for(drafts), [])
        writer.publish(departed(drafts))
    writer.close()
    return path


Both = tuple[Registry, Registry]


def test_every_key_gives_the_same_record_tombstone_or_nothing(both: Both) -> None:
    ours, theirs = both
    keys = keys_of(crowd())
    assert [theirs.get(key) for key in keys] == [ours.get(key) for key in keys]
    several = [*keys, *reversed(keys)]
    assert list(theirs.get_many(several).items()) == list(ours.get_many(several).items())
    assert theirs.get_many([]) == {}


def test_both_stand_at_the_same_counts(both: Both) -> None:
    ours, theirs = both
    assert (theirs.head.counts, theirs.head.revision) == (ours.head.counts, 1)


def test_every_exact_term_finds_the_same_records_in_the_same_order(both: Both) -> None:
    ours, theirs = both
    terms = sorted({term for record in live(ours) for term in row_terms(record.handle, record.content).exact})
    assert len(terms) > 500
    for term in terms:
        assert theirs.find(term) == ours.find(term), term


def test_every_page_of_a_term_is_the_same(both: Both) -> None:
    ours, theirs = both
    terms = ("mission:TRN903", "member:TRN0003", "make:zephyr", "color:blue", "status:active", "nothing:at all")
    for term, kind, limit in product(terms, (None, "vehicle", "member"), LIMITS):
        for after in ("", "member:TRN0050", "vehicle:", "vehicle:Z", "vehicle:ZZ", "z"):
            asked: dict[str, Any] = {"kind": kind, "after": after, "limit": limit}
            assert theirs.find(term, **asked) == ours.find(term, **asked), (term, asked)


def test_every_set_of_words_finds_the_same_records_in_the_same_order(both: Both) -> None:
    ours, theirs = both
    words = sorted({word for record in live(ours) for word in row_terms(record.handle, record.content).words})
    assert len(words) > 60
    sets = [[word] for word in words] + [words[at : at + 9] for at in range(0, len(words), 3)] + [words, words * 2, []]
    for asked, limit in product(sets, LIMITS):
        assert theirs.find_words(asked, limit) == ours.find_words(asked, limit), (asked, limit)


def test_every_beginning_of_a_word_finds_the_same_records(both: Both) -> None:
    ours, theirs = both
    words = {word for record in live(ours) for word in row_terms(record.handle, record.content).words}
    beginnings = sorted({word[:length] for word in words for length in (1, 2, 3, 4, 40)})
    for beginning, limit in product(["", *beginnings, "n:o*", "n:?", "n:ok\\"], LIMITS):
        assert theirs.find_word_prefix(beginning, limit) == ours.find_word_prefix(beginning, limit), beginning


def test_every_pattern_of_a_plate_finds_the_same_vehicles(both: Both) -> None:
    ours, theirs = both
    shapes = ["".join(shape) for length in (1, 2, 3) for shape in product("Z1?*", repeat=length)]
    long = ["Z*?????", "*Z?????????*", "*1*0*Z*", "*Z*O*E*1*0*B*8*", "?*?*?*?*?*", "**", "ZZZ999"]
    strange = [
        "",
        "\\",
        "\\*",
        "\\?1",
        "Z\\",
        "Z\\?",
        "?Z2",
        "[Z]*",
        "*]",
        "z*",
        "{Z}",
        "Z|O",
        "~Z",
        "^Z",
        "Z+",
        "vehicle:*",
        '"',
        "#@&<>",
    ]
    for pattern, limit in product([*shapes, *long, *strange], (3, 1000)):
        assert theirs.find_plates(pattern, limit) == ours.find_plates(pattern, limit), pattern


def test_every_scan_gives_the_same_records_page_by_page(both: Both) -> None:
    ours, theirs = both
    for kind, limit in product(KINDS, LIMITS):
        for after in ("", kind, f"{kind}:TRN0", f"{kind}:Z", "zzz"):
            assert theirs.scan(kind, after, limit) == ours.scan(kind, after, limit), (kind, after, limit)


def test_a_plate_has_the_same_near_misses(both: Both) -> None:
    ours, theirs = both
    plates = [record.natural_key for record in ours.scan("vehicle") if record.natural_key.isalnum()][:40]
    found = [candidates(plate, theirs) for plate in plates]
    assert found == [candidates(plate, ours) for plate in plates]
    assert sum(map(len, found)) > 20


SEARCHES = [
    *(SearchRequest(name, limit=100) for name in [*FAMILY, "Okonjo Amara", "Okomjo", "Amara Lindqvst", "Zubrowka"]),
    *(SearchRequest(street, kinds=("premises", "mission"), limit=100) for street in STREETS),
    *(
        SearchRequest(text, limit=7)
        for text in ["Z?B*", "ZO", "10", "*8", "ZOE1", "TRN0003", "TRN903", "ZA", "TRN0VIN00011"]
    ),
    SearchRequest("Okonjo", mission="TRN903", limit=100),
    SearchRequest("Z*", make="Zephyr", limit=100),
    SearchRequest(mission="TRN903", limit=100),
    SearchRequest(make="zéphyr", limit=100),
    SearchRequest(color="BLUE", status="active", limit=50),
    SearchRequest(category="diplomatic_agent", limit=30),
    SearchRequest(state="New York", limit=100),
    SearchRequest(status="stolen", limit=100),
]


@pytest.mark.parametrize("request_", SEARCHES, ids=lambda one: f"{one.q or 'filters'} {one.filters}")
def test_a_search_gives_the_same_page(both: Both, request_: SearchRequest) -> None:
    ours, theirs = both
    page = search(theirs, request_)
    assert page == search(ours, request_)
    assert page.complete


def live(registry: Registry) -> list[Record]:
    return [record for kind in KINDS for record in registry.scan(kind)]
