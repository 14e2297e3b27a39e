"""Calling the program `immunity` in this process: its exit code, and what it prints where."""

import io
import json
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest

from lookup.cli import main


@dataclass(frozen=True)
class Ran:
    """How a call of the program ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What was printed, as JSON."""
        return json.loads(self.out)


def immunity(*arguments: str, stdin: str | bytes = "", environ: Mapping[str, str] | None = None) -> Ran:
    """Call the program; of the variables `IMMUNITY_…` only those of `environ` are set."""
    out, err = io.StringIO(), io.StringIO()
    raw = stdin.encode() if isinstance(stdin, str) else stdin
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("IMMUNITY_")]:
            patch.delenv(name)
        for name, value in (environ or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["immunity", *arguments])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        with pytest.raises(SystemExit) as left:
            main()
    code = left.value.code
    assert isinstance(code, int)
    return Ran(code, out.getvalue(), err.getvalue())
