"""The file of a replica that serves: which it is, how another takes its place, and how a damaged one is withdrawn.

Decides when a file may be opened and what the highest activation and revision are that were ever served from this
directory. Readers follow the pointer on their own and never wait for anything here.
"""

import logging
from dataclasses import replace

from lookup.errors import StoreDamaged
from lookup.store.replica.writing import ReplicaFile
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.pointer import Pointer, check_environment, read_pointer, write_pointer
from lookup.store.sqlite.schema import SCHEMA

_log = logging.getLogger(__name__)


class ServingFile:
    """What serves in one directory, for the one process that holds its lease.

    `floor` is the highest (activation, revision) that was served. It outlives a file: the pointer keeps the
    activation, this process the revision too.
    """

    def __init__(self, directory: StoreDirectory, environment: str) -> None:
        self.directory = directory
        self.floor = (0, 0)
        self.environment = environment
        self._file: ReplicaFile | None = None

    def open(self) -> ReplicaFile | None:
        """Give the file that serves, open; None where there is none that can be used, and one has to be copied.

        Raises `ConfigurationError` where the directory is of another environment, `CouldNotSearch` where the file
        cannot be opened for a reason that is not its own.
        """
        pointer = self._pointer()
        if self._file is not None and self._file.pointer == pointer and self._file.path.exists():
            return self._file
        self.close()
        if pointer is None:
            return None
        check_environment(pointer.environment, self.environment)
        self._raise_floor(pointer.activation, 0)
        if pointer.damaged or pointer.schema != SCHEMA:
            return None
        return self._open(pointer)

    def serve(self, pointer: Pointer) -> None:
        """Make this file the one that serves, in one step, and remove every other: who still reads one keeps it until
        he closes it. The old one is deleted, never written over: a `-wal` beside it belongs to it."""
        write_pointer(self.directory, pointer)
        self.close()
        self.prune()

    def withdraw(self) -> None:
        """Take a damaged file out of service: readers let go of it, and ask the store itself."""
        pointer = self._pointer()
        self.close()
        if pointer is not None:
            write_pointer(self.directory, replace(pointer, damaged=True))

    def prune(self) -> None:
        """Remove what an earlier process left unfinished, and every file that serves no more."""
        pointer = self._pointer()
        self.directory.prune(set() if pointer is None or pointer.damaged else {pointer.file_name})

    def served(self, file: ReplicaFile) -> None:
        """Remember how far the file has come."""
        self._raise_floor(file.head.activation, file.head.revision)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _pointer(self) -> Pointer | None:
        """Give the pointer, None also where it is damaged: the copy that is made then writes a new one."""
        try:
            return read_pointer(self.directory)
        except StoreDamaged as error:
            _log.error("%s", error)
            return None

    def _open(self, pointer: Pointer) -> ReplicaFile | None:
        path = self.directory.generation(pointer.file_name)
        if not path.exists():
            _log.error("The file of the replica is gone; the store is copied anew.")
            return None
        try:
            file = ReplicaFile(path, pointer)
        except StoreDamaged as error:
            _log.error("The replica is withdrawn and copied anew: %s", error)
            self.withdraw()
            return None
        self._file = file
        self.served(file)
        return file

    def _raise_floor(self, activation: int, revision: int) -> None:
        self.floor = max(self.floor, (activation, revision))
