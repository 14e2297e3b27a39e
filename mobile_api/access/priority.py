"""Who gives way while the service is busy: cameras, before anybody at a roadside or a console waits.

Decides how many requests a worker may have before it, answered at this moment or waiting, when it takes up one of a
camera: one less than it has threads. So under the load of people cameras are the first to be refused.
"""

import threading
from types import TracebackType

from mobile_api.access.caller import Caller
from mobile_api.refusals import GiveWay

RETRY_AFTER_S = 1
"""A plate is read again at the next frame."""


class Load:
    """Counts the requests that one process answers at this moment. `with` it around each. Safe between threads."""

    def __init__(self, threads: int) -> None:
        self._for_cameras = max(1, threads - 1)
        self._lock = threading.Lock()
        self._answering = 0

    def __enter__(self) -> None:
        with self._lock:
            self._answering += 1

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        with self._lock:
            self._answering -= 1

    def check(self, caller: Caller, waiting: int = 0) -> None:
        """Raise `GiveWay` for a camera where too many others are being answered or are `waiting`."""
        if caller.kind == "camera" and self._answering + waiting > self._for_cameras:
            raise GiveWay("Cameras give way while the service is busy: send the next reading.", RETRY_AFTER_S)
