"""Lists page by page, and records by their handle.

Decides the size of a page and its cursor: the handle of the last record shown, so that a cursor in a URL tells nothing.
"""

import re
from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields, validate

from lookup.errors import FieldFault, InvalidRequest, NotFound
from lookup.records import Kind, Member, Record
from lookup.store.protocol import Registry
from lookup.store.rows import HANDLE_TERM

PAGE_LIMIT = 100
DEFAULT_PAGE = 50

_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


class PageSize(fields.Integer):
    """A number in a URL as it is commonly written: ASCII digits without sign or leading zero."""

    def _validated(self, value: Any) -> int:
        if not isinstance(value, str) or _NUMBER.fullmatch(value) is None:
            raise self.make_error("invalid")
        return super()._validated(value)


class PageQuery(Schema):
    """Which page of a list."""

    cursor = fields.String(load_default=None, metadata={"description": "`cursor` of the page before"})
    limit = PageSize(load_default=DEFAULT_PAGE, validate=validate.Range(1, PAGE_LIMIT))


def page_of(
    registry: Registry, kind: Kind, page: dict[str, Any], read: Callable[[str, int], list[Record]]
) -> tuple[list[Record], str | None]:
    """Give the records of this kind on a page, and the cursor of the next; `read` takes the key to begin after and how
    many.

    Raises `InvalidRequest` for a cursor that is not ours, or of another list, or whose record is gone.
    """
    after = "" if page["cursor"] is None else _key_of(registry, kind, page["cursor"])
    found = read(after, page["limit"] + 1)
    shown = found[: page["limit"]]
    return shown, shown[-1].handle if len(found) > len(shown) else None


def record_by_handle(registry: Registry, handle: str, kind: Kind) -> Record:
    """Give the record of this kind with this handle. Raises `NotFound` where there is none."""
    found = registry.find(HANDLE_TERM + handle, kind, limit=1)
    if not found:
        raise NotFound("There is no such record now; search again.")
    return found[0]


def member_content(record: Record) -> Member | None:
    """Give the content of a member's record, None where it is held."""
    return record.content if isinstance(record.content, Member) else None


def _key_of(registry: Registry, kind: Kind, cursor: str) -> str:
    found = registry.find(HANDLE_TERM + cursor, kind, limit=1)
    if not found:
        raise InvalidRequest([FieldFault("/cursor", "Begin again without a cursor: this list has no such record now.")])
    return found[0].key
