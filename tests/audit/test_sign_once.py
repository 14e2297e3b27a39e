"""A node on which only commands run is signed by a command of its own, which a timer calls."""

from datetime import timedelta
from pathlib import Path

import pytest

from lookup.audit.places import places_of
from lookup.audit.signing.sign_once import sign_once
from lookup.audit.verifying.verification import Evidence
from lookup.audit.verifying.verify import verify
from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.signed_nodes import begun, checkpoints, states
from tests.audit.trails import AT
from tests.unit.calling import immunity


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    options = {"data_dir": str(tmp_path), "node": "node-1", "audit_publish": f"file://{tmp_path}/copy/heads.jsonl"}
    (tmp_path / "copy").mkdir()
    return resolve_settings(options, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


def test_what_commands_recorded_is_signed_to_its_last_line_and_published(
    settings: Settings, clock: MovableClock
) -> None:
    begun(settings, clock, "commands", "a", "b").close()
    assert sign_once(settings, clock) is True
    assert [states(one) for one in checkpoints(settings)] == [[(2, "open", 0)]]
    assert verify(Evidence(settings.audit_dir, places_of(settings))).findings == []
    published = settings.data_dir / "copy" / "heads-202611.jsonl"
    assert published.read_bytes() == (settings.audit_dir / "heads.jsonl").read_bytes()


def test_a_service_that_is_writing_meanwhile_is_signed_to_its_end_too(settings: Settings, clock: MovableClock) -> None:
    trail = begun(settings, clock, "service", "a", "b")
    assert sign_once(settings, clock) is True
    assert [states(one) for one in checkpoints(settings)] == [[(2, "open", 0)]]
    trail.close()


def test_nothing_is_signed_twice_within_three_quarters_of_an_hour(settings: Settings, clock: MovableClock) -> None:
    begun(settings, clock, "commands").close()
    assert [sign_once(settings, clock), sign_once(settings, clock)] == [True, False]
    clock.now += timedelta(minutes=45)
    assert sign_once(settings, clock) is True


def test_a_head_that_reaches_no_place_is_an_error_and_is_kept(settings: Settings, clock: MovableClock) -> None:
    begun(settings, clock, "commands").close()
    (settings.data_dir / "copy").rmdir()
    with pytest.raises(ConfigurationError, match="does not reach all places"):
        sign_once(settings, clock)
    assert len(checkpoints(settings)) == 1


def test_the_command_signs_and_records_nothing_that_would_have_to_be_signed(tmp_path: Path) -> None:
    node = resolve_settings({"data_dir": str(tmp_path)}, environ={})
    begun(node, MovableClock(AT), "commands").close()
    told = [immunity("audit", "sign", "--data-dir", str(tmp_path)).err for _ in range(2)]
    assert told == ["Signed.\n", "Nothing new to sign.\n"]
    assert len(checkpoints(node)) == 1


def test_the_command_says_why_it_cannot_sign(tmp_path: Path) -> None:
    (tmp_path / "audit").touch()
    ran = immunity("audit", "sign", "--data-dir", str(tmp_path))
    assert (ran.code, "cannot be signed" in ran.err) == (1, True)
