"""Every question worth asking of an extract: each key, plate, number, name and address, on several days.

A question is the body of a lookup. Without circumstances each is asked on all days; with circumstances, by turns, once.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..normal_form import document, number, plate
from ..rows import Extract, Row, read_extract
from .sheet import ON

Body = dict[str, Any]
DAYS = (-1, 0, 1, 30, 31)
WASHINGTON = ZoneInfo("America/New_York")

CIRCUMSTANCES: tuple[Body, ...] = (
    {"arrest_contemplated": True},
    {"offense": "felony", "warrant": True, "arrest_contemplated": True},
    {"offense": "felony", "warrant": False, "arrest_contemplated": True},
    {"offense": "misdemeanor", "warrant": True},
    {"offense": "felony"},
    {"warrant": True},
    {"situation": "dui", "offense": "misdemeanor", "warrant": False},
    {"situation": "domestic_violence", "arrest_contemplated": True},
    {"situation": "fire"},
    {"state_confirmed": True},
    {"state_confirmed": True, "bag": True},
    {"bag": True},
    {"vehicle_stolen_confirmed": True},
    {"vehicle_stolen_confirmed": True, "bag": True, "vehicle_obstructing": True},
)
ABSENT: tuple[Body, ...] = (
    {"member_id": "TRNABSENT"},
    {"plate": "IXX0000"},
    {"vin": "TRN00000ABSENT000"},
    {"document": {"number": "TRNABSENT"}},
    {"document": {"number": "TRNABSENT", "kind": "identity_card"}},
    {"person": {"family_name": "Nobody At All", "given_names": "X", "date_of_birth": "1901-01-01"}},
    {"address": {"street": "4 Undreamt Of Parade", "city": "Nosuchville", "state": "WY"}},
    {"plate": "IXX0000", "state": "VA"},
    {"document": {"number": "TRNABSENT"}, "state": "US-MD"},
)
NEAR_NAMES: tuple[Body, ...] = (
    {"family_name": "twin same", "date_of_birth": "1999-09-09"},
    {"family_name": "TWIN SAME", "given_names": "zoe", "date_of_birth": "1999-09-09"},
    {"family_name": "Twin Same", "given_names": "Ann", "date_of_birth": "1999-09-09"},
    {"family_name": "Twim Same", "given_names": "Zoe", "date_of_birth": "1999-09-09"},
    {"family_name": "Very Same", "given_names": "on", "date_of_birth": "1999-11-11"},
    {"family_name": "\u0418\u0412\u0410\u041d\u041e\u0412", "date_of_birth": "1999-12-12"},
    {"family_name": "Łame Sømebody", "date_of_birth": "1999-10-01"},
)
UNREADABLE: tuple[Body, ...] = (
    {"plate": ""},
    {"plate": "D\u0415B1234"},
    {"plate": "DEB12345678"},
    {"member_id": "TRN=1"},
    {"vin": "\u0661\u0662\u0663"},
    {"document": {"number": "T" * 21}},
    {"person": {"family_name": "Same", "date_of_birth": "1999-02-29"}},
)
STATES = ("US", "us-dos", "VA", "us-va", "CA-ON")


def questions(directory: Path, on: date = ON) -> list[Body]:
    """Return all bodies, each with its `at`."""
    extract = read_extract(directory)
    plain = [*_by_key(extract), *_by_name(extract), *_by_address(extract), *ABSENT]
    plain += [{"person": person} for person in NEAR_NAMES]
    asked = [body | {"at": _moment(on, offset, turn)} for turn, offset in enumerate(DAYS) for body in plain]
    asked += [body | {"at": _moment(on, 0, 0)} for body in UNREADABLE]
    for turn, body in enumerate(one for one in plain if "address" not in one):
        circumstances = CIRCUMSTANCES[turn % len(CIRCUMSTANCES)]
        asked.append(body | {"at": _moment(on, 0, turn), "circumstances": circumstances})
    asked += [body | {"at": _moment(on, 0, turn)} for turn, body in enumerate(_with_states(extract))]
    return asked + [body | {"at": _moment(on, 0, turn)} for turn, body in enumerate(_with_drivers(extract))]


def _moment(on: date, offset: int, turn: int) -> str:
    """Return the first or the last second of a day in Washington, which may be another day elsewhere."""
    day = on + timedelta(days=offset)
    clock = (0, 0, 0) if turn % 2 else (23, 59, 59)
    moment = datetime(day.year, day.month, day.day, *clock, tzinfo=WASHINGTON)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _written(rows: list[Row], column: str, reads: Any) -> list[str]:
    """Every readable value of a column as somebody wrote it, each normal form once."""
    cells = [row.cells[column] for row in rows if column in row.cells]
    return list({reads(cell): cell for cell in cells if reads(cell) is not None}.values())


def _by_key(extract: Extract) -> Iterator[Body]:
    yield from ({"member_id": one} for one in _written(extract["members"], "member_id", number))
    yield from ({"plate": one} for one in _written(extract["vehicles"], "plate", plate))
    yield from ({"vin": one} for one in _written(extract["vehicles"], "vin", number))
    yield {"member_id": "TRNNOBODY"}
    documents = (("identity_cards", "card_number", "identity_card"), ("driver_licenses", "license_number", None))
    for table, column, kind in documents:
        for turn, one in enumerate(_written(extract[table], column, document)):
            asked: Body = {"number": one.lower()}
            if turn % 2:
                asked["kind"] = kind or "driver_license"
            yield {"document": asked}
    for kind in ("identity_card", "driver_license"):
        yield from ({"document": {"number": one, "kind": kind}} for one in ("TRNX1", "TRNX2", "TRNX3*"))


def _by_name(extract: Extract) -> Iterator[Body]:
    for turn, row in enumerate(extract["members"]):
        if row.reason is None and "date_of_birth" in row.cells:
            asked = {name: row.cells[name] for name in ("family_name", "date_of_birth")}
            if turn % 2 and "given_names" in row.cells:
                asked["given_names"] = row.cells["given_names"].upper()
            yield {"person": asked}


def _by_address(extract: Extract) -> Iterator[Body]:
    spelled_out = {" Ct ": " Court ", " NW": " Northwest", " Street": " St", "Terrace": "ter.", "Apartment": "Apt"}
    for row in extract["premises"]:
        if "city" not in row.cells:
            continue
        where = {"city": row.cells["city"].upper(), "state": row.cells["state"]}
        street = row.cells["address"]
        yield {"address": {"street": street, **where}}
        for words, other in spelled_out.items():
            street = street.replace(words, other)
        yield {"address": {"street": street.lower(), **where}}


def _with_states(extract: Extract) -> Iterator[Body]:
    plates = _written(extract["vehicles"], "plate", plate)
    for turn, one in enumerate([*plates[::17], "ZZ0001", "ZZ0002", "ZZ100"]):
        yield {"plate": one, "state": STATES[turn % len(STATES)]}
    cards = _written(extract["identity_cards"], "card_number", document)
    for turn, one in enumerate([*cards[::13], "TRNHELDC0", "TRNX1", "TRNX2"]):
        yield {"document": {"number": one}, "state": STATES[turn % len(STATES)]}


def _with_drivers(extract: Extract) -> Iterator[Body]:
    """People at the wheel of their own and of others' vehicles, good, held, and not on record."""
    registered = {row.values.get("member_id"): row.cells["plate"] for row in extract["vehicles"] if row.reason is None}
    plates = [*_written(extract["vehicles"], "plate", plate), "IXX0000", "ZZ0001", "ZZ300"]
    for turn, one in enumerate(_written(extract["members"], "member_id", number)):
        own = registered.get(number(one))
        some = plates[turn * 7 % len(plates)]
        driven = own if own is not None and turn % 2 else some
        stolen = {"vehicle_stolen_confirmed": True} if turn % 11 == 0 else {}
        yield {"member_id": one, "circumstances": {"driver_of": driven, **stolen}}
    for body in ({"member_id": "TRNABSENT"}, {"document": {"number": "TRNX2"}}, {"document": {"number": "TRNHELDC0"}}):
        for driven in (plates[0], plates[-4], "IXX0000", "ZZ0001"):
            yield {**body, "circumstances": {"driver_of": driven, "bag": True}}
    yield {"plate": plates[0], "circumstances": {"driver_of": plates[1]}}
    yield {"vin": "TRN00000000000001", "circumstances": {"driver_of": plates[1]}}
    yield {"member_id": "TRNABSENT", "circumstances": {"driver_of": "D\u0415B"}}
