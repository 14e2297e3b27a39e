"""The command that derives an old answer again: `immunity audit explain`.

Decides where the record of the lookup is read from and what the exit code says. That it was asked is itself recorded.
"""

import sys

import click

from lookup.audit.commanded import record_command
from lookup.audit.explaining.derive import Present
from lookup.audit.explaining.explain import Explanation, explain
from lookup.audit.explaining.recorded_lookup import recorded_lookup
from lookup.audit.explaining.text import explanation_text
from lookup.audit.reading.all_nodes import all_nodes
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import system_clock
from lookup.errors import ImmunityError
from lookup.settings import Settings
from lookup.store.open import published_store_of


@click.command("explain")
@with_settings
@click.argument("lookup", metavar="LOOKUP_ID")
@json_option
def explain_command(settings: Settings, lookup: str, *, as_json: bool) -> None:
    """Derive an old answer again, by its lookup_id or reference number, and say whether it matches.

    Exits 0 where what is derived is byte for byte what was answered, 1 where it differs or cannot be derived.
    """
    try:
        explained = _explained(settings, lookup)
    except ImmunityError:
        record_command(settings, "audit.explained", "error", details={"asked": lookup})
        raise
    told = {"asked": lookup, "verdict": explained.verdict}
    record_command(settings, "audit.explained", lookup_id=explained.recorded["lookup_id"], details=told)
    document = explained.document()
    print_json(document) if as_json else click.echo(explanation_text(document))
    if explained.verdict != "matches":
        sys.exit(1)


def _explained(settings: Settings, lookup: str) -> Explanation:
    with all_nodes(settings, system_clock) as nodes:
        recorded = recorded_lookup(nodes, lookup)
    store = published_store_of(settings)  # the history is there, and in no copy
    try:
        return explain(recorded, Present(store))
    finally:
        store.close()
