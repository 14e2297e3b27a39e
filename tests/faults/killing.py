"""A process that is killed at a given step, in the place of one that loses its machine there."""

import os
import signal
from collections.abc import Callable
from typing import Any

Step = tuple[object, str]


def kill_self(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_in(act: Callable[[], object]) -> None:
    """Run `act`, which kills its process, in a process of its own."""
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        try:
            act()
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


def killed_while(act: Callable[[], object], step: Step, after: bool) -> None:
    """Run `act` in a process that is killed right before or right after `step`."""
    owner, name = step
    original = getattr(owner, name)

    def deadly(*arguments: Any, **named: Any) -> None:
        if after:
            original(*arguments, **named)
        kill_self()

    def act_until_killed() -> None:
        setattr(owner, name, deadly)
        act()

    killed_in(act_until_killed)
