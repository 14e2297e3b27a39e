"""Where the audit trail of a node lies, by its settings, and who works on the command line.

Decides the directories, the name of a process in the trail, and how the system's user is named in it.
"""

import getpass
from pathlib import Path

from lookup.audit.entry import Actor
from lookup.audit.trail import Trail, Writer
from lookup.clock import Clock, system_clock
from lookup.release import release
from lookup.settings import Settings


def segments_directory(settings: Settings) -> Path:
    """Give the directory of the segments; signed heads lie beside it."""
    return settings.audit_dir / "segments"


def places_of(settings: Settings) -> tuple[Path, Path]:
    """Give the directories that hold segments, in the order in which they are tried: the trail's own, and the spool."""
    return segments_directory(settings), settings.audit_spool


def trail_of(settings: Settings, service: str, writer: Writer = "service", clock: Clock = system_clock) -> Trail:
    """Open the trail of this node for a process that is named `service`."""
    component = f"{service}/{release()}@{settings.node}"
    return Trail(places_of(settings), component, writer, clock)


def system_actor() -> Actor:
    """Give the user of the system who runs a command."""
    return Actor(user=f"system:{getpass.getuser()}")
