"""The lease of a store in Elasticsearch: at most one indexer at work, and who it is.

Decides when the lease is free. Safety rests on the log and on conditional writes, not on the lease: it keeps two
indexers from working against each other, and tells people who is at work.

The lease is one document. It is taken by creating it, and every further write of it is conditional on the one before
(`if_seq_no`), so of two writers that take it at once exactly one does. The holder writes it anew each beat. A
challenger never compares clocks: it takes the lease over only after it has seen the same writing of it for the whole
term that it names, on the challenger's own monotonic clock. A holder that was only paused finds at its next beat that
somebody else wrote, and stops.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from lookup.clock import Clock
from lookup.errors import CouldNotSearch, LeaseHeld
from lookup.store.elastic.client import Client, patiently
from lookup.store.elastic.documents import LEASE_ID
from lookup.store.elastic.names import writing_alias
from lookup.store.holder import holder_text, lease_held, name_holder

TERM_S = 15.0
"""How long a lease stands without a sign of life: longer than any pause of a healthy process, short enough that the
indexer of a dead machine is replaced while people still wait."""
BEATS_PER_TERM = 15
"""So a challenger knows within a second that the holder lives."""
REQUEST_S = 5.0
"""How long one request may take. What is late is tried again by the next beat."""

_log = logging.getLogger(__name__)


class _Writing(NamedTuple):
    """One writing of the lease document. `token` is its holder's own."""

    text: str
    token: str
    term_s: float
    seq_no: int
    primary_term: int


class Lease:
    """The lease in the control index `index`, held by at most one `Lease` object of all processes."""

    def __init__(self, client: Client, index: str, term_s: float = TERM_S) -> None:
        self._beat_s = term_s / BEATS_PER_TERM
        self._ask = patiently(client.options(request_timeout=REQUEST_S, max_retries=0))
        self._index = index
        self._term_s = term_s
        self._token = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._held: _Writing | None = None
        self._beaten_at = 0.0
        self._taken_by: str | None = None
        self._number = 0

    @contextmanager
    def hold(self, owner: str, clock: Clock) -> Iterator[None]:
        """Hold the lease while the block runs. Raises `LeaseHeld`, naming the holder, where somebody else has it."""
        self._owner = holder_text(owner, clock)
        self._take()
        self._stopped.clear()
        heart = threading.Thread(target=self._beat_on, name="lease", daemon=True)
        heart.start()
        try:
            yield
        finally:
            self._stopped.set()
            heart.join()
            self._release()

    def check(self) -> None:
        """Raise `LeaseHeld` where the lease was lost. Costs a request only where the last beat is overdue, as after a
        pause of the whole process."""
        if self._held is not None and time.monotonic() - self._beaten_at > 2 * self._beat_s:
            self._try_to_beat()
        if self._held is None:
            raise LeaseHeld(
                f"{name_holder(self._taken_by)} took over the lease of the store, for this indexer gave no sign of "
                "life: it stops. What it has committed stays."
            )

    def verify(self) -> None:
        """Ask whether the lease was lost, and raise `LeaseHeld` if so, `CouldNotSearch` where that cannot be known."""
        if self._held is not None:
            self._beat()
        self.check()

    def _take(self) -> None:
        """Create the lease, or watch the one that is there: while it changes its holder lives; unchanged for its
        whole term it is taken over."""
        seen: _Writing | None = None
        seen_at = 0.0
        while not self._write(None):
            found = self._read()
            if found is None:
                continue  # given back between our two requests: try again to create it
            if seen is not None and found.seq_no != seen.seq_no:
                raise lease_held(found.text)
            if seen is None:
                seen, seen_at = found, time.monotonic()
                _log.info("%s may hold the lease: watching for a sign of life.", name_holder(found.text))
            elif time.monotonic() - seen_at >= found.term_s:
                # Conditional on the very writing that was watched: a holder that woke just now has written since, and
                # of several challengers one comes first.
                if self._write(found):
                    return
                raise lease_held(found.text)
            threading.Event().wait(self._beat_s / 2)

    def _beat_on(self) -> None:
        while not self._stopped.wait(self._beat_s) and self._held is not None:
            self._try_to_beat()

    def _try_to_beat(self) -> None:
        try:
            self._beat()
        except CouldNotSearch as error:
            # Nobody has taken the lease as long as a later beat succeeds: it is conditional on our last one.
            _log.warning("A sign of life of this indexer was not written: %s", error)

    def _beat(self) -> None:
        """Write the lease anew. A conflict means that somebody else wrote it, or that we did and did not hear so."""
        with self._lock:
            if self._held is None or self._write(self._held):
                return
            found = self._read()
            if found is not None and found.token == self._token:
                self._held, self._beaten_at = found, time.monotonic()
                return
            self._held, self._taken_by = None, None if found is None else found.text

    def _write(self, over: _Writing | None) -> bool:
        """Write the lease over this writing of it, or create it; say whether that worked."""
        self._number += 1
        document = {
            "text": json.dumps(
                {"holder": self._owner, "token": self._token, "term_s": self._term_s, "beat": self._number}
            )
        }
        condition: dict[str, Any] = (
            {"op_type": "create"} if over is None else {"if_seq_no": over.seq_no, "if_primary_term": over.primary_term}
        )
        answer = self._ask(
            "writing the lease",
            lambda client: client.options(ignore_status=409).index(
                index=writing_alias(self._index), id=LEASE_ID, document=document, require_alias=True, **condition
            ),
        )
        if "error" in answer:
            return False
        self._held = self._writing(document["text"], answer)
        self._beaten_at = time.monotonic()
        return True

    def _read(self) -> _Writing | None:
        answer = self._ask(
            "reading the lease",
            lambda client: client.options(ignore_status=404).get(index=self._index, id=LEASE_ID),
        )
        return self._writing(answer["_source"]["text"], answer) if answer.get("found") else None

    def _writing(self, text: str, answer: Mapping[str, Any]) -> _Writing:
        try:
            lease = json.loads(text)
            return _Writing(
                lease["holder"], lease["token"], float(lease["term_s"]), answer["_seq_no"], answer["_primary_term"]
            )
        except (KeyError, TypeError, ValueError):
            return _Writing("", "", self._term_s, answer["_seq_no"], answer["_primary_term"])

    def _release(self) -> None:
        """Give the lease back, unless somebody else has it. Where that fails its term runs out."""
        held, self._held = self._held, None
        if held is None:
            return
        try:
            self._ask(
                "giving the lease back",
                lambda client: client.options(ignore_status=(404, 409)).delete(
                    index=self._index, id=LEASE_ID, if_seq_no=held.seq_no, if_primary_term=held.primary_term
                ),
            )
        except CouldNotSearch as error:
            _log.warning("The lease could not be given back, its term will run out: %s", error)
