"""Notices what no honest work at the roadside looks like: plates asked one after the other, and mostly misses.

Decides what is noticed, of the callers of one process, and that it is told and not punished: the answer leaves all the
same, the audit trail and the metrics get an alarm (docs/privacy-and-security.md). Keeps no plate: of the last one the
series and the serial, until the next. A connection stays with one worker, so one process sees most of what a caller
asks. Use off shift cannot be noticed here: the service knows no shifts.
"""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from lookup.answers import Answer
from lookup.identifiers import Reading
from mobile_api.access.caller import Caller

Alarm = Literal["alarm.sequence", "alarm.misses"]

RUN = 5
"""Plates of one series whose serials follow one another before it is an alarm: two in a row happen by chance."""
STEP = 3
"""The largest step that still counts as the next: another worker may have answered those between."""
QUERIES = 20
"""The last questions of a caller whose misses are counted, and how many there must be."""
SPREAD = timedelta(minutes=30)
"""Older questions no longer count."""
MISS_SHARE = 0.6
"""A typing officer misses now and then; who tries plates misses mostly."""
CALLERS = 4096
"""Callers kept in mind; the one who asked longest ago is forgotten first."""


@dataclass(slots=True)
class _Trace:
    """What is kept of one caller: the last plate's series and serial, the run so far, and the outcomes."""

    series: tuple[str | None, ...] = ()
    serial: int = 0
    run: int = 1
    misses: deque[tuple[datetime, bool]] = field(default_factory=lambda: deque(maxlen=QUERIES))


class Alarms:
    """Watches the questions of one process. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._traces: OrderedDict[str, _Trace] = OrderedDict()
        self.raised: Counter[Alarm] = Counter()

    def notice(self, caller: Caller, answer: Answer, at: datetime) -> list[Alarm]:
        """Take note of an answered question, and give the alarms that it raises. A camera reads whatever drives by:
        of one only sequences are noticed."""
        with self._lock:
            trace = self._trace_of(caller)
            raised = list(self._raised(trace, caller, answer, at))
            if raised:
                self.raised.update(raised)
        return raised

    def _trace_of(self, caller: Caller) -> _Trace:
        trace = self._traces.get(caller.caller_id)
        if trace is None:
            trace = self._traces[caller.caller_id] = _Trace()
        self._traces.move_to_end(caller.caller_id)
        if len(self._traces) > CALLERS:
            self._traces.popitem(last=False)
        return trace

    def _raised(self, trace: _Trace, caller: Caller, answer: Answer, at: datetime) -> Iterator[Alarm]:
        reading = answer.query.reading
        if reading is not None and _follows(trace, reading):
            trace.run = 1
            yield "alarm.sequence"
        if caller.kind != "camera" and _mostly_misses(trace, answer.outcome == "no_record", at):
            trace.misses.clear()
            yield "alarm.misses"


def _follows(trace: _Trace, reading: Reading) -> bool:
    """Take note of a plate, and tell whether it ends a run that is long enough."""
    series = (reading.series, reading.status_letter, reading.mission_code)
    serial = int(reading.serial)
    is_next = series == trace.series and 0 < abs(serial - trace.serial) <= STEP
    trace.run = trace.run + 1 if is_next else trace.run if (series, serial) == (trace.series, trace.serial) else 1
    trace.series, trace.serial = series, serial
    return trace.run >= RUN


def _mostly_misses(trace: _Trace, is_miss: bool, at: datetime) -> bool:
    """Take note of an outcome, and tell whether the last ones were mostly misses."""
    trace.misses.append((at, is_miss))
    if len(trace.misses) < QUERIES or at - trace.misses[0][0] > SPREAD:
        return False
    return sum(missed for _, missed in trace.misses) >= MISS_SHARE * QUERIES
