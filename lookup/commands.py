"""The domain's commands: ask the registry, ask the law, show the settings.

Decides how an answer is asked for and printed on a terminal. The answers themselves are those of the HTTP interface.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click

from lookup.answer_text import answer_text, assessment_text
from lookup.audit.answered import answer_entry
from lookup.audit.commanded import record_entry
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import day_in_washington, system_clock
from lookup.errors import FieldFault, InvalidRequest
from lookup.freshness import FreshnessLimits
from lookup.law.load import load_policies
from lookup.queries import read_query
from lookup.service import LookupService, assess_document
from lookup.setting_table import SETTINGS, Setting
from lookup.settings import Settings, value_text
from lookup.store.open import store_of


@click.command("lookup")
@with_settings
@click.option("--plate", help="A plate; - reads it from standard input.")
@click.option("--member", help="A member id (PID); - reads it from standard input.")
@click.option("--document", help="The number of a card or license; - reads it from standard input.")
@click.option("--address", help='"STREET, CITY, STATE"; - reads it from standard input.')
@click.option("--at", help="The moment asked about, with its offset, such as 2026-06-01T14:03:00-04:00; default now.")
@json_option
def lookup_command(settings: Settings, *, at: str | None, as_json: bool, **questions: str | None) -> None:
    """Answer one question about a plate, a person or an address."""
    given = {name: text for name, text in questions.items() if text is not None}
    if len(given) != 1:
        raise click.UsageError("Give exactly one of --plate, --member, --document and --address.")
    settings.check_live()
    ((name, text),) = given.items()
    body = _body(name, _question(text))
    asked = body if at is None else body | {"at": at}
    query = read_query(asked)
    store = store_of(settings)
    try:
        limits = FreshnessLimits(settings.stale_after, settings.expire_after)
        policies = load_policies(language=settings.language)
        service = LookupService(store, policies, settings.environment, limits)
        answer = service.answer(query)
    finally:
        store.close()
    record_entry(settings, lambda scene: answer_entry(answer, answer.to_json(), asked, scene, "person"))
    document = answer.document()
    print_json(document) if as_json else click.echo(answer_text(document))


def _question(text: str) -> str:
    """Give what is asked: a line of standard input for `-`. Bytes that are no UTF-8 are no text, and are refused."""
    try:
        asked = sys.stdin.readline().rstrip("\r\n") if text == "-" else text
        asked.encode()
    except UnicodeError:
        raise InvalidRequest([FieldFault("", "Write the question in UTF-8.")]) from None
    return asked


def _body(name: str, text: str) -> dict[str, Any]:
    """Write a question of the command line as the body of a lookup."""
    if name == "member":
        return {"member_id": text}
    if name == "document":
        return {"document": {"number": text}}
    if name == "plate":
        return {"plate": text}
    parts = [part.strip() for part in text.rsplit(",", 2)]
    if len(parts) != 3:
        raise InvalidRequest([FieldFault("/address", "Write the address as STREET, CITY, STATE.")])
    return {"address": dict(zip(("street", "city", "state"), parts, strict=True))}


@click.command("assess")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@json_option
def assess_command(file: Path, *, as_json: bool) -> None:
    """Say what the law makes of the facts in FILE, one JSON object or a list of them; - reads standard input."""
    body = _read_json(file)
    policies, today = load_policies(), day_in_washington(system_clock())
    if not isinstance(body, list):
        document = assess_document(body, policies, today)
        print_json(document) if as_json else click.echo(assessment_text(document))
        return
    documents = []
    for index, facts in enumerate(body):
        try:
            documents.append(assess_document(facts, policies, today))
        except InvalidRequest as error:
            faults = [FieldFault(f"/{index}{fault.pointer}", fault.detail) for fault in error.faults]
            raise InvalidRequest(faults) from None
    print_json(documents) if as_json else click.echo("\n\n".join(assessment_text(one) for one in documents))


def _read_json(file: Path) -> Any:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise InvalidRequest([FieldFault("", f"The file cannot be read: {error.strerror}.")]) from None
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidRequest([FieldFault("", f"The file is not JSON{where}.")]) from None


@click.command("config")
@with_settings
@json_option
def config_command(settings: Settings, *, as_json: bool) -> None:
    """Print the settings in force and where each value came from."""
    rows = [
        {
            "name": setting.name,
            "value": _shown(setting, settings),
            "from": settings.origins[setting.name],
            "meaning": setting.meaning,
        }
        for setting in SETTINGS
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']} = {'not set' if row['value'] is None else row['value']}  ({row['from']})")


def _shown(setting: Setting, settings: Settings) -> Any:
    """Give a value as it may be seen: of a secret only whether there is one."""
    value = getattr(settings, setting.name)
    if value is None:
        return None
    if setting.secret:
        return "(hidden)"
    return value if isinstance(value, int) else value_text(value)


commands: tuple[click.Command, ...] = (lookup_command, assess_command, config_command)
