"""What somebody does on the command line, put into the audit trail under the name of the system's user.

Decides who is named and where it is written; which event it is, each command says.
"""

from collections.abc import Callable
from typing import Any

from lookup.audit.entry import Entry, Event, Outcome, Scene, entry
from lookup.audit.places import system_actor, trail_of
from lookup.clock import system_clock
from lookup.settings import Settings


def record_command(settings: Settings, event: Event, outcome: Outcome = "done", **more: Any) -> None:
    """Record what was just done; on return it is on disk. `more` is any other field of an entry.

    Raises `AuditUnavailable`: what was done is then not to be shown, or is undone.
    """
    record_entry(settings, lambda scene: entry(event, outcome, scene, **more))


def record_entry(settings: Settings, make: Callable[[Scene], Entry]) -> None:
    """Record the entry that `make` makes of who did it, when and where. Raises as `record_command` does."""
    trail = trail_of(settings, "command", "commands")
    scene = Scene(system_clock(), trail.component, system_actor())
    try:
        trail.record(make(scene))
    finally:
        trail.close()
