"""The next extract: good rows that have gone bad or are gone, bad ones set right, and a table where nothing may go.

Rows without a readable key are left out, but for the driver licenses: from that table nothing is deleted then.
"""

from .sheet import Cells, Sheet


def make_later(sheet: Sheet) -> None:
    """Change the tables of a first extract into those of the next."""
    for table, rows in sheet.unreadable.items():
        if table != "driver_licenses":
            rows.clear()
    _gone_bad(sheet)
    _gone(sheet)
    _set_right(sheet)


def _some(rows: list[Cells], start: int, step: int, most: int) -> list[Cells]:
    return rows[start::step][:most]


def _gone_bad(sheet: Sheet) -> None:
    """New faults, few enough in each table; whoever rests on these keeps the last good version, with a notice."""
    for cells in _some(sheet.rows["members"], 7, 31, 12):
        cells["us_status"] = "unknown"
    for cells in _some(sheet.rows["members"], 11, 67, 5):
        cells["family_name"] = ""
    for cells in _some(sheet.rows["accreditations"], 5, 41, 8):
        cells["category"] = "ambassador"
    for cells in _some(sheet.rows["accreditations"], 9, 97, 3):
        cells["member_id"] = ""
    for cells in _some(sheet.rows["vehicles"], 4, 37, 12):
        cells["registration_status"] = "sold"
    for cells in _some(sheet.rows["identity_cards"], 3, 29, 8):
        cells["status"] = "eaten"
    for cells in sheet.rows["waivers"][4:6]:
        cells["scope"] = "everything"
    for cells in sheet.rows["missions"]:
        if cells["mission_id"] in ("cg-fr", "emb-br"):
            cells["kind"] = "villa"
    for cells in _some(sheet.rows["agreements"], 0, 8, 2):
        cells["treated_as"] = "king"
    sheet.rows["premises"][0]["state"] = "QQ"


def _gone(sheet: Sheet) -> None:
    """Deleted: members, whatever still points at them; vehicles; cards; licenses, which stay for another row's sake."""
    for table, start, step, most in (
        ("members", 13, 53, 10),
        ("vehicles", 6, 43, 8),
        ("identity_cards", 5, 47, 6),
        ("driver_licenses", 2, 31, 4),
        ("accreditations", 8, 59, 6),
    ):
        going = {id(cells) for cells in _some(sheet.rows[table], start, step, most)}
        sheet.rows[table] = [cells for cells in sheet.rows[table] if id(cells) not in going]


def _set_right(sheet: Sheet) -> None:
    """Held records that become good, and one end of a pair of duplicates that is taken away."""
    for cells in sheet.rows["missions"]:
        if cells["mission_id"] == "held-1":
            cells["name"] = "Set right"
    vehicles = sheet.rows["vehicles"]
    sheet.rows["vehicles"] = [cells for cells in vehicles if cells["plate"] != "zz-0001"]
    members = sheet.rows["members"]
    sheet.rows["members"] = [cells for cells in members if cells["member_id"] != "trn-dup 1"]
    for cells in sheet.rows["members"]:
        if cells["us_status"] == "citizen":
            cells["us_status"] = "none"
