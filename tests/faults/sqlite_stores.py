"""A small embedded store to damage, and every answer that it must give or refuse."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from operator import methodcaller
from pathlib import Path
from typing import Any

from lookup.errors import CouldNotSearch
from lookup.store.protocol import Registry
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.pointer import Pointer, read_pointer
from tests.contract.engines import Engine, sqlite_engine
from tests.contract.samples import gone, member, one_of_each_kind, vehicle

PLATES = [f"ZAB{number}" for number in range(60)]
ABSENT = "vehicle:ZZZ1"

Answers = dict[str, Any]


class SmallStore:
    """A store of about seventy records, published as a generation, checkpointed into one file."""

    def __init__(self, tmp_path: Path) -> None:
        self.engine: Engine = sqlite_engine(tmp_path)
        self.directory = StoreDirectory(tmp_path / "store")
        plates = [vehicle(plate, vin=f"TRN0VIN{plate}", member_id=f"TRN{plate}") for plate in PLATES]
        members = [member(f"TRN{plate}", f"Name{plate}") for plate in PLATES[:10]]
        self.keys = [draft.key for draft in (*plates, *members, *one_of_each_kind())]
        self.engine.build(*plates, *members, *one_of_each_kind(), gone(vehicle("ZAB999")))
        self.answers = self.ask_everything()

    @property
    def pointer(self) -> Pointer:
        pointer = read_pointer(self.directory)
        assert pointer is not None
        return pointer

    @property
    def file(self) -> Path:
        return self.directory.generation(self.pointer.generation)

    @contextmanager
    def damaged(self, damage: Callable[[bytearray], None]) -> Iterator[None]:
        """Damage the generation's file while the block runs."""
        whole = self.file.read_bytes()
        broken = bytearray(whole)
        damage(broken)
        self.file.write_bytes(broken)
        try:
            yield
        finally:
            for beside in ("-wal", "-shm"):
                self.file.with_name(self.file.name + beside).unlink(missing_ok=True)
            self.file.write_bytes(whole)

    def questions(self) -> dict[str, Callable[[Registry], Any]]:
        """Give every question with a name; those by search begin with `search`."""
        asked: dict[str, Callable[[Registry], Any]] = {}
        for key in (*self.keys, "vehicle:ZAB999", ABSENT):
            asked[key] = methodcaller("get", key)
        for plate in PLATES:
            asked[f"vin of {plate}"] = methodcaller("find", f"vin:TRN0VIN{plate}")
        asked["everything of a member"] = methodcaller("find", "member:TRN0001")
        asked["search by plate"] = methodcaller("find_plates", "ZAB1*", 100)
        asked["search by word"] = methodcaller("find_words", ["n:angstrom", "n:zoe"], 100)
        asked["search by beginning"] = methodcaller("find_word_prefix", "n:name", 100)
        asked["search by scan"] = methodcaller("scan", "member")
        return asked

    def ask_everything(self) -> Answers:
        """Give what a fresh reader answers to each question; a refusal is `refused`."""
        answers: Answers = {}
        with closing(self.engine.store()) as store:
            for name, ask in self.questions().items():
                try:
                    with store.reading() as registry:
                        answers[name] = (ask(registry), registry.head)
                except CouldNotSearch:
                    answers[name] = "refused"
        return answers

    def is_whole(self) -> bool:
        """Whether the full check passes."""
        with closing(self.engine.store()) as store:
            try:
                store.verify()
            except CouldNotSearch:
                return False
            return True
