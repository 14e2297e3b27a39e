"""`extract.json`, which an extract holds to say how old and how large it is.

Decides what a well-formed one is, and that nobody ever sees half of one. Whether the tables agree with it is for the
source to find out.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from lookup.clock import utc_text
from lookup.errors import SourceError
from lookup.fields import Flag, Moment, WholeNumber

MANIFEST_NAME = "extract.json"
MANIFEST_LIMIT = 1_000_000
"""Bytes; nine tables need about a thousand."""
VERSION = 1
PART = ".part"
"""Ends the name of a file that is still being written."""


@dataclass(frozen=True, slots=True)
class TablePromise:
    """What the manifest says of a table; None where it says nothing."""

    rows: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest; the empty one stands for a directory without."""

    extracted_at: datetime | None = None
    fictitious: bool = False
    tables: Mapping[str, TablePromise] = field(default_factory=dict)


class _PromiseSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    rows = WholeNumber(validate=validate.Range(min=0))
    sha256 = fields.String(validate=validate.Regexp(r"[0-9a-fA-F]{64}\Z"))


class _ManifestSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    version = WholeNumber(required=True, validate=validate.Equal(VERSION))
    extracted_at = Moment()
    fictitious = Flag()
    tables = fields.Dict(keys=fields.String(), values=fields.Nested(_PromiseSchema))


def read_manifest(path: Path) -> Manifest:
    """Read the manifest. Raises `SourceError`, naming line or field, where it is malformed or of another version."""
    try:
        data = path.read_bytes()[: MANIFEST_LIMIT + 1]
    except OSError as error:
        raise SourceError(f"{MANIFEST_NAME} cannot be read: {error.strerror}.") from error
    if len(data) > MANIFEST_LIMIT:
        raise SourceError(f"{MANIFEST_NAME} is longer than {MANIFEST_LIMIT} bytes.")
    return _manifest(_load(_parse(data)))


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write the manifest in the place of another: whoever reads sees the one or the other whole."""
    document = {
        "version": VERSION,
        "extracted_at": manifest.extracted_at and utc_text(manifest.extracted_at),
        "fictitious": manifest.fictitious,
        "tables": {name: _said(asdict(promise)) for name, promise in manifest.tables.items()},
    }
    part = part_of(path)
    part.write_text(json.dumps(_said(document), indent=2) + "\n", encoding="utf-8", newline="\n")
    part.replace(path)


def date_anew(path: Path, extracted_at: datetime) -> None:
    """Say in a manifest that its extract was made at `extracted_at`. Raises `SourceError` as `read_manifest` does."""
    write_manifest(path, replace(read_manifest(path), extracted_at=extracted_at))


def part_of(path: Path) -> Path:
    """Give the name under which the file of this name is written until it is complete."""
    return path.with_name(path.name + PART)


def _said(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{MANIFEST_NAME}, line {line}: is not UTF-8.") from error
    except json.JSONDecodeError as error:
        raise SourceError(f"{MANIFEST_NAME}, line {error.lineno}: is not JSON.") from error
    except RecursionError as error:
        raise SourceError(f"{MANIFEST_NAME} is nested too deeply.") from error


def _load(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise SourceError(f"{MANIFEST_NAME}, line 1: must hold one JSON object.")
    try:
        loaded: dict[str, Any] = _ManifestSchema().load(document)
    except ValidationError as error:
        faults = ", ".join(sorted(map(str, error.messages_dict)))
        raise SourceError(
            f"{MANIFEST_NAME}: wrong or missing: {faults}. Version {VERSION} needs version, extracted_at with an "
            "offset, fictitious true or false, and for each table rows and sha256."
        ) from error
    return loaded


def _manifest(loaded: dict[str, Any]) -> Manifest:
    promises = {
        name: TablePromise(promise.get("rows"), promise["sha256"].lower() if "sha256" in promise else None)
        for name, promise in loaded.get("tables", {}).items()
    }
    return Manifest(loaded.get("extracted_at"), bool(loaded.get("fictitious", False)), promises)
