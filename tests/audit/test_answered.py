"""The entry of an answer is put together by hand: it must be what `entry` would have made of the same facts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lookup.answers import Answer, Substance
from lookup.audit.answered import Effort, answer_entry
from lookup.audit.chain import digest_of, written_entry
from lookup.audit.entry import FIELDS, Actor, Scene, entry
from lookup.freshness import Freshness
from lookup.queries import read_query
from lookup.records import RecordName

NASTY = 'Ann "A." O\\Neil\n\u2028é'
NOW = datetime(2026, 11, 21, 17, 0, 0, 123_456, tzinfo=UTC)
BODIES = [
    {"plate": " dea-1234 "},
    {"plate": "DEA1234", "purpose": "D", "reference": NASTY, "at": "2026-11-20T12:00:00Z", "state": "VA"},
    {"person": {"family_name": NASTY, "given_names": None, "date_of_birth": "1980-01-01"}, "requestor": NASTY},
    {"address": {"street": "1 Trn St", "city": "Springfield", "state": "VA"}},
]
WHOLE = Substance(
    "match",
    "full",
    b'{"level":"full"',
    b"{}",
    vehicle=b"{}",
    person=b"{}",
    candidates=b"[{}]",
    rests_on=(RecordName("vehicle:DEA1234", "v1", "h1"), RecordName(f"member:{NASTY}", "v2", "h2")),
    policy="2026-01-01",
    language="en",
)
BARE = Substance("no_record", None, None, b"{}", policy="2026-01-01", language="es")
ACTOR = Actor(NASTY, "VA0010000", "s1", "192.0.2.7", "host:80", "MDT0417", NASTY)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    ("said", "level", "records", "disclosed"),
    [
        (
            WHOLE,
            "full",
            [
                {"id": "vehicle:DEA1234", "version": "v1", "handle": "h1"},
                {"id": f"member:{NASTY}", "version": "v2", "handle": "h2"},
            ],
            ["level", "immunity", "vehicle", "person", "candidates"],
        ),
        (BARE, None, [], []),
    ],
)
@pytest.mark.parametrize("effort", [Effort(), Effort(0.25, 17)])
def test_it_holds_every_field_in_its_order_and_what_is_in_them(
    body: dict[str, Any], said: Substance, level: str | None, records: Any, disclosed: Any, effort: Effort
) -> None:
    query = read_query(body)
    freshness = Freshness(NOW, timedelta(seconds=12.34), "stale", True, "embedded", "g1", 3)
    lookup_id = UUID("0192f3c4-0000-7000-8000-000000000001")
    answer = Answer(lookup_id, query, query.at or NOW, freshness, "training", said)
    made = answer_entry(answer, b"the answer", body, Scene(NOW, "lookup/1@node", ACTOR), "system", effort)
    plain = entry(
        f"query.{query.kind}",  # type: ignore[arg-type]
        said.outcome,  # type: ignore[arg-type]
        Scene(NOW, "lookup/1@node", ACTOR),
        entry_id=lookup_id,
        purpose=query.purpose,
        purpose_defaulted="purpose" not in body,
        case_number=body.get("reference"),
        query={
            "kind": query.kind,
            "value": query.normalized,
            "issuer": "US-VA" if "state" in body else "US",
            "entered_by": "system",
            "at": body.get("at", "2026-11-21T17:00:00Z"),
            "language": said.language,
            "asked": body,
        },
        level=level,
        records=records,
        disclosed=disclosed,
        data={
            "source": "embedded",
            "generation": "g1",
            "revision": 3,
            "as_of": "2026-11-21T17:00:00Z",
            "age_seconds": 12.3,
            "state": "stale",
            "clock_suspect": True,
            "environment": "training",
        },
        policy="2026-01-01",
        answer_digest=digest_of(b"the answer"),
        lookup_id=str(lookup_id),
        duration_ms=effort.duration_ms,
        bytes_in=effort.bytes_in,
        bytes_out=10,
    )
    assert written_entry(made) == written_entry(plain)
    assert dict(made) == plain
    assert list(json.loads(b"{%b}" % made.text)) == list(FIELDS)


def test_what_is_counted_of_it_is_read_without_parsing() -> None:
    freshness = Freshness(NOW, timedelta(), "fresh", False, "", "", 1)
    answer = Answer(UUID(int=1), read_query({"plate": "DEA1234"}), NOW, freshness, "", BARE)
    made = answer_entry(answer, b"", {}, Scene(NOW, "c", ACTOR), "system")
    object.__setattr__(made, "text", b"not JSON")
    assert (made["event"], made["outcome"], len(made)) == ("query.plate", "no_record", len(FIELDS))
