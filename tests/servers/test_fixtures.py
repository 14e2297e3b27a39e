"""A machine that lacks a piece says which, and is never taken for one that passed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.asking import ask, delete_indices
from tests.servers.elasticsearch import RunningElasticsearch
from tests.servers.fixtures import or_skip
from tests.servers.missing import MissingPiece, program


@contextmanager
def _lacking() -> Iterator[None]:
    raise MissingPiece("a server that nobody has")
    yield


def test_on_a_persons_machine_a_missing_piece_skips_the_test_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="missing: a server that nobody has"), or_skip(_lacking()):
        pass


def test_in_ci_a_missing_piece_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="missing: a server that nobody has"), or_skip(_lacking()):
        pass


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPiece, match=r"^mvn \(Debian package maven;"):
        program("mvn", "maven")


def test_a_prefix_is_cleared_away_and_nobody_elses_indices(
    elasticsearch: RunningElasticsearch, elastic_prefix: str
) -> None:
    names = [f"{elastic_prefix}-s1-a", f"{elastic_prefix}-control", f"{elastic_prefix}x-control"]
    for name in names:
        ask(elasticsearch.url, "PUT", f"/{name}")
    delete_indices(elasticsearch.url, elastic_prefix)
    assert [ask(elasticsearch.url, "GET", f"/{name}")[0] for name in names] == [404, 404, 200]
    delete_indices(elasticsearch.url, f"{elastic_prefix}x")


def test_an_empty_store_has_a_url_of_our_settings(elastic_store: str, elastic_prefix: str) -> None:
    scheme, _, place = elastic_store.partition("://")
    assert scheme in {"elasticsearch", "elasticsearchs"}
    assert place.endswith(f"/{elastic_prefix}")
