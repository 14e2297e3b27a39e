"""How a replica is doing, noted by its process in a small file beside the pointer, for status and metrics.

Decides the fields. Nothing rests on the file: it is replaced in one step, not brought onto the disk, and a missing or
broken one is an empty state.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from lookup.errors import CouldNotSearch
from lookup.store.notes import decode_note, encode_note, note_document
from lookup.store.sqlite.directory import StoreDirectory, read_text, write_whole

ReplicaPhase = Literal["starting", "copying", "catching_up", "checking", "following", "waiting"]
"""`copying`, `catching_up` and `checking` are the steps of a new file; `waiting` is the pause after a failure."""


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """What the replica's process is doing and how far it is: the last contact with the store, the last moment at which
    the copy held everything that was published, what it serves, when it was checked as a whole, and the title of the
    error that it last met; `failure` is None once it follows again."""

    phase: ReplicaPhase = "starting"
    contacted_at: datetime | None = None
    caught_up_at: datetime | None = None
    generation: str | None = None
    activation: int | None = None
    revision: int | None = None
    checked_at: datetime | None = None
    failure: str | None = None
    process: int | None = None

    def lag_s(self, now: datetime) -> float | None:
        """Give the seconds since the copy last held everything that was published; None where it never did. It goes
        on growing when the process has died."""
        return None if self.caught_up_at is None else max(0.0, (now - self.caught_up_at).total_seconds())

    def document(self, now: datetime) -> dict[str, Any]:
        """Give the state as the `replica` object of a status; `lag_s` is in seconds."""
        lag_s = self.lag_s(now)
        return note_document(self) | {"lag_s": None if lag_s is None else round(lag_s, 1)}


def read_state(directory: StoreDirectory) -> ReplicaState:
    """Read the state of the replica in this directory; an empty one where there is none."""
    try:
        state = decode_note(read_text(_path(directory)), ReplicaState)
    except CouldNotSearch:
        return ReplicaState()
    return state if state is not None and state.phase in get_args(ReplicaPhase) else ReplicaState()


def write_state(directory: StoreDirectory, state: ReplicaState) -> None:
    """Put this state in the place of the last. Raises `OSError` where it cannot be written."""
    write_whole(_path(directory), encode_note(state), durably=False)


def _path(directory: StoreDirectory) -> Path:
    return directory.path / "replica.json"
