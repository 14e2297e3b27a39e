"""Who owns what a command makes in a data directory: whoever owns the directory, also where root runs the command.

Decides it for files and directories that a service goes on with; without this, a command of root's would leave files
that the account of the service can neither read nor add to. For any other account nothing is decided: what it makes is
its own. Only ever what this process has just made is given away.
"""

import errno
import os
from pathlib import Path

PRIVATE = 0o700
"""Of a directory: nobody but its owner sees what is in it."""


def make_directory(path: Path, mode: int = PRIVATE) -> None:
    """Make a directory, and those above it as far as they are missing, which keep the usual mode. Raises `OSError`."""
    if path.is_dir():
        return
    make_directory(path.parent, 0o777)
    try:
        path.mkdir(mode)
    except FileExistsError as error:
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error
        return
    _give(path, path.parent)


def give_to_owner(descriptor: int, directory: Path) -> None:
    """Give an open file that this process made to whom its directory belongs. Raises `OSError`."""
    _give(descriptor, directory)


def give_file_to_owner(path: Path) -> None:
    """Give a file that this process made, or put in the place of another, to whom its directory belongs. What somebody
    else made of the name meanwhile is not followed. Raises `OSError`."""
    if os.geteuid() == 0:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _give(descriptor, path.parent)
        finally:
            os.close(descriptor)


def _give(made: int | Path, directory: Path) -> None:
    if os.geteuid() != 0:
        return
    owner = directory.stat()
    if isinstance(made, int):
        os.fchown(made, owner.st_uid, owner.st_gid)
    else:
        os.lchown(made, owner.st_uid, owner.st_gid)
