"""The case files under `cases/`: what a lawyer reads and signs off, as the tests read it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lookup.law.codes import BASE_BLOCKS
from lookup.law.terms import ACTIONS

FOLDER = Path(__file__).parent / "cases"
CITATION_BLOCKS = frozenset({"citation_allowed", "signature_not_compelled"})


@dataclass(frozen=True)
class Case:
    """One case: the facts as a request writes them, and what must come out."""

    theme: str
    name: str
    facts: dict[str, Any]
    level: str
    answers: dict[str, str]
    blocks: frozenset[str]
    basis: list[str] | None

    @property
    def all_blocks(self) -> frozenset[str]:
        """The blocks of the case with the base set, whose last two stand only where a citation may be issued."""
        base = frozenset(BASE_BLOCKS)
        return self.blocks | (base if self.answers["issue_traffic_citation"] == "yes" else base - CITATION_BLOCKS)


def read_cases() -> Iterator[Case]:
    """Give every case of every file, in the order in which they are written."""
    for file in sorted(FOLDER.glob("*.toml")):
        for name, written in tomllib.loads(file.read_text(encoding="utf-8")).items():
            yield _case(file.stem, name, written)


def _case(theme: str, name: str, written: dict[str, Any]) -> Case:
    assert written.pop("scenario").endswith("."), f"{theme}: {name} tells nothing in whole sentences"
    answers = dict(zip(ACTIONS, written.pop("answers").split(" / "), strict=True))
    basis = written.pop("basis", None)
    blocks = written.pop("blocks")
    assert blocks == sorted(set(blocks)), f"{theme}: {name}: blocks stand in the order of the alphabet, each once"
    case = Case(theme, name, _as_json(written.pop("facts")), written.pop("level"), answers, frozenset(blocks), basis)
    assert not written, f"{theme}: {name} holds {sorted(written)}, which no case has"
    return case


def _as_json(value: Any) -> Any:
    """Write days as text, as a request does."""
    if isinstance(value, dict):
        return {name: _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
