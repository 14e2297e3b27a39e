"""Brings each signed head to places that this node cannot rewrite.

Decides which places there are, and that one which does not take a head gets the next one: each head covers all before
it. Whether a place can really not be rewritten from here is up to the operator: a disk of another machine, a log
collector, an index whose role can only create.
"""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from lookup.audit.entry import moment_text
from lookup.audit.segment import write_all
from lookup.audit.signing.elastic_publisher import ElasticPublisher
from lookup.audit.signing.volumes import volume_of_month
from lookup.clock import Clock
from lookup.errors import ConfigurationError, ImmunityError
from lookup.settings import Settings

TIMEOUT_S = 2.0
"""Seconds that a place gets: the heads of the node wait for it, and so does a worker that stops."""
PRIORITY = 13 * 8 + 5
"""RFC 5424, 6.2.1: facility 13 (log audit), severity 5 (notice)."""

_log = logging.getLogger(__name__)


class Publisher(Protocol):
    """A place that takes heads."""

    def publish(self, text: bytes) -> None:
        """Take a line of the heads, with its break. Raises `OSError` or an error of ours where it did not, within
        some seconds."""


class FilePublisher:
    """Files that are only ever longer, one for each month beside the path that was given: where nothing can be renamed
    or read again, a new name is the only way to begin anew."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    def publish(self, text: bytes) -> None:
        """Add the line, on a line of its own even where an earlier one was cut off."""
        path = volume_of_month(self._path, self._clock())
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            write_all(descriptor, b"\n" + text if torn else text)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)


class SyslogPublisher:
    """A log collector, by RFC 5424 over TCP with counted octets (RFC 6587, 3.4.1): over UDP nobody would notice that
    nothing arrives. It must take messages of 32 KiB."""

    def __init__(self, host: str, port: int, node: str, clock: Clock) -> None:
        self._address = (host, port)
        self._node = node
        self._clock = clock

    def publish(self, text: bytes) -> None:
        """Send the line as one message."""
        head = f"<{PRIORITY}>1 {moment_text(self._clock())} {self._node} immunity {os.getpid()} audit-head - "
        message = head.encode() + text.rstrip(b"\n")
        with socket.create_connection(self._address, TIMEOUT_S) as connection:
            connection.sendall(b"%d %b" % (len(message), message))
            connection.shutdown(socket.SHUT_WR)


Maker = Callable[[SplitResult, Settings, Clock], Publisher]


def _file(place: SplitResult, _settings: Settings, clock: Clock) -> Publisher:
    if place.netloc or not place.path.startswith("/"):
        raise ValueError
    return FilePublisher(Path(unquote(place.path)), clock)


def _syslog(place: SplitResult, settings: Settings, clock: Clock) -> Publisher:
    if not place.hostname or not place.port or place.path:
        raise ValueError
    return SyslogPublisher(place.hostname, place.port, settings.node, clock)


def _elasticsearch(place: SplitResult, settings: Settings, _clock: Clock) -> Publisher:
    if place.netloc or place.path:
        raise ValueError
    return ElasticPublisher(settings, TIMEOUT_S)


MAKERS: dict[str, Maker] = {"file": _file, "syslog": _syslog, "elasticsearch": _elasticsearch}
"""How a place is reached, by its scheme; a place without one, such as `elasticsearch`, is a scheme alone."""


class Publishing:
    """All places of a node. Used by one thread at a time."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Raises `ConfigurationError` for a place that cannot be meant."""
        texts = [text.strip() for text in (settings.audit_publish or "").split(",") if text.strip()]
        self._publishers = {text: _publisher(text, settings, clock) for text in texts}
        self._clock = clock
        self._failing: dict[str, datetime] = {}

    @property
    def failing(self) -> Mapping[str, datetime]:
        """The places that do not take heads, and since when."""
        return dict(self._failing)

    def publish(self, text: bytes) -> None:
        """Bring lines of the heads to all places."""
        lines = text.splitlines(keepends=True)
        for place, publisher in self._publishers.items():
            try:
                for line in lines:
                    publisher.publish(line)
            except (OSError, ImmunityError) as error:
                self._miss(place, error)
            else:
                if self._failing.pop(place, None) is not None:
                    _log.warning("heads of the audit trail reach %s again", _kind(place))

    def _miss(self, place: str, error: Exception) -> None:
        if place not in self._failing:
            self._failing[place] = self._clock()
            because = getattr(error, "strerror", None) or type(error).__name__
            _log.error("heads of the audit trail do not reach %s: %s", _kind(place), because)


def _publisher(text: str, settings: Settings, clock: Clock) -> Publisher:
    try:
        place = urlsplit(text if ":" in text else f"{text}:")
        return MAKERS[place.scheme](place, settings, clock)
    except (KeyError, ValueError):
        raise ConfigurationError(
            "The setting audit_publish names a place that cannot be used: write file:///PATH, syslog://HOST:PORT or "
            "elasticsearch."
        ) from None


def _kind(place: str) -> str:
    """Name a place in the log without its address, which may hold a credential by mistake."""
    return f"the place `{place.partition(':')[0]}`"
