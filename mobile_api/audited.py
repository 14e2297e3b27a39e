"""What a request adds to the audit trail, and that no response leaves before its entry is on disk.

Decides which entry a request makes where its view said nothing (a refusal, a failure, a page of the registry), and that
the response becomes a 503 where the trail cannot take it. What an entry holds is decided in `lookup.audit.entry`; which
event a route is, where the route states its access.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Request, Response, g

from lookup.answers import Answer
from lookup.audit.answered import Effort, answer_entry
from lookup.audit.entry import Actor, Entry, Event, Outcome, Scene, entry, record_objects
from lookup.audit.trail import Trail
from lookup.clock import Clock
from lookup.records import Record
from mobile_api.access.caller import Caller
from mobile_api.access.source_address import SourceAddress
from mobile_api.access.strangers import Strangers

DEVICE_HEADER = "HTTP_X_DEVICE_ID"
"""What a terminal calls itself: its mnemonic, such as MDT0417. Nothing is decided by it."""
_DEVICE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(slots=True)
class Told:
    """What one request asked and was told, until its response leaves. `is_answer`: the response is one to a question,
    whole, and nothing of it has to happen before its entries are on disk, so it may wait for them."""

    event: Event
    component: str
    clock: Clock
    asked: Request
    source_address: str
    caller: Caller | None = None
    is_answer: bool = False
    started: float = field(default_factory=time.monotonic)
    entries: list[Entry] = field(default_factory=list)

    def actor(self, requestor: str | None = None) -> Actor:
        """Give who asks, and from where."""
        environ, caller = self.asked.environ, self.caller
        device: str | None = environ.get(DEVICE_HEADER)
        return Actor(
            user=None if caller is None else caller.user,
            agency_ori=None if caller is None else caller.agency,
            session=None if caller is None else caller.session,
            source_address=self.source_address,
            destination_address=f"{environ.get('SERVER_NAME')}:{environ.get('SERVER_PORT')}",
            device=device if device and _DEVICE.fullmatch(device) else None,
            requestor=requestor,
        )

    def answered(self, answer: Answer, text: bytes, body: Any) -> None:
        """Tell of an answer that is about to leave as `text`, to the question `body`."""
        kind = self.caller.kind if self.caller else "system"
        self.entries.append(
            answer_entry(
                answer,
                text,
                body,
                Scene(self.clock(), self.component, self.actor(answer.query.requestor)),
                kind,
                Effort(self._duration_ms(), self._bytes_in()),
            )
        )

    def showed(self, records: Iterable[Record], **more: Any) -> None:
        """Tell of records that a page shows. `more` is any other field of an entry."""
        shown = record_objects(record.name for record in records)
        self.happened(self.event, "done", records=shown, **more)

    def happened(self, event: Event, outcome: Outcome, **more: Any) -> None:
        """Tell of anything else."""
        details = {"duration_ms": self._duration_ms(), "bytes_in": self._bytes_in()} | more
        self.entries.append(entry(event, outcome, Scene(self.clock(), self.component, self.actor()), **details))

    def failed(self, status: int, **more: Any) -> None:
        """Tell of a question that was not answered, or of a page that was not shown."""
        self.happened(self.event, _outcome(status), **more)

    def complete(self, response: Response, strangers: Strangers) -> list[Entry]:
        """Give the entries of the request: where its view told nothing, one that says how it ended; where it failed
        after its view had told, both. None for one more refusal of somebody unknown in a flood of them."""
        status = response.status_code
        if self.entries and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return self.entries
        size = response.content_length
        if not self.entries and self.caller is None and status == HTTPStatus.UNAUTHORIZED:
            before = strangers.refused()
            if before is not None:
                self.failed(status, bytes_out=size, details={"unrecorded_before": before} if before else None)
        elif not self.entries and status < HTTPStatus.BAD_REQUEST:
            self.happened(self.event, "done", bytes_out=size)
        else:
            self.failed(status, bytes_out=size)
        return self.entries

    def _duration_ms(self) -> float:
        return round((time.monotonic() - self.started) * 1000, 3)

    def _bytes_in(self) -> int:
        announced = self.asked.environ.get("CONTENT_LENGTH", "")
        return int(announced) if announced.isdecimal() else 0


def begin(event: Event, component: str, clock: Clock, asked: Request, source: SourceAddress) -> Told:
    """Begin the entry of a request; its response does not leave without it."""
    g.told = told = Told(event, component, clock, asked, source.of(asked.environ))
    return told


def record_now(trail: Trail) -> None:
    """Record what this request has told so far, and nothing more of it: what comes next happens only where this is on
    disk, as a session does that begins with a sign-in. Raises `AuditUnavailable`."""
    done: Told = g.pop("told")
    trail.record(*done.entries)


def told() -> Told:
    """Give what this request has told so far."""
    found: Told = g.told
    return found


def _outcome(status: int) -> Outcome:
    if status in _REFUSED:
        return "refused"
    return "unavailable" if status == HTTPStatus.SERVICE_UNAVAILABLE else "error"
