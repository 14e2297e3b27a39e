"""A copy of the law's data that a test may spoil: one sentence of the law changed, the rest as it is."""

import shutil
from pathlib import Path

import lookup.law

DATA = Path(lookup.law.__file__).parent / "data"


def copy_of_the_data(folder: Path) -> Path:
    """Copy all files of the law's data into `folder`; give the folder of the copy."""
    return Path(shutil.copytree(DATA, folder / "data"))


def change(data: Path, file: str, old: str, new: str) -> None:
    """Replace `old`, where it first stands in `file`, by `new`."""
    text = (data / file).read_text(encoding="utf-8")
    assert old in text, f"{file} does not hold the passage that the test wants to change"
    (data / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def change_under(data: Path, file: str, heading: str, old: str, new: str) -> None:
    """Replace `old` by `new` in the entry that stands under `[[heading]]`."""
    text = (data / file).read_text(encoding="utf-8")
    before, marker, entry = text.partition(f"[[{heading}]]\n")
    entry, following, after = entry.partition("\n[[")
    assert marker, f"{file} has no entry {heading}"
    assert old in entry, f"{heading} does not hold the passage that the test wants to change"
    (data / file).write_text(before + marker + entry.replace(old, new, 1) + following + after, encoding="utf-8")


def add(data: Path, file: str, text: str) -> None:
    """Write `text` at the end of `file`."""
    with (data / file).open("a", encoding="utf-8") as stream:
        stream.write(f"\n{text}\n")
