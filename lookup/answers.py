"""What a caller gets: one answer, and how it is written as JSON.

Decides the order of the fields. On the hot path an answer is written once: the immunity and the guidance, which equal
facts share, arrive as text that was written before.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lookup.json_text import written


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `parts` are the objects beside immunity and guidance, in order; `immunity_json` and `guidance_json`
    are JSON text.

    `lookup_id`, `reference_number` and `outcome` stand in `parts` too. `rests_on` names the records that the answer
    rests on: key and version.
    """

    lookup_id: str
    reference_number: str
    outcome: str
    level: str | None
    parts: Mapping[str, Any]
    immunity_json: str
    guidance_json: str
    rests_on: tuple[tuple[str, str], ...]

    def to_json(self) -> bytes:
        """Write the answer: UTF-8, on one line."""
        parts = written(self.parts)
        return f'{parts[:-1]},"immunity":{self.immunity_json},"guidance":{self.guidance_json}}}'.encode()

    def document(self) -> dict[str, Any]:
        """Give the answer as one object, for whatever is not the hot path."""
        document: dict[str, Any] = json.loads(self.to_json())
        return document

    def without_person(self) -> "Answer":
        """Give the answer as a camera gets it: the vehicle and the assessment, no person."""
        candidates = [
            {**candidate, "person": None} if "person" in candidate else candidate
            for candidate in self.parts["candidates"]
        ]
        return replace(self, parts={**self.parts, "person": None, "candidates": candidates})
