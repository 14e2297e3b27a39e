"""What a caller gets: the substance of an answer, and the answer of one moment to one caller.

Decides the order of the fields. The substance is written as JSON when it is made; an answer only joins it with what
belongs to this question: its id, what was given, the moment and the age of the data.
"""

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import compress
from typing import Any

from lookup.audit.entry import record_objects
from lookup.clock import utc_text
from lookup.freshness import Freshness
from lookup.json_text import written
from lookup.lookup_ids import reference_number
from lookup.queries import Query
from lookup.records import RecordName

NULL = b"null"
"""A part that holds nothing."""

PARTS = ("level", "immunity", "vehicle", "person", "premises", "candidates")
"""The parts of an answer that are told as disclosed."""


@dataclass(frozen=True, slots=True)
class Substance:
    """What an answer says, whoever asks it and when within one day and one revision: each part as JSON.

    `immunity` lacks its `at` and its closing brace; None where the answer is about nobody's immunity. `rests_on`
    names every record that had a part in it: from these alone it can be derived again. `policy` is the name of the one
    that was applied, `language` that of the texts.
    """

    outcome: str
    level: str | None
    immunity: bytes | None
    guidance: bytes
    vehicle: bytes = NULL
    person: bytes = NULL
    premises: bytes = NULL
    notices: bytes = b"[]"
    candidates: bytes = b"[]"
    rests_on: tuple[RecordName, ...] = ()
    policy: str = ""
    language: str = ""
    _account: str | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def disclosed(self) -> list[str]:
        """The parts of the answer that hold something, of `PARTS`, as its fields are named."""
        held = (
            self.level is not None,
            self.immunity is not None,
            self.vehicle != NULL,
            self.person != NULL,
            self.premises != NULL,
            self.candidates != b"[]",
        )
        return list(compress(PARTS, held))

    def account(self) -> str:
        """What the audit trail says of it, as JSON without braces: level, records, disclosed parts. Written when it is
        asked for first, for it may be told many times."""
        if self._account is None:
            records = record_objects(self.rests_on)
            account = written({"level": self.level, "records": records, "disclosed": self.disclosed})[1:-1]
            object.__setattr__(self, "_account", account)
            return account
        return self._account


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. `at` is the moment asked about."""

    lookup_id: uuid.UUID
    query: Query
    at: datetime
    freshness: Freshness
    environment: str
    substance: Substance

    @property
    def outcome(self) -> str:
        """`match`, `possible_matches` or `no_record`."""
        return self.substance.outcome

    @property
    def level(self) -> str | None:
        """The level, None for an address."""
        return self.substance.level

    @property
    def reference_number(self) -> str:
        """What people read out and write down."""
        return reference_number(self.lookup_id)

    @property
    def rests_on(self) -> tuple[RecordName, ...]:
        """Every record that had a part in the answer."""
        return self.substance.rests_on

    def to_json(self) -> bytes:
        """Write the answer: UTF-8, on one line."""
        said = self.substance
        asked = (
            f'"lookup_id":"{self.lookup_id}","reference_number":"{self.reference_number}","outcome":"{said.outcome}"'
        )
        data = f'"freshness":{self.freshness.to_json()},"environment":"{self.environment}"'
        immunity = NULL if said.immunity is None else b'%b,"at":"%b"}' % (said.immunity, utc_text(self.at).encode())
        return b"".join(
            (
                b"{",
                asked.encode(),
                b',"query":',
                self.query.text,
                b',"vehicle":',
                said.vehicle,
                b',"person":',
                said.person,
                b',"immunity":',
                immunity,
                b',"premises":',
                said.premises,
                b',"guidance":',
                said.guidance,
                b',"notices":',
                said.notices,
                b',"candidates":',
                said.candidates,
                b",",
                data.encode(),
                b"}",
            )
        )

    def document(self) -> dict[str, Any]:
        """Give the answer as one object, for whatever is not the hot path."""
        document: dict[str, Any] = json.loads(self.to_json())
        return document

    def without_person(self) -> "Answer":
        """Give the answer as a camera gets it: the vehicle and the assessment, no person."""
        if self.substance.person == NULL and b'"person":{' not in self.substance.candidates:
            return self
        candidates = [
            {**candidate, "person": None} if "person" in candidate else candidate
            for candidate in json.loads(self.substance.candidates)
        ]
        return replace(self, substance=replace(self.substance, person=NULL, candidates=written(candidates).encode()))
