"""A small invented registry, synced, for a load test.

Decides nothing but its size and seed; the indexer's own commands do the work.
"""

import subprocess
import sys
from pathlib import Path

from lookup.settings import Settings

_PROGRAM = "from lookup.cli import main; main()"


def small_registry(settings: Settings, members: int) -> Settings:
    """Invent a registry of this size and sync it into the store of `settings`, which are given back."""
    extract = settings.data_dir / "extract"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _run("generate", str(extract), "--members", str(members), "--seed", "1")
    _run("sync", str(extract), "--data-dir", str(settings.data_dir))
    return settings


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-c", _PROGRAM, *arguments], check=True, cwd=Path.cwd())
