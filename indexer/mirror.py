"""The mirror of a database: the staging file of the last pass, kept for the next one, which then reads only what was
changed and judges only what that concerns.

Decides when a mirror can be used: it carries a label, and the head of the store names the label of the mirror that
the store was compared with. A mirror is never the position, which is in the head, and never what is compared with,
which is the store: after a rollback, a rebuild, a crash between the two, or on another machine the labels differ, and
everything is read again.
"""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.compare import Change, rows_inside
from indexer.staging import FILE_NAME, Staging
from indexer.workspace import fresh_directory, lock_directory, remove_unused
from lookup.records import natural_key_of
from lookup.store.sqlite.directory import sync_path

_SEPARATOR = "/"
"""Between the name of a mirror's directory and the random word that changes with its content."""

_TABLES = """
CREATE INDEX rows_by_raw_key ON rows (source, raw_key, digest, key, member);
CREATE INDEX rows_by_pointer_at_member ON rows (member) WHERE member IS NOT NULL;
CREATE INDEX rows_by_pointer_at_mission ON rows (mission) WHERE mission IS NOT NULL;
CREATE TABLE label (text TEXT NOT NULL);
CREATE TABLE holding (member TEXT NOT NULL, source INTEGER NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (source, key, member)) WITHOUT ROWID;
CREATE INDEX holding_by_member ON holding (member);
"""
"""`holding` names the rows inside those published members that are not what the rows of the mirror make by themselves:
a row that was refused, or may not be deleted, stays inside whoever had it, wherever its pointer leads now."""

_WORKING_TABLES = ("changes", "touched", "affected", "concerned")
"""What is of one pass only."""


_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@dataclass(slots=True)
class Mirror:
    """A mirror that is open. What was changed in it is lost with the block unless it is kept."""

    directory: Path
    staging: Staging
    is_kept: bool = False

    def note(self, change: Change) -> None:
        """Remember what a lingering member has inside."""
        if change.lingers:
            member = natural_key_of(change.draft.key)
            for table, key, _ in rows_inside(change.draft.content):
                self.staging.change("INSERT OR IGNORE INTO holding VALUES (?,?,?)", member, table.number, key)

    def keep(self) -> str:
        """Keep what was changed under a new label, and give that."""
        label = f"{self.directory.name}{_SEPARATOR}{secrets.token_hex(8)}"
        for table in _WORKING_TABLES:
            self.staging.run(f"DROP TABLE IF EXISTS {table}")
        self.staging.run("DELETE FROM marked; DELETE FROM label")
        self.staging.change("INSERT INTO label VALUES (?)", label)
        self.staging.commit()
        sync_path(self.directory / FILE_NAME)
        self.is_kept = True
        return label


@contextmanager
def new_mirror(data_dir: Path, label: str | None) -> Iterator[Mirror]:
    """Give an empty mirror beside the one with this label; all others go, and this one too unless it is kept."""
    with fresh_directory(_parent(data_dir), _name(label)) as directory, Staging(directory) as staging:
        mirror = Mirror(directory, staging)
        try:
            yield mirror
        finally:
            if not mirror.is_kept:
                shutil.rmtree(directory, ignore_errors=True)


def index_mirror(staging: Staging) -> None:
    """Make what only a mirror needs, once all rows are there."""
    staging.run(_TABLES)


@contextmanager
def old_mirror(data_dir: Path, label: str | None) -> Iterator[Mirror | None]:
    """Give the mirror with this label, in a step that ends when it is kept; None where there is none. All others go."""
    name, parent = _name(label), _parent(data_dir)
    if name is None or not (parent / name / FILE_NAME).exists():
        yield None
        return
    remove_unused(parent, name)
    with lock_directory(parent / name) as is_ours:
        if not is_ours:
            yield None
            return
        with _forgetting_the_damaged(parent / name), Staging(parent / name, kept=True) as staging:
            staging.begin()
            yield Mirror(parent / name, staging) if _label(staging) == label else None


def forget_mirrors(data_dir: Path) -> None:
    """Remove every mirror that is not in use."""
    if _parent(data_dir).exists():
        remove_unused(_parent(data_dir))


@contextmanager
def _forgetting_the_damaged(directory: Path) -> Iterator[None]:
    """Remove a mirror that turns out to be damaged, so that the next pass reads everything."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "").startswith(_DAMAGE):
            shutil.rmtree(directory, ignore_errors=True)
        raise


def _label(staging: Staging) -> str | None:
    if not staging.ask_one("SELECT 1 FROM sqlite_master WHERE name = 'label'"):
        return None
    label: str | None = staging.ask_one("SELECT text FROM label")
    return label


def _parent(data_dir: Path) -> Path:
    return data_dir / "mirror"


def _name(label: str | None) -> str | None:
    """Give the name of the directory; a label is ours, but it comes out of a store."""
    name, separator, _ = (label or "").partition(_SEPARATOR)
    return name if separator and name and Path(name).name == name and name not in (".", "..") else None
