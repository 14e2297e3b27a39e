"""What an officer reads: everything that must be said is said, in short sentences, and nothing that must not be."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest

from lookup.law import codes
from lookup.law.load import load_policies
from lookup.law.terms import CATEGORIES, CONDITION_CODES, RULE_ROWS

from .law_data import DATA

POLICY = load_policies().named("2026.1")
TEXT_FIELDS = {
    "conditions", "blocks", "rules", "levels", "notices", "categories", "verification", "office_texts", "notification",
    "rows", "offices",
}  # fmt: skip
NOT_SENTENCES = {"citations", "source", "code", "kind", "rule", "step", "citation", "verdict", "severity", "phone"}


def sentences_of(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Give every text for an officer inside `value`, with the way to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from sentences_of(inner, f"{path}.{key}")
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from sentences_of(inner, f"{path}.{number}")
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in NOT_SENTENCES:
                yield from sentences_of(getattr(value, field.name), f"{path}.{field.name}")


TEXTS = {path: text for name in sorted(TEXT_FIELDS) for path, text in sentences_of(getattr(POLICY, name), name)}


def sentences_in_files() -> Iterator[tuple[str, str]]:
    """Give every text of the language's files as it is written, also those that the policy of today does not use."""
    for file in sorted(DATA.glob("en/*.toml")):
        for key, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for entry in entries:
                for name, text in entry.items():
                    if isinstance(text, str) and name not in NOT_SENTENCES:
                        yield f"{file.name}: {key}.{name}", text


EVERYTHING = TEXTS | dict(sentences_in_files())

FORBIDDEN = {
    "a missing record is no verdict": r"\b(?:not a|no) diplomat\b|\bis not (?:an? )?(?:accredited|protected)\b",
    "no record does not mean no immunity": r"no record (?:found )?means no immunity",
    "nothing but State's card speaks of immunity": r"\b(?:plate|passport|visa|license|border)s? (?:proves?|shows?)\b",
    "nobody is untouchable": r"absolute(?:ly)? immun|cannot be touched|untouchable|above the law",
    "consular people have no diplomatic immunity": r"diplomatic immunity",
    "nobody waives their own immunity": (
        r"waived? (?:their|his|her) (?:own )?immunity|\b(?:person|member|diplomat|officer|they) (?:ha(?:s|ve) )?waived"
    ),
    "nobody dangerous is let go": r"\b(?:must|should|has to|have to) (?:be )?releas|\brelease (?:the|this) person\b",
    "measures in an emergency are no arrest": r"emergency arrest|arrest in an emergency",
    "gravity opens nothing": r"\bmay (?:be )?arrest(?:ed)? (?:for|because|if) .*(?:serious|grave|drunk|impaired)",
    "a felony alone is not enough": r"felony or (?:an? |with )?.*warrant",
    "the embassy's word is not enough": r"(?:call|ask) the (?:embassy|mission) to (?:verify|confirm)",
    "US persons may have immunity": r"(?:US|American) (?:citizen|national|person)s? (?:never|(?:has|have) no)\b",
    "no act is judged": r"\b(?:was|is|were) (?:not )?an official act\b(?! is for)",
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_text_says_what_must_never_be_said(rule: str) -> None:
    assert not {path: text for path, text in EVERYTHING.items() if re.search(FORBIDDEN[rule], text, re.IGNORECASE)}


@pytest.mark.parametrize(
    "sentence",
    [
        "This person is not a diplomat.",
        "No record means no immunity.",
        "A plate proves it.",
        "Absolute immunity holds.",
        "A consul has diplomatic immunity.",
        "They waived their immunity.",
        "The diplomat has waived it.",
        "You must release the person.",
        "They may be arrested if they are drunk.",
        "A felony or a warrant is enough.",
        "Call the embassy to verify.",
        "US citizens never have immunity.",
        "This was an official act.",
    ],
)
def test_the_search_for_forbidden_sentences_finds_them(sentence: str) -> None:
    assert [rule for rule, pattern in FORBIDDEN.items() if re.search(pattern, sentence, re.IGNORECASE)]


def test_asylum_and_immigration_are_named_only_to_keep_them_from_a_consulate() -> None:
    named = {path for path, text in TEXTS.items() if re.search(r"asylum|immigration matters", text, re.IGNORECASE)}
    assert named == {"blocks.mandatory_consular_notification.text", "notification.always_text"}
    for path in named:
        assert re.search(r"[Nn]ever speak to (it|a consulate) about asylum or immigration matters\.", TEXTS[path])


def test_no_sentence_has_more_than_25_words() -> None:
    long = {
        path: sentence
        for path, text in EVERYTHING.items()
        for sentence in re.split(r"(?<=[.:;!?])\s+", text)
        if len(sentence.split()) > 25
    }
    assert not long


def test_a_block_takes_at_most_a_quarter_of_a_minute_to_read() -> None:
    """At 200 words a minute, the pace of an adult reading silently, 50 words are 15 seconds."""
    long = {code: len(block.text.split()) for code, block in POLICY.blocks.items() if len(block.text.split()) > 50}
    assert not long


def test_words_are_short_on_the_whole() -> None:
    words = [word.strip(".,:;") for block in POLICY.blocks.values() for word in block.text.split()]
    assert sum(map(len, words)) / len(words) < 5.2


def test_every_text_ends_as_a_sentence_and_has_no_stray_space() -> None:
    spoiled = {
        path: text
        for path, text in TEXTS.items()
        if path.endswith((".text", ".summary", ".meaning", ".say", ".limits", ".text_until", "_text"))
        and (not text.endswith(".") or "  " in text or text != text.strip())
    }
    assert not spoiled


def test_no_file_of_texts_holds_a_telephone_number() -> None:
    with_number = [path.name for path in DATA.glob("en/*.toml") if re.search(r"\d{3}-\d{4}", path.read_text())]
    assert not with_number


def test_a_number_that_nobody_has_confirmed_stands_in_no_text() -> None:
    hidden = {number for phone in POLICY.telephones.values() if not phone.confirmed for number in phone.numbers}
    assert len(hidden) == 10
    everything = "\n".join([*TEXTS.values(), *(given.phone for given in POLICY.verification.values())])
    assert not {number for number in hidden if number in everything}


def test_only_a_last_day_and_a_gap_in_the_history_are_left_to_fill_in() -> None:
    left = {path: re.findall(r"{\w+}", text) for path, text in TEXTS.items() if "{" in text}
    rules = {path for path in left if path.startswith("rules.")}
    assert {path: left[path] for path in left.keys() - rules} == {
        "blocks.reasonable_period.text_until": ["{until}"],
        "notices.history_incomplete.text": ["{what}"],
    }


def test_the_command_center_stands_in_the_first_block_with_its_confirmed_numbers() -> None:
    assert next(iter(POLICY.blocks)) == "verify_with_state"
    assert "571-345-3146 or 866-217-2089, 24 hours" in POLICY.blocks["verify_with_state"].text


def test_all_blocks_conditions_levels_notices_and_categories_are_there_and_no_other() -> None:
    assert tuple(POLICY.blocks) == codes.BLOCK_CODES
    assert len(codes.BLOCK_CODES) == len(set(codes.BLOCK_CODES)) == 55
    assert tuple(POLICY.conditions) == CONDITION_CODES
    assert len(CONDITION_CODES) == 12
    assert tuple(POLICY.levels) == codes.LEVEL_TEXTS
    assert tuple(POLICY.notices) == codes.NOTICE_CODES
    assert tuple(POLICY.categories) == (*CATEGORIES, *RULE_ROWS)
    assert tuple(POLICY.verification) == ("state", "usun", "ait")


def test_a_text_knows_the_key_under_which_it_stands() -> None:
    assert [block.code for block in POLICY.blocks.values()] == list(POLICY.blocks)
    assert [condition.code for condition in POLICY.conditions.values()] == list(POLICY.conditions)
    assert [notice.code for notice in POLICY.notices.values()] == list(POLICY.notices)
    assert [category.category for category in POLICY.categories.values()] == list(POLICY.categories)
    assert [rule.rule for rule in POLICY.rules.values()] == list(POLICY.rules)


CALL = "UNVERIFIED \N{EN DASH} CALL"


def test_the_verdict_is_one_of_five_words_by_level() -> None:
    words = {key: text.verdict for key, text in POLICY.levels.items()}
    assert words == {
        "full": "FULL",
        "partial": "PARTIAL",
        "official_acts": "OFFICIAL ACTS ONLY",
        "official_acts_former": "OFFICIAL ACTS ONLY",
        "official_acts_us_person": "OFFICIAL ACTS ONLY",
        "official_acts_consular_service_staff": "OFFICIAL ACTS ONLY",
        "none": "NO IMMUNITY",
        "unverified": CALL,
        "registrant_full": "FULL",
        "registrant_partial": "PARTIAL",
        "registrant_official_acts": "OFFICIAL ACTS ONLY",
        "registrant_none": "NO IMMUNITY",
        "possible_matches": CALL,
        "no_record": CALL,
    }


def test_every_head_of_an_answer_advises_to_call_state() -> None:
    assert not [key for key, text in POLICY.levels.items() if not re.search(r"[Cc]all State", text.summary)]


def test_the_head_of_a_plate_answer_says_that_the_driver_may_be_somebody_else() -> None:
    heads = [text for key, text in POLICY.levels.items() if key.startswith("registrant_")]
    assert len(heads) == 4
    assert all("The driver may be somebody else" in head.summary for head in heads)
    assert all(head.headline.endswith("identify the driver") for head in heads)


def test_the_severity_of_each_notice_is_fixed() -> None:
    stops = {code for code, notice in POLICY.notices.items() if notice.severity == "stop"}
    assert stops == {"plate_not_valid", "training_identifier"}


MUST_SAY = {
    "verify_with_state": ("Verify with State before you act", "24 hours"),
    "emergency_measures": ("defend yourself or others", "protect the public", "prevent a serious crime"),
    "document_and_report": ("Write everything down", "Report to State", "waiver"),
    "duty_to_respect_law": ("does not clear", "obey the law"),
    "citation_allowed": ("issue a citation",),
    "signature_not_compelled": ("signature", "none can be compelled"),
    "no_arrest": ("Do not arrest, detain",),
    "no_handcuffs": ("Do not handcuff", "except in extraordinary danger"),
    "may_arrest_ordinary": ("may be arrested like anyone else",),
    "felony_and_warrant": ("without both: a felony, and a warrant from a judge",),
    "official_acts_decided_by_court": ("for a court to decide", "Do not decide it"),
    "consult_state_before_charging": ("Consult State and the prosecutor before anyone is charged",),
    "testimony_not_compelled": ("They may decline",),
    "residence_inviolable": ("Do not enter",),
    "no_search_vehicle": ("Do not search", "Do not impound or boot"),
    "vehicle_move_only": ("only as far as needed",),
    "mission_vehicle_inviolable": ("protected whoever drives it",),
    "stolen_vehicle_exception": ("only while it is stolen or in unauthorized hands", "must confirm that first"),
    "consular_archives_inviolable": ("Do not open, read",),
    "bag_inviolable": ("Do not open", "hold or seize", "If they refuse, it goes back"),
    "family_same_as_sponsor": ("in the same way as the accredited person",),
    "family_not_covered": ("not covered",),
    "courtesy": ("courtesy",),
    "us_person_reduction": ("because of US nationality or residence",),
    "bilateral_uplift": ("agreement with the sending State",),
    "card_back_controls": ("Read the back of the card",),
    "reasonable_period": ("may still continue", "State must say"),
    "residual_official_acts": ("only official acts of the past",),
    "persona_non_grata_not_immediate_loss": ("does not end protection at once", "for the time set"),
    "waiver_express_by_sending_state": ("Only the sending State", "expressly", "The person cannot"),
    "waiver_scope_limited": ("only as far as", "this person's ordinary rule goes on"),
    "no_record_is_not_no_immunity": ("does not mean no immunity", "Until State answers"),
    "stale_data": ("too old", "Until State answers"),
    "record_conflict": ("disagree", "Until State answers"),
    "card_not_reliable": ("may be another person", "Until State answers"),
    "card_expired_not_status_expired": ("does not end anyone's status", "the card does not decide"),
    "detain_until_identity_confirmed": ("held until identity is confirmed", "no longer"),
    "plate_is_not_proof": ("describes the vehicle, not the driver",),
    "several_accreditations": ("the more protective answer governs",),
    "dui_tests_offer_only": ("Offer the standard field sobriety tests", "Do not compel"),
    "dui_do_not_let_drive": ("Do not let an impaired person drive", "call a taxi", "With their permission"),
    "domestic_violence_protect": ("protect the victim", "Separate people", "Document everything"),
    "honorary_limited": ("official acts only",),
    "private_servant_none": ("has no immunity", "employer's home and vehicle keep their own protection"),
    "courier_inviolable": ("while carrying the bag",),
    "temporary_duty_verify": ("Always verify",),
    "transit_protection": ("only while passing through",),
    "state_decides_status": ("State alone says",),
    "contact_usun": ("US Mission to the United Nations (USUN)",),
    "contact_ait": ("American Institute in Taiwan (AIT)",),
    "premises_consent_only": ("without the consent of the head of the mission, post",),
    "consular_premises_fire_presumed_consent": ("consent is presumed for fire or another disaster",),
    "consular_notification": ("may have their consulate notified", "without delay"),
    "notify_head_of_post": ("head of the consular post", "promptly, through State"),
    "mandatory_consular_notification": ("Notify the consulate", "whatever the person wishes"),
}


@pytest.mark.parametrize("code", codes.BLOCK_CODES)
def test_a_block_says_what_it_must(code: str) -> None:
    text = POLICY.blocks[code].text
    assert not [phrase for phrase in MUST_SAY[code] if phrase not in text]


def test_the_last_day_of_a_reasonable_period_is_said_where_it_is_known() -> None:
    text = POLICY.blocks["reasonable_period"].text_until
    assert text is not None
    assert text.startswith("Protection continues until {until}, that day included")


@pytest.mark.parametrize(
    ("kind", "beginnings"),
    [("do_not", ("Do not ",)), ("call", ())],
)
def test_a_block_sounds_like_its_kind(kind: str, beginnings: tuple[str, ...]) -> None:
    texts = [block.text for block in POLICY.blocks.values() if block.kind == kind]
    assert texts
    if kind == "call":
        assert all("571-345-3146" in text for text in texts)
    else:
        assert all(text.startswith(beginnings) for text in texts)
