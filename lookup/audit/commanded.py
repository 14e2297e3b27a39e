"""What somebody does on the command line, put into the audit trail under the name of the system's user.

Decides who is named and where it is written; which event it is, each command says.
"""

from typing import Any

from lookup.audit.entry import Event, Outcome, Scene, entry
from lookup.audit.places import system_actor, trail_of
from lookup.clock import system_clock
from lookup.settings import Settings


def record_command(settings: Settings, event: Event, outcome: Outcome = "done", **more: Any) -> None:
    """Record what was just done; on return it is on disk. `more` is any other field of an entry.

    Raises `AuditUnavailable`: what was done is then not to be shown, or is undone.
    """
    trail = trail_of(settings, "command", "commands")
    scene = Scene(system_clock(), trail.component, system_actor())
    try:
        trail.record(entry(event, outcome, scene, **more))
    finally:
        trail.close()
