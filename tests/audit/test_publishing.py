"""Where signed heads are published: a file that only grows, a log collector; and one that is away is told."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lookup.audit.signing.publishing import Publishing
from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.trails import AT, no_file_longer_than


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "node": "node-1"}, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


def publishing_to(settings: Settings, clock: MovableClock, *places: str) -> Publishing:
    return Publishing(replace(settings, audit_publish=", ".join(places)), clock)


class _Collector:
    """A log collector that keeps what each connection brought."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.messages: list[bytes] = []
        self.thread = threading.Thread(target=self._take)
        self.thread.start()

    def _take(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rb") as brought:
            self.messages.append(brought.read())


@pytest.fixture
def collector() -> Iterator[_Collector]:
    found = _Collector()
    yield found
    found.thread.join()
    found.listener.close()


def test_a_file_gets_every_head_on_a_line_of_its_own(settings: Settings, clock: MovableClock, tmp_path: Path) -> None:
    published = tmp_path / "with a blank" / "heads-202611.jsonl"
    published.parent.mkdir()
    publishing = publishing_to(settings, clock, f"file://{tmp_path}/with%20a%20blank/heads.jsonl")
    for line in (b'{"sequence":0}\n', b'{"sequence":1}\n'):
        publishing.publish(line)
    assert published.read_bytes() == b'{"sequence":0}\n{"sequence":1}\n'
    assert published.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_off_spoils_no_other(settings: Settings, clock: MovableClock, tmp_path: Path) -> None:
    publishing = publishing_to(settings, clock, f"file://{tmp_path}/heads.jsonl")
    with no_file_longer_than(5):
        publishing.publish(b'{"sequence":0}\n')
    assert list(publishing.failing) == [f"file://{tmp_path}/heads.jsonl"]
    publishing.publish(b'{"sequence":1}\n')
    assert (tmp_path / "heads-202611.jsonl").read_bytes() == b'{"seq\n{"sequence":1}\n'
    assert publishing.failing == {}


def test_a_log_collector_gets_one_message_for_each_head(
    settings: Settings, clock: MovableClock, collector: _Collector
) -> None:
    publishing_to(settings, clock, f"syslog://{collector.address}").publish(b'{"sequence":0}\n')
    collector.thread.join()
    (message,) = collector.messages
    length, _, rest = message.partition(b" ")
    assert int(length) == len(rest)
    fields = rest.split(b" ", 7)
    assert fields[:4] == [b"<109>1", b"2026-11-21T14:05:00.000Z", b"node-1", b"immunity"]
    assert fields[5:] == [b"audit-head", b"-", b'{"sequence":0}']


def test_a_place_that_is_away_is_told_since_when_and_gets_the_next_head(
    settings: Settings, clock: MovableClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = f"file://{tmp_path}/mounted/heads.jsonl"
    publishing = publishing_to(settings, clock, away, f"file://{tmp_path}/there.jsonl")
    with caplog.at_level("WARNING", logger="lookup.audit.signing.publishing"):
        for number in range(2):
            publishing.publish(b"head %d\n" % number)
            clock.advance(minutes=1)
        assert publishing.failing == {away: AT}
        (tmp_path / "mounted").mkdir()
        publishing.publish(b"head 2\n")
    assert publishing.failing == {}
    assert (tmp_path / "mounted" / "heads-202611.jsonl").read_bytes() == b"head 2\n"
    assert (tmp_path / "there-202611.jsonl").read_bytes() == b"head 0\nhead 1\nhead 2\n"
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "heads of the audit trail do not reach the place `file`: No such file or directory"),
        ("WARNING", "heads of the audit trail reach the place `file` again"),
    ]


def test_a_collector_that_does_not_answer_is_not_waited_for(settings: Settings, clock: MovableClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    publishing = publishing_to(settings, clock, f"syslog://{address}")
    clock.now += timedelta(hours=1)
    publishing.publish(b"head\n")
    assert publishing.failing == {f"syslog://{address}": AT + timedelta(hours=1)}


@pytest.mark.parametrize(
    "place",
    ["file://relative/heads", "file:heads", "syslog://collector", "syslog://collector:x", "syslog://:601", "nowhere"],
)
def test_a_place_that_cannot_be_meant_is_refused(settings: Settings, clock: MovableClock, place: str) -> None:
    with pytest.raises(ConfigurationError, match="write file:///PATH, syslog://HOST:PORT or elasticsearch"):
        publishing_to(settings, clock, place)
