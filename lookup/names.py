"""Names: the form in which two names are equal, the looser form in which they are searched, and who fits a question by
name and date of birth.

Decides two foldings and keeps them apart. The exact one stays in the script in which a name is written, and an answer
may rest on it. The romanized one only finds candidates: it writes every script in Latin letters, so it loses
differences that count.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import jellyfish
from anyascii import anyascii
from rapidfuzz.distance import OSA

from lookup.records import Member

_APOSTROPHES = re.compile(r"['`\"]")
_TOKEN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """A person as a caller names them. `given_names` left out are not compared."""

    family_name: str
    date_of_birth: date
    given_names: str | None = None


def without_marks(text: str) -> str:
    """Give `text` in Unicode NFKD without its marks, case folded, in its own script."""
    if text.isascii():  # most names: nothing to decompose, and ten times faster
        return text.casefold()
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))
    return unicodedata.normalize("NFKD", bare.casefold())


def fold_name(text: str) -> str:
    """Give the form in which names are equal: Unicode NFKD without marks, case folded, letters and digits only.

    Empty where `text` holds neither letter nor digit; an empty form fits nothing.

    >>> fold_name("O'Brien-Núñez")
    'obriennunez'
    """
    return "".join(character for character in without_marks(text) if character.isalnum())


def name_tokens(text: str) -> tuple[str, ...]:
    """Give the parts of a name in Latin letters, in their order: `a-z0-9`, apostrophes closed up, split elsewhere.

    >>> name_tokens("Al-Ṭāʾī, Яна")
    ('al', 'tai', 'yana')
    """
    latin = anyascii(unicodedata.normalize("NFKC", text)).casefold()
    return tuple(_TOKEN.findall(_APOSTROPHES.sub("", latin)))


def phonetic_code(token: str) -> str:
    """Give the Metaphone code of a romanized token; empty where it has no sound, such as a number."""
    return jellyfish.metaphone(token)


def person_fits(member: Member, asked: AskedPerson) -> bool:
    """Say whether a member is who was asked for: equal names after folding, and the same date of birth."""
    same_birthday = member.date_of_birth == asked.date_of_birth
    return same_birthday and _equal(member.family_name, asked.family_name) and _given_names_fit(member, asked)


def person_nearness(member: Member, asked: AskedPerson) -> tuple[float, str] | None:
    """Say how near a member who does not fit comes to who was asked for: a score from 0 to 1 and why; None where the
    member is no candidate.

    The date of birth is always the same: names alone are for the console's search.
    """
    if member.date_of_birth != asked.date_of_birth:
        return None
    given_score = 1.0 if _given_names_fit(member, asked) else 0.9
    if _equal(member.family_name, asked.family_name):
        return (given_score, "another given name")
    if _equal(member.family_name, asked.given_names) and _equal(member.given_names, asked.family_name):
        return (0.85, "family and given names exchanged")
    if name_tokens(member.family_name) == name_tokens(asked.family_name):
        return (0.95 * given_score, "family name in another spelling")
    if _one_letter_off(member.family_name, asked.family_name):
        return (0.9 * given_score, "family name one letter off")
    return None


def _given_names_fit(member: Member, asked: AskedPerson) -> bool:
    """Only what is left out is not compared: empty given names are those of a person of one name."""
    return asked.given_names is None or fold_name(member.given_names or "") == fold_name(asked.given_names)


def _equal(one: str | None, other: str | None) -> bool:
    folded = fold_name(one or "")
    return folded != "" and folded == fold_name(other or "")


def _one_letter_off(one: str, other: str) -> bool:
    """One letter more, less, another, or two neighbours exchanged, in the names' own script or in Latin letters."""
    romanized = "".join(name_tokens(one)), "".join(name_tokens(other))
    pairs = ((fold_name(one), fold_name(other)), romanized)
    return any(left and right and OSA.distance(left, right, score_cutoff=1) <= 1 for left, right in pairs)
