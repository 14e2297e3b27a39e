"""Ends servers and removes their directory when whoever started them is gone, however it went.

Run as a program of its own: `keeper.py DIRECTORY`. On its standard input it is told which process groups run
(`GROUP SIGNAL`, the signal that ends it) and which have ended (`GROUP`). The end of the input, which also a killed test
run gives, is the order to clean up. Uses the standard library alone, so that it starts at once.
"""

import os
import shutil
import signal
import sys
import time

PATIENCE_S = 10
"""How long a group may take after its signal before it is killed."""


def keep(directory: str) -> None:
    """Remember what runs until the input ends, then end it and remove the directory."""
    running: dict[int, int] = {}
    for line in sys.stdin:
        group, *ending = map(int, line.split())
        if ending:
            running[group] = ending[0]
        else:
            running.pop(group, None)
    for group, ending_signal in running.items():
        _end(group, ending_signal)
    shutil.rmtree(directory, ignore_errors=True)


def _end(group: int, ending_signal: int) -> None:
    """Signal a group and wait until it is gone. They are no children of ours, so all we can do is look."""
    deadline = time.monotonic() + PATIENCE_S
    try:
        os.killpg(group, ending_signal)
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.05)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    keep(sys.argv[1])
