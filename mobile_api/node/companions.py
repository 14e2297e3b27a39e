"""Keeps the processes that a node has beside a service running for as long as it serves: replica and housekeeping.

Decides when one is started, started again, and ended. A small process does it, forked before the server starts: the
server's own process forks workers and so must have no threads. Where such a process runs here already, as a unit of its
own or beside another service, it is left alone.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from lookup.settings import PREFIX, Settings, variables_of
from lookup.store.cluster import is_cluster
from lookup.store.open import reads_replica, replica_directory
from lookup.store.sqlite.lease import is_leased

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
"""Between the end of a process and the next: doubled each time, for one that cannot start must not keep a core busy."""
GOOD_RUN_S = 60.0
"""A process that ran so long has started well: the next one is not kept waiting."""
LOOK_EVERY_S = 5.0
"""How often is seen whether a process that somebody else started is still there."""
END_S = 5.0
"""Seconds that the process gets to end by itself; it needs one or two."""

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a process gets when its parent has died."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Companion:
    """A process beside a service: the command that it is, whether these settings need it, and the file that it holds
    while it runs, so that there is one on a node."""

    command: str
    is_needed: Callable[[Settings], bool]
    lease: Callable[[Settings], Path]


def housekeeping_lease(settings: Settings) -> Path:
    """Give the file that the process of `immunity housekeeping` holds."""
    return settings.data_dir / "housekeeping.lease"


REPLICA = Companion("replica", reads_replica, lambda settings: replica_directory(settings).lease)
HOUSEKEEPING = Companion("housekeeping", lambda settings: is_cluster(settings.store), housekeeping_lease)


@contextmanager
def companion_beside(settings: Settings, companion: Companion) -> Iterator[None]:
    """Keep a process running while the block runs, where these settings need it. It ends with this process, however
    this process ends."""
    if not companion.is_needed(settings):
        yield
        return
    parent = os.getpid()
    keeper = os.fork()
    if keeper == 0:
        _keep_and_leave(settings, companion, parent)
    try:
        yield
    finally:
        if os.getpid() == parent:  # a worker that ends comes by here too
            _end(keeper)


def _end(keeper: int) -> None:
    """End the keeper and wait for it. The server collects all children of its process, so it may be collected."""
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(keeper, signal.SIGTERM)
        os.waitpid(keeper, 0)


def _keep_and_leave(settings: Settings, companion: Companion, parent: int) -> NoReturn:
    """Be the keeper, and never come back into what the parent was doing."""
    try:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        _end_with_parent()
        if os.getppid() == parent:  # else it died before it could be watched
            _keep(settings, companion)
    except SystemExit:
        pass
    except BaseException:
        _log.exception("immunity %s is not kept running any more; the service goes on.", companion.command)
    finally:
        os._exit(0)


def _keep(settings: Settings, companion: Companion) -> NoReturn:
    lease = companion.lease(settings)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    wait_s = FIRST_WAIT_S
    while True:
        _wait_until_free(lease)
        began = time.monotonic()
        code = _run(companion.command, environment | variables_of(settings))
        if time.monotonic() - began >= GOOD_RUN_S:
            wait_s = FIRST_WAIT_S
        _log.warning("immunity %s ended with %d; it is started again in %.0f s.", companion.command, code, wait_s)
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)


def _wait_until_free(lease: Path) -> None:
    """Return at once where no such process runs here; where one does, when it was gone at two looks in a row: whoever
    started it starts it again within seconds."""
    free = 0 if is_leased(lease) else 2
    while free < 2:
        time.sleep(LOOK_EVERY_S)
        free = 0 if is_leased(lease) else free + 1


def _run(command: str, environment: dict[str, str]) -> int:
    """Run the process until it ends, or end it. It has the settings as variables: arguments can be seen by others."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        (sys.executable, "-m", "lookup", command),
        env=environment,
        stdin=subprocess.DEVNULL,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
    )
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _end_with_parent() -> None:
    """Ask the system to end this process when its parent dies. Where the system does not know how, an orphan goes on
    working, which is no harm: the next keeper leaves it alone."""
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)
