"""Links lead somewhere, paths that a page names exist, and no file names a machine or a host that it should not."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, anchors, codes, markdown_files, repository_files, text_of

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:lookup|indexer|mobile_api|tests|loadtests|docs)/[\w./-]*\w")
_ADDRESS = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]+)")
_HOSTS = {"127.0.0.1", "localhost", "localhost.example", "lookup", "console", "www.apache.org", "www.w3.org"}
"""This machine, the groups of services in deploy/nginx.conf, the license's own address, and the name of a format."""

MACHINE_PATH = re.compile("(?<![\\w.>}-])/(?:" + "|".join(("home", "root", "work", "Users")) + ")/")


def _links() -> list[tuple[Path, str]]:
    return [(path, link) for path in markdown_files() for link in _LINK.findall(text_of(path))]


@pytest.mark.parametrize(("path", "link"), _links(), ids=lambda value: getattr(value, "name", value))
def test_a_link_leads_to_a_file_and_a_heading_that_exist(path: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    assert target.exists()
    assert not anchor or anchor in anchors(text_of(target))


@pytest.mark.parametrize("path", markdown_files(), ids=lambda path: path.name)
def test_a_path_that_a_page_names_exists(path: Path) -> None:
    named = {found for code in codes(text_of(path)) for found in _PATH.findall(code) if code.startswith(found)}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        names = (link.partition("#")[0] for link in _LINK.findall(text_of(path)))
        waiting += [(path.parent / name).resolve() for name in names if name]
    pages = {path for path in markdown_files() if path.is_relative_to(DOCS) and "mutants" not in path.name}
    assert pages - reached == set()


def test_no_file_names_a_folder_of_a_machine() -> None:
    assert [path.name for path in _texts() if MACHINE_PATH.search(text_of(path))] == []


def test_no_file_names_a_host_that_is_not_expected() -> None:
    found = {(path.name, match["host"]) for path in _texts() for match in _ADDRESS.finditer(text_of(path))}
    reserved = (".example", ".invalid", "example.org")  # for examples, by RFC 2606: nobody can own them
    assert {(name, host) for name, host in found if host not in _HOSTS and not host.endswith(reserved)} == set()


def _texts() -> list[Path]:
    return [path for path in repository_files() if b"\0" not in path.read_bytes()]
