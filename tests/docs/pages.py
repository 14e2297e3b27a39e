"""The pages as the tests read them: files of the repository, sections, tables, code blocks.

Decides nothing about what a page must say.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def repository_files() -> list[Path]:
    """Give every file of the working tree that is not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.splitlines() if (path := ROOT / name).is_file()]


def markdown_files() -> list[Path]:
    return [path for path in repository_files() if path.suffix == ".md"]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def page(name: str) -> str:
    return text_of(DOCS / name)


def section(text: str, heading: str) -> str:
    """Give what stands under a heading, up to the next one of its depth or less."""
    depth = len(heading) - len(heading.lstrip("#"))
    after = text.partition(f"\n{heading}\n")[2]
    assert after, f"there is no heading {heading!r}"
    return re.split(rf"^#{{1,{depth}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """Give the cells of all table rows, headings left out."""
    lines = text.splitlines()
    tables = [line for line, below in zip(lines, [*lines[1:], ""], strict=True) if not below.startswith("|---")]
    found = [line for line in tables if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in found]


def codes(text: str) -> list[str]:
    """Give everything that stands between backticks, code blocks left out."""
    return re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))


def blocks(text: str, language: str) -> list[str]:
    """Give the contents of the code blocks of a language."""
    return [content for name, content in _FENCE.findall(text) if name == language]


def command_lines(text: str) -> Iterator[str]:
    """Give each line of the shell blocks."""
    for block in blocks(text, "sh"):
        yield from block.splitlines()


def anchors(text: str) -> set[str]:
    """Give the anchors of a page's headings, as they are made of their words."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
