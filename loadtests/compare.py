"""One command that says what a lookup costs: `python -m loadtests.compare`.

Runs a Flask hello-world (in gunicorn's own threaded worker, and in ours), the textbook design on an Elasticsearch of
its own, and the lookup service, authenticated and audited (as it is, and remembering nothing, so that each plate is
asked for the first time), each with as many processes and threads. Drives them in turn in interleaved rounds, and
prints requests a second, the workers' CPU time per request and the medians of the rounds' ratios. A shared machine
gives one round of the same code anything between half and twice, so no single round is quoted.
"""

import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from loadtests.baselines.textbook import URL as TEXTBOOK_URL
from loadtests.queries import queries_of
from loadtests.registry import small_registry
from loadtests.services import Service, running
from loadtests.textbook_store import textbook_store
from loadtests.wrk import Drive, Round, drive, posting_script, wrk_is_here
from lookup.clock import system_clock
from lookup.remembered import KEPT
from lookup.settings import Settings, resolve_settings
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest

TARGET = 0.45
"""Least throughput of a lookup by plate, audited and authenticated, as a part of hello-world's."""
TEXTBOOK_TARGET = 3.0
"""The same, as a multiple of the textbook design's."""
WARM_UP_S = 2

HELLO, HELLO_HERE, TEXTBOOK, AGAIN, FIRST = (
    "hello-world",
    "hello-world in our worker",
    "textbook",
    "asked again",
    "first time",
)

_HELLO = """
from loadtests.baselines.hello import create_app
from lookup.settings import resolve_settings
from mobile_api.server import Server
server = Server(lambda settings, glance_s: create_app(), resolve_settings({{}}), "{bind}")
server.cfg.set("worker_class", "gthread")
server.run()
"""
_HELLO_HERE = _HELLO.replace('server.cfg.set("worker_class", "gthread")\n', "")
_TEXTBOOK = _HELLO.replace("baselines.hello", "baselines.textbook")
_LOOKUPS = """
import lookup.remembered
from lookup.settings import resolve_settings
from mobile_api.api import create_app
from mobile_api.server import Server
lookup.remembered.KEPT = KEPT
settings = resolve_settings({{"data_dir": DATA_DIR}})
Server(create_app, settings, "{bind}").run()
"""


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="A synced data directory; else a small one is made.")
@click.option("--members", default=5000, show_default=True, help="Size of the registry that is made.")
@click.option("--rounds", type=click.IntRange(5), default=5, show_default=True)
@click.option("--seconds", type=click.IntRange(1), default=4, show_default=True, help="Length of one round, each.")
@click.option("--connections", default=16, show_default=True, help="How many ask at a time.")
@click.option("--check", is_flag=True, help="Exit 1 where the median ratio is below the target.")
def compare(data_dir: Path | None, members: int, rounds: int, seconds: int, connections: int, *, check: bool) -> None:
    """Compare a lookup by plate with a Flask hello-world."""
    if not wrk_is_here():
        raise SystemExit("wrk is missing: install Debian's package wrk.")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = _settings(data_dir, scratch, members)
        script = posting_script(scratch, *_questions(settings))
        os.environ[TEXTBOOK_URL] = stack.enter_context(textbook_store(settings))
        code = _LOOKUPS.replace("DATA_DIR", repr(str(settings.data_dir)))
        subjects = [
            Subject(stack.enter_context(running(HELLO, _HELLO, "/")), "/"),
            Subject(stack.enter_context(running(HELLO_HERE, _HELLO_HERE, "/")), "/"),
            Subject(stack.enter_context(running(TEXTBOOK, _TEXTBOOK, "/")), "/v1/lookups", script),
            Subject(_lookups(stack, AGAIN, code, KEPT), "/v1/lookups", script),
            Subject(_lookups(stack, FIRST, code, 0), "/v1/lookups", script),
        ]
        measured = [_round(subjects, number, Drive(seconds, connections)) for number in range(rounds + 1)][1:]
    ratio, times = _median(measured, AGAIN, HELLO), _median(measured, AGAIN, TEXTBOOK)
    click.echo(f"a plate asked again: median {ratio:.2f} of hello-world's throughput (target {TARGET})")
    click.echo(f"the same, of a hello-world in our own worker: median {_median(measured, AGAIN, HELLO_HERE):.2f}")
    click.echo(f"a plate asked for the first time: median {_median(measured, FIRST, HELLO):.2f} of hello-world's")
    click.echo(
        f"a plate asked again: median {times:.1f} times the textbook design's throughput (target {TEXTBOOK_TARGET})"
    )
    if check and (ratio < TARGET or times < TEXTBOOK_TARGET):
        raise SystemExit(1)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a running service, and what it is asked."""

    service: Service
    path: str
    script: Path | None = None


def _lookups(stack: ExitStack, name: str, code: str, kept: int) -> Service:
    return stack.enter_context(running(name, code.replace("= KEPT", f"= {kept}"), "/healthz"))


def _round(subjects: Sequence[Subject], number: int, how: Drive) -> dict[str, Round]:
    """Drive each in turn; round 0 warms up and is short."""
    how = how if number else Drive(WARM_UP_S, how.connections)
    results = {one.service.name: drive(one.service, one.path, how, one.script) for one in subjects}
    figures = (f"{name} {result.per_second:.0f}/s ({result.cpu_us:.0f} µs CPU)" for name, result in results.items())
    click.echo(f"{'warm-up' if number == 0 else f'round {number}'}: {', '.join(figures)}")
    return results


def _median(measured: list[dict[str, Round]], name: str, beside: str) -> float:
    """Give the median over the rounds of a service's throughput as a multiple of another's."""
    return statistics.median(results[name].per_second / results[beside].per_second for results in measured)


def _settings(data_dir: Path | None, scratch: Path, members: int) -> Settings:
    if data_dir is not None:
        return resolve_settings({"data_dir": str(data_dir)})
    return small_registry(resolve_settings({"data_dir": str(scratch / "data"), "environment": "training"}), members)


def _questions(settings: Settings) -> tuple[str, list[str]]:
    """Give a fresh key's token and the bodies to post."""
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    _, token = keys.create(KeyRequest(f"load test {system_clock():%Y-%m-%d %H:%M:%S.%f}", frozenset({"lookup"})))
    keys.close()
    return token, [json.dumps({"plate": plate}) for plate in queries_of(settings)["plates"]]


if __name__ == "__main__":
    compare()
