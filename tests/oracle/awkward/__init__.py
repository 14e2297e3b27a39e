"""An extract that has every kind of awkwardness, a later one to sync after it, and every question worth asking of them.

All people, plates and numbers are invented. The same day gives the same files on every machine.
"""

from datetime import date
from pathlib import Path

from .faults import add_faults
from .households import add_households
from .later import make_later
from .missions import add_missions
from .principals import add_principals
from .questions import questions
from .sheet import ON, Sheet
from .things import add_things

__all__ = ["ON", "awkward_sheet", "questions", "write_awkward", "write_awkward_later"]


def awkward_sheet(on: date = ON) -> Sheet:
    """Make the awkward tables, whose dates lie around `on`."""
    sheet = Sheet(on)
    add_missions(sheet)
    principals = add_principals(sheet)
    add_households(sheet, principals)
    add_things(sheet, principals)
    add_faults(sheet, principals)
    return sheet


def write_awkward(directory: Path, on: date = ON) -> None:
    """Write the awkward extract into `directory`."""
    awkward_sheet(on).write(directory)


def write_awkward_later(directory: Path, on: date = ON) -> None:
    """Write what the authority hands over the next time: rows gone bad, gone altogether, and set right."""
    sheet = awkward_sheet(on)
    make_later(sheet)
    sheet.write(directory)
