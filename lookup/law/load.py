"""Reading the law's data: from the TOML files under `data/` to the policies, whole and checked, or not at all.

Decides which files there are, what each must hold, and what each policy takes from them. A language is a folder.
Whatever is wrong raises a PolicyError that names the file and the key and says what to do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from importlib.resources import files
from typing import TypeVar

from lookup.errors import PolicyError
from lookup.law import load_contacts as contacts
from lookup.law import load_texts as texts
from lookup.law.codes import ANSWER_SENTENCES, BLOCK_CODES, COMMUNITIES, LEVEL_TEXTS, NOTICE_CODES
from lookup.law.entry import Entry
from lookup.law.load_rows import NUMBER_NAMES, ROW_KEYS, number_of, row_of
from lookup.law.policy import (
    BlockText,
    CategoryText,
    Condition,
    LevelText,
    NoticeText,
    Notification,
    Numbers,
    Policies,
    Policy,
    Row,
    RuleText,
    Telephone,
    Verification,
)
from lookup.law.tables import Folder, Table, read_table
from lookup.law.terms import CONDITION_CODES
from lookup.places import COUNTRIES

Value = TypeVar("Value")

POLICIES_FILE = "policies.toml"


@dataclass(frozen=True, slots=True)
class Tables:
    """Every file of the law's data, with the texts of one language, read and checked entry by entry."""

    rows: Table[Row]
    numbers: Table[int]
    telephones: Table[Telephone]
    offices: Table[contacts.OfficeEntry]
    notification: Table[contacts.NotificationList]
    communities: Table[tuple[str, ...]]
    conditions: Table[Condition]
    blocks: Table[BlockText]
    rules: Table[RuleText]
    levels: Table[LevelText]
    notices: Table[NoticeText]
    categories: Table[CategoryText]
    verification: Table[texts.VerificationText]
    hours: Table[str]
    office_texts: Table[str]
    consular_texts: Table[str]
    consular_notes: Table[str]
    sentences: Table[str]


class Selection:
    """What is in force on the first day of one policy, and when each of it was last checked."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.checked: list[date] = []

    def of(self, table: Table[Value], required: Iterable[str] = ()) -> dict[str, Value]:
        """Give the values in force by key: the `required` keys in their order, then others as the file has them. Raises
        PolicyError where a required one is missing."""
        entries = table.in_force(self.day)
        self.checked += [entry.checked_on for entry in entries.values()]
        ordered = [*table.demand(required, self.day), *entries]
        return {key: entries[key].value for key in ordered}


def load_policies(root: Folder | None = None, language: str = "en") -> Policies:
    """Read all policies from `root` (the folder with `policies.toml`; without it the data of this package), with the
    texts of one language. Raises PolicyError for the first fault found; nothing is loaded then."""
    folder = files("lookup.law").joinpath("data") if root is None else root
    begins = read_table(folder, POLICIES_FILE, _begins)
    tables = _read_all(folder, language)
    policies = tuple(_policy(name, begins, tables, language) for name in _in_order(begins))
    for field in fields(Tables):
        getattr(tables, field.name).demand_all_carried([policy.since for policy in policies])
    return Policies(policies)


def _read_all(folder: Folder, language: str) -> Tables:
    words = f"{language}/"
    return Tables(
        rows=read_table(folder, "matrix.toml", row_of, depth=2),
        numbers=read_table(folder, "numbers.toml", number_of),
        telephones=read_table(folder, "telephones.toml", contacts.telephone_of),
        offices=read_table(folder, "offices.toml", contacts.office_of),
        notification=read_table(folder, "notification.toml", contacts.notification_of),
        communities=read_table(folder, "verification.toml", contacts.community_of),
        conditions=read_table(folder, words + "conditions.toml", texts.condition_of),
        blocks=read_table(folder, words + "blocks.toml", texts.block_of),
        rules=read_table(folder, words + "rules.toml", texts.rule_of),
        levels=read_table(folder, words + "levels.toml", texts.level_of),
        notices=read_table(folder, words + "notices.toml", texts.notice_of),
        categories=read_table(folder, words + "categories.toml", texts.category_of),
        verification=read_table(folder, words + "verification.toml", texts.verification_text_of),
        hours=read_table(folder, words + "hours.toml", texts.sentence_of(contacts.HOURS)),
        office_texts=read_table(folder, words + "offices.toml", texts.sentence_of(contacts.OFFICE_TEXTS)),
        consular_texts=read_table(folder, words + "consular.toml", texts.sentence_of(contacts.CONSULAR_TEXTS)),
        consular_notes=read_table(folder, words + "consular_notes.toml", texts.sentence_of(COUNTRIES)),
        sentences=read_table(folder, words + "sentences.toml", texts.sentence_of(ANSWER_SENTENCES)),
    )


def _policy(name: str, begins: Table[None], tables: Tables, language: str) -> Policy:
    begin = begins.entries[name][0]
    chosen = Selection(begin.since)
    telephones = contacts.telephones_from(
        tables.telephones.file, chosen.of(tables.telephones), chosen.of(tables.hours, contacts.HOURS)
    )
    office_texts = _sentences(chosen, tables.office_texts, contacts.OFFICE_TEXTS, telephones)
    rows = chosen.of(tables.rows, ROW_KEYS)
    conditions = _filled(chosen, tables.conditions, CONDITION_CODES, telephones)
    return Policy(
        name=name,
        since=begin.since,
        language=language,
        rows={ROW_KEYS[key]: row for key, row in rows.items()},
        numbers=Numbers(**chosen.of(tables.numbers, NUMBER_NAMES)),
        conditions={condition.code: condition for condition in conditions.values()},
        blocks=_filled(chosen, tables.blocks, BLOCK_CODES, telephones),
        rules=_filled(chosen, tables.rules, (), telephones),
        levels=_filled(chosen, tables.levels, LEVEL_TEXTS, telephones),
        notices=_filled(chosen, tables.notices, NOTICE_CODES, telephones),
        categories=_filled(chosen, tables.categories, texts.CATEGORY_KEYS, telephones),
        sentences=_sentences(chosen, tables.sentences, ANSWER_SENTENCES, telephones),
        verification=_verification(chosen, tables, telephones),
        telephones=telephones,
        offices=contacts.offices_from(tables.offices.file, chosen.of(tables.offices), telephones, office_texts),
        office_texts=office_texts,
        notification=_notification(chosen, tables, telephones),
        checked_on_oldest=min([begin.checked_on, *chosen.checked]),
    )


def _filled(
    chosen: Selection, table: Table[texts.Text], required: Iterable[str], telephones: Mapping[str, Telephone]
) -> dict[str, texts.Text]:
    values = chosen.of(table, required)
    return {key: texts.fill(table.file, key, value, telephones) for key, value in values.items()}


def _sentences(
    chosen: Selection, table: Table[str], required: Iterable[str], telephones: Mapping[str, Telephone]
) -> dict[str, str]:
    values = chosen.of(table, required)
    return {key: texts.fill_text(f"{table.file}: {key}.text", value, telephones) for key, value in values.items()}


def _verification(chosen: Selection, tables: Tables, telephones: Mapping[str, Telephone]) -> dict[str, Verification]:
    codes = chosen.of(tables.communities, COMMUNITIES)
    said = _filled(chosen, tables.verification, COMMUNITIES, telephones)
    return {
        community: contacts.verification_from(community, codes[community], text, telephones)
        for community, text in said.items()
    }


def _notification(chosen: Selection, tables: Tables, telephones: Mapping[str, Telephone]) -> Notification:
    listed = chosen.of(tables.notification, (contacts.NOTIFICATION_LIST,))[contacts.NOTIFICATION_LIST]
    words = _sentences(chosen, tables.consular_texts, contacts.CONSULAR_TEXTS, telephones)
    notes = _sentences(chosen, tables.consular_notes, (), telephones)
    return contacts.notification_from(listed, words, notes)


def _in_order(begins: Table[None]) -> list[str]:
    """Give the names of the policies, the first to begin first."""
    by_day = {dated[0].since: name for name, dated in begins.entries.items()}
    if not by_day:
        raise PolicyError(f"{POLICIES_FILE}: holds no policy; add one")
    for name, dated in begins.entries.items():
        if len(dated) > 1 or by_day[dated[0].since] != name:
            raise PolicyError(f"{POLICIES_FILE}: {name}: begins twice or together with another; give each one day")
    return [by_day[day] for day in sorted(by_day)]


def _begins(entry: Entry) -> None:
    """A policy is its name and the day from which it holds; the entry has both."""
