"""A gate before every request of one writer: it can be held, killed or cut off from its answers at each of them.

It sits in the transport of the client that the writer opened, so the writer itself knows nothing of it.
"""

import threading
from typing import Any, Literal

from elastic_transport import ConnectionTimeout, Transport

from lookup.store.elastic.documents import LEASE_ID
from lookup.store.elastic.writing import ElasticWriter

PATIENCE_S = 120
Way = Literal["hold", "kill", "deafen"]


class Killed(BaseException):
    """The process of the writer has ended."""


class Gate:
    """Counts the requests of a writer from the moment when it is armed, those about its lease left out."""

    def __init__(self, writer: ElasticWriter) -> None:
        self.asked: list[str] = []
        self._transport: Transport = writer._client.transport
        self._pass_on = self._transport.perform_request
        self._transport.perform_request = self._request  # type: ignore[method-assign]
        self._step: int | str | None = None
        self._way: Way = "hold"
        self._reached = threading.Event()
        self._open = threading.Event()
        self._open.set()
        self._dead = False

    def arm(self, way: Way, step: int | str) -> None:
        """`hold` or `kill` the writer before its request number `step`, or the first whose address holds this text; or
        `deafen` it to the answer of that request."""
        self.asked, self._way, self._step = [], way, step

    def disarm(self) -> None:
        """Count no further: what was to be looked at is over."""
        self._step = None

    @property
    def was_reached(self) -> bool:
        return self._reached.is_set()

    def await_held(self, writing: threading.Thread) -> bool:
        """Wait until the writer is held, or has ended without; say whether it is held."""
        while not self._reached.wait(0.01):
            if not writing.is_alive():
                return self._reached.is_set()
        return True

    def release(self) -> None:
        self._open.set()

    def _request(self, method: str, target: str, **asked: Any) -> Any:
        if threading.current_thread().name == "lease":
            return self._sign_of_life(method, target, **asked)
        if self._dead:
            raise Killed
        if LEASE_ID in target:  # how many there are depends on how fast the machine is
            return self._pass_on(method, target, **asked)
        self.asked.append(f"{method} {target}")
        if not self._is_step(target):
            return self._pass_on(method, target, **asked)
        self._reached.set()
        if self._way == "kill":
            self._dead = True
            raise Killed
        if self._way == "deafen":
            self._pass_on(method, target, **asked)
            raise ConnectionTimeout("the answer was lost")
        self._open.clear()
        self._wait()
        return self._pass_on(method, target, **asked)

    def _is_step(self, target: str) -> bool:
        is_it = self._step in target if isinstance(self._step, str) else self._step == len(self.asked)
        if is_it:
            self.disarm()
        return is_it

    def _sign_of_life(self, method: str, target: str, **asked: Any) -> Any:
        """A paused process gives none, a dead one never again."""
        self._wait()
        if self._dead:
            raise ConnectionTimeout("dead")
        return self._pass_on(method, target, **asked)

    def _wait(self) -> None:
        assert self._open.wait(PATIENCE_S)
