"""The log of a process that goes on: one JSON object a line on standard error, plain lines on a terminal.

Decides the fields of a line, and that nothing which was asked, sent or found gets into one: of an exception its class
and its places in the code, of other people's libraries only the sentence that stands in their code. What happened is
said by whoever logs it; what was asked, by whom, is the audit trail's alone.
"""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from lookup.errors import ImmunityError

OURS = ("lookup", "indexer", "mobile_api")
"""Our packages: they log from INFO on, and what they log beside the sentence (`extra`) becomes fields."""
TRUSTED = (*OURS, "gunicorn")
"""Whose sentences are written whole. The server's speak of processes and addresses to listen at; where it would repeat
a request, `mobile_api.worker` speaks in its place."""
FIELDS = ("request_id", "status", "method", "route", "error", "causes", "places")
"""The fields that a line of ours may have beside those of every line."""

_ROOTS = (Path(click.__file__).parents[1], Path(__file__).parents[1], Path(os.__file__).parent)
"""Where other people's libraries, we, and Python's own library are installed."""

Line = MutableMapping[str, Any]
RequestId = Callable[[], str | None]


def start_logs(component: str, node: str, request_id: RequestId = lambda: None, stream: TextIO | None = None) -> None:
    """Send every line of this process, and of those that it forks, to standard error (or `stream`).

    `component` and `node` name the process; `request_id` gives the id of the request that is being answered.
    """
    out = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter(component, node, request_id, plain=out.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)


def failure_fields(error: BaseException | None) -> dict[str, Any]:
    """Give what may be logged of an exception: its class, those of its causes, and its places in the code."""
    if error is None:
        return {}
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < 5:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return {"error": type(error).__name__, "causes": causes, "places": places_of(error)}


def places_of(error: BaseException) -> list[str]:
    """Give the places in the code that an exception came through, the innermost last: `file:line function`."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    """Give the path of a file without where it is installed."""
    path = Path(filename)
    for root in _ROOTS:
        if path.is_relative_to(root):
            return str(path.relative_to(root))
    return path.name


def _formatter(component: str, node: str, request_id: RequestId, *, plain: bool) -> logging.Formatter:
    """Make the one renderer of all lines. It gets the sentence and its arguments apart, so that it can leave some
    out."""
    import structlog  # noqa: PLC0415 - a quarter of a second, for processes that go on

    def identify(_logger: Any, _name: str, line: Line) -> Line:
        record: logging.LogRecord = line["_record"]
        given = line.pop("request_id", None) or request_id()
        return {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "event": line.pop("event"),
            "component": component,
            "node": node,
            **({"request_id": given} if given else {}),
            "logger": record.name,
        } | dict(line)

    last = (
        structlog.dev.ConsoleRenderer(colors=False, timestamp_key="time", sort_keys=False)
        if plain
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_speak, identify],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _speak(_logger: Any, _name: str, line: Line) -> Line:
    """Put sentence, fields and exception together, of each only what may be written."""
    record: logging.LogRecord = line["_record"]
    arguments = line.pop("positional_args", ())
    exception = line.pop("exc_info", None)
    line.pop("stack_info", None)
    package = record.name.partition(".")[0]
    if package in TRUSTED:
        line["event"] = _sentence(str(line["event"]), arguments)
    elif not arguments:  # then it may have been put together before it came here
        line["event"] = f"{Path(record.pathname).name}:{record.lineno} reports"
    if package in OURS:
        given = ((name, getattr(record, name, None)) for name in FIELDS)
        line.update({name: value for name, value in given if value is not None})
    if exception and exception[1] is not None:
        line.update(failure_fields(exception[1]))
    return line


def _sentence(template: str, arguments: Any) -> str:
    """Fill in a sentence. Errors of ours are sentences without identifiers (`lookup.errors`); of all others only the
    class is named."""
    try:
        if isinstance(arguments, Mapping):
            return template % {name: _harmless(value) for name, value in arguments.items()}
        return template % tuple(map(_harmless, arguments)) if arguments else template
    except (TypeError, ValueError, KeyError):
        return template


def _harmless(value: Any) -> Any:
    if isinstance(value, BaseException) and not isinstance(value, ImmunityError):
        return type(value).__name__
    return "(left out)" if isinstance(value, str) and "\n" in value else value  # a traceback as text


def _time(created: float) -> str:
    return datetime.fromtimestamp(created, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
