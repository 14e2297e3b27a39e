"""How numbers, names and addresses are made comparable.

A number keeps Latin letters and digits (documents also `*`); separators and invisible characters go, everything else
makes it unreadable. Names and addresses are folded: no marks, no case, letters and digits only.
"""

import re
import unicodedata

SEPARATORS = "-_.·•/\\'"
LONGEST_PLATE = 10
LONGEST_NUMBER = 20


def number(written: str | None, longest: int = LONGEST_NUMBER, star: bool = False) -> str | None:
    """Return the normal form, or None where there is none."""
    if written is None:
        return None
    kept = "".join(letter for letter in unicodedata.normalize("NFKC", written) if not _is_dropped(letter))
    # Checked before upper-casing, which would make an I of a dotless one.
    if not re.fullmatch(r"[A-Za-z0-9*]+" if star else r"[A-Za-z0-9]+", kept) or len(kept) > longest:
        return None
    return kept.upper()


def plate(written: str | None) -> str | None:
    """Return the normal form of a plate."""
    return number(written, LONGEST_PLATE)


def document(written: str | None) -> str | None:
    """Return the normal form of a card's or a license's number, which may hold a star."""
    return number(written, star=True)


def _is_dropped(letter: str) -> bool:
    return letter in SEPARATORS or letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf")


def folded(written: str | None) -> str:
    """Return a name as it is compared: without marks, case folded, letters and digits only."""
    decomposed = unicodedata.normalize("NFKD", written or "")
    unmarked = "".join(letter for letter in decomposed if not unicodedata.category(letter).startswith("M"))
    return "".join(letter for letter in unmarked.casefold() if letter.isalnum())


POSTAL = {
    "street": "st",
    "avenue": "ave",
    "road": "rd",
    "boulevard": "blvd",
    "drive": "dr",
    "court": "ct",
    "place": "pl",
    "lane": "ln",
    "terrace": "ter",
    "circle": "cir",
    "square": "sq",
    "parkway": "pkwy",
    "highway": "hwy",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
    "apartment": "apt",
    "suite": "ste",
    "floor": "fl",
    "room": "rm",
    "building": "bldg",
}


def address(street: str | None, city: str | None, state: str | None) -> tuple[str, str, str]:
    """Return street, city and state as they are compared."""
    words = re.split(r"[\s,.]+", (street or "").casefold())
    return folded(" ".join(POSTAL.get(word, word) for word in words)), folded(city), folded(state)


def is_one_letter_off(one: str, other: str) -> bool:
    """Say whether one letter put in, left out or exchanged makes `other` of `one`."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
