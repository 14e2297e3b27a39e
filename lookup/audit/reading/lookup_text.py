"""Entries of the trail in words: what was asked by whom, and what they were told.

Decides the layout, and says of each line whether its own hash fits. Whether the chain is whole is said by `verify`.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from lookup.audit.reading.filters import entry_of
from lookup.audit.reading.stream import Line
from lookup.audit.verifying.pieces import read_link

_WIDTH = 22


def entries_text(lines: Sequence[Line]) -> str:
    """Write some lines, an empty one between two."""
    return "\n\n".join("\n".join(_rows(line)) for line in lines)


def _rows(line: Line) -> Iterator[str]:
    for name, value in entry_of(line).items():
        if value is not None:
            yield f"{name:<{_WIDTH}}{_text(value)}"
    yield f"{'segment':<{_WIDTH}}{line.segment}"
    yield f"{'own hash':<{_WIDTH}}{'fits' if read_link(line.text) else 'DOES NOT FIT'}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
