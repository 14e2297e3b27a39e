"""Secret keys in files: made once, for one user, by one of several who start together, and never half."""

import stat
import threading
from pathlib import Path

import pytest

from lookup.errors import ConfigurationError
from lookup.keyfile import KEY_BYTES, read_or_create_key


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once_and_read_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "handle.key"
    key = read_or_create_key(path)
    assert len(key) == KEY_BYTES == 32
    assert read_or_create_key(path) == key == path.read_bytes()


def test_two_keys_are_never_the_same(tmp_path: Path) -> None:
    assert read_or_create_key(tmp_path / "one.key") != read_or_create_key(tmp_path / "other.key")


def test_only_its_owner_can_read_a_key_and_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "data" / "handle.key"
    read_or_create_key(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_nothing_is_left_beside_a_key(tmp_path: Path) -> None:
    read_or_create_key(tmp_path / "handle.key")
    assert [path.name for path in tmp_path.iterdir()] == ["handle.key"]


def test_of_several_who_make_it_together_one_wins_and_all_have_its_key(tmp_path: Path) -> None:
    for attempt in range(20):
        path = tmp_path / str(attempt) / "handle.key"
        keys: list[bytes] = []
        start = threading.Barrier(8)

        def make(path: Path = path, keys: list[bytes] = keys, start: threading.Barrier = start) -> None:
            start.wait()
            keys.append(read_or_create_key(path))

        makers = [threading.Thread(target=make) for _ in range(8)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        assert keys == [path.read_bytes()] * 8
        assert [found.name for found in path.parent.iterdir()] == ["handle.key"]


@pytest.mark.parametrize("content", [b"", b"short", bytes(31), bytes(33)], ids=len)
def test_a_damaged_key_is_refused_and_never_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "handle.key"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"handle\.key is damaged: restore it from the backup"):
        read_or_create_key(path)
    assert path.read_bytes() == content


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "handle.key").mkdir()
    with pytest.raises(ConfigurationError, match=r"handle\.key cannot be used"):
        read_or_create_key(tmp_path / "handle.key")


def test_a_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(ConfigurationError, match=r"handle\.key cannot be used"):
        read_or_create_key(tmp_path / "data" / "handle.key")
