"""The review of the trail in words, as a supervisor reads and files it.

Decides the layout; what is in it is decided in `review` and `verify`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = ("user", "queries", "match", "several", "none", "misses", "no purpose", "refused", "failed sign-ins", "views")
_LISTS = (
    ("alarms", "Alarms"),
    ("gaps", "Gaps of the trail"),
    ("locked", "Accounts locked"),
    ("changes", "Changes of keys, accounts and the registry"),
    ("readings", "Who read the trail"),
)
SHOWN = 50
"""Entries of one list in the text; all that are listed are in the JSON."""


def review_text(report: Mapping[str, Any]) -> str:
    """Write a report; it holds the verification under `verification`."""
    return "\n".join(_lines(report))


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"Review of the audit trail from {report['since']} to {report['until']}: {report['entries']:,} entries"
    yield ""
    yield from _verification(report["verification"])
    for agency in report["agencies"]:
        yield ""
        yield f"Agency {agency['agency'] or '(none)'}"
        yield from _table([_HEAD, *(_row(user) for user in agency["users"])])
    for name, title in _LISTS:
        yield ""
        yield from _listing(title, report[name])


def _verification(found: Mapping[str, Any]) -> Iterator[str]:
    state = "intact" if found["intact"] else "TAMPERED WITH"
    signed = found["last_checkpoint_at"] or "never"
    yield f"The trail is {state}: {found['records']:,} lines, {found['checkpoints']:,} checkpoints, the last {signed}"
    shown = found["findings"][:SHOWN]
    yield from (f"  {one['kind']}: {one['file']}: {one['told']}" for one in shown)
    if len(found["findings"]) > len(shown):
        yield f"  and {len(found['findings']) - len(shown):,} more: immunity audit verify"


def _row(user: Mapping[str, Any]) -> tuple[str, ...]:
    outcomes, share = user["outcomes"], user["miss_share"]
    counts = [user["queries"], *(outcomes.get(name, 0) for name in ("match", "possible_matches", "no_record"))]
    rest = (user["purpose_defaults"], user["refusals"], user["failed_sign_ins"], user["views"])
    misses = "-" if share is None else f"{share:.0%}"
    return (user["user"] or "(nobody known)", *map(str, counts), misses, *map(str, rest))


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *rest in rows:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  " + "  ".join([first.ljust(widths[0]), *cells])


def _listing(title: str, listing: Mapping[str, Any]) -> Iterator[str]:
    entries = listing["entries"][:SHOWN]
    yield f"{title}: {listing['count']:,}"
    for entry in entries:
        words = (str(entry[name] or "-") for name in ("occurred_at", "event", "outcome", "user", "id"))
        told = ""
        match entry.get("gap"):
            case {"since": since, "because": because, "refused": refused}:
                told = f"  since {since}: {because}, {refused} refused"
        yield "  " + "  ".join(words) + told
    if listing["count"] > len(entries):
        yield f"  and {listing['count'] - len(entries):,} more"
