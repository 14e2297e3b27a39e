"""Alert rules, dashboard and the page about them: they speak of metrics that exist, and of all of them.

Prometheus' own checker is 60 MB and not brought for this: a small grammar does what is needed, its words are below.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lookup.audit.entry import Event
from lookup.audit.signing.heads import Heads
from lookup.clock import utc_text
from lookup.settings import Settings
from lookup.store.open import store_of
from lookup.store.replica.state import ReplicaState, write_state
from lookup.store.sqlite.directory import StoreDirectory
from mobile_api import api
from mobile_api.access.keys import KeyRequest
from mobile_api.metrics import Metrics, metrics_of
from mobile_api.node.housekeeping_state import STATE_NAME
from mobile_api.node_metrics import NodeMetrics
from tests.api.real_server import free_port
from tests.api.serving import MovableClock, runtime_of
from tests.deploy.files import DEPLOY, read_yaml
from tests.docs.pages import page, rows, section

FROM_PROMETHEUS = {"up": {"job", "instance"}}
EMPTY_HERE = {"immunity_quarantined_rows": {"table", "job", "instance"}}
"""No row of the invented registry is refused."""
WORDS = {
    "sum", "max", "min", "count", "rate", "increase", "histogram_quantile", "time", "by", "on", "ignoring", "or",
}  # fmt: skip
TOKEN = re.compile(
    r"\s*(?:(?P<string>\"[^\"]*\")|(?P<range>\[\d+[smh]\])|(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z_]+)"
    r"|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/(){},<>=]))"
)
PAIRS = {")": "(", "}": "{"}


@dataclass(frozen=True)
class Expression:
    """An expression as the alerts and the dashboard hold it: its tokens, kind and text."""

    text: str
    tokens: tuple[tuple[str, str], ...]

    @property
    def metrics(self) -> set[str]:
        return {text for kind, text in self.tokens if (kind == "name" and text.startswith("immunity_")) or text == "up"}

    @property
    def selectors(self) -> Iterator[tuple[str, str]]:
        """Give each metric with each label that it is chosen by."""
        for name, inside in re.findall(r"([a-z_]+)\{([^}]*)\}", self.text):
            for label in re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", inside):
                yield name, label


def parse(text: str) -> Expression:
    """Split an expression. Raises `ValueError` where it holds something that it should not."""
    tokens, place, open_ones = [], 0, []
    stripped = text.replace("$node", "all").strip()
    while place < len(stripped):
        match = TOKEN.match(stripped, place)
        if match is None or match.lastgroup is None:
            raise ValueError(f"what is this: {stripped[place : place + 20]}")
        kind, value, place = match.lastgroup, match[match.lastgroup], match.end()
        if value in ("(", "{"):
            open_ones.append(value)
        elif value in PAIRS and (not open_ones or open_ones.pop() != PAIRS[value]):
            raise ValueError(f"{value} closes nothing")
        tokens.append((kind, value))
    if open_ones:
        raise ValueError("something stays open")
    return Expression(stripped, tuple(tokens))


def alerts() -> list[dict[str, Any]]:
    return [rule for group in read_yaml("prometheus/alerts.yml")["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
    return found


def expressions() -> dict[str, Expression]:
    told = {rule["alert"]: parse(rule["expr"]) for rule in alerts()}
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            told[f"{panel['title']} {target['refId']}"] = parse(target["expr"])
    return told


@pytest.fixture(scope="module")
def existing(synced: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Every metric with its labels, of a node that has everything: a replica, a cluster, a signed trail."""
    clock, data_dir = MovableClock(), tmp_path_factory.mktemp("everything")
    own = replace(synced, data_dir=data_dir, audit_dir=data_dir / "audit", audit_spool=data_dir / "spool")
    app = api.create_app(own, clock=clock)
    now = runtime_of(app)
    _, token = now.keys.create(KeyRequest("all", frozenset({"lookup"})))
    headers = {"Authorization": f"Bearer {token}"}
    app.test_client().post("/v1/lookups", json={"plate": "DZZ9999"}, headers=headers)
    Heads(own, clock).make()
    (data_dir / STATE_NAME).write_text(json.dumps({"keys_copied_at": utc_text(clock()), "trail_shipped_at": None}))
    (data_dir / "replica").mkdir()
    write_state(StoreDirectory(data_dir / "replica"), ReplicaState("following", caught_up_at=clock()))
    cluster = replace(own, store=f"elasticsearch://127.0.0.1:{free_port()}/immunity-test")
    store = store_of(cluster)
    texts = [
        metrics_of(app).text([NodeMetrics(now)]),
        Metrics(now.trail, store).text([NodeMetrics(replace(now, settings=cluster, store=store))]),
    ]
    store.close()
    now.close()
    return {name: labels for text in texts for name, labels in _described(text.decode())} | EMPTY_HERE


def _described(text: str) -> Iterator[tuple[str, set[str]]]:
    for family in text_string_to_metric_families(text):
        labels = {label for sample in family.samples for label in sample.labels}
        names = {sample.name for sample in family.samples} or {family.name}
        for name in names:
            yield name, labels | {"job", "instance"}


def test_each_expression_can_be_read_and_speaks_of_metrics_that_exist(existing: dict[str, set[str]]) -> None:
    known = existing | FROM_PROMETHEUS
    for where, expression in expressions().items():
        assert expression.metrics, where
        assert expression.metrics <= set(known), where
        for name, label in expression.selectors:
            assert label in known[name], (where, name, label)


def test_each_word_of_an_expression_is_known(existing: dict[str, set[str]]) -> None:
    labels = set().union(*existing.values())
    for where, expression in expressions().items():
        words = {text for kind, text in expression.tokens if kind == "name"}
        assert words - expression.metrics <= WORDS | labels, where


@pytest.mark.parametrize("broken", ["sum(up", "up)", 'up{job="x")', "up ? 1", "up{job='x'}", "rate(up[5])"])
def test_a_broken_expression_is_noticed(broken: str) -> None:
    with pytest.raises(ValueError, match=r"what is this|closes nothing|stays open"):
        parse(broken)


def test_each_alert_says_what_happened_and_what_to_do() -> None:
    found = alerts()
    assert len({rule["alert"] for rule in found}) == len(found)
    for rule in found:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"}), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "action"}
        assert rule["annotations"]["action"].endswith("."), rule["alert"]


def test_a_trail_that_cannot_be_written_is_told_within_a_minute() -> None:
    """A scrape and an evaluation of 15 s each, and what the rule itself waits."""
    waits = {rule["alert"]: rule.get("for", "0s") for rule in alerts()}
    for name in ("ImmunityAuditNotWritten", "ImmunityAuditSpooling", "ImmunityAuditEntriesLost"):
        assert 15 + 15 + int(waits[name].removesuffix("s")) <= 45


def test_events_that_are_watched_can_happen() -> None:
    events = set(Event.__args__)  # type: ignore[attr-defined]
    for where, expression in expressions().items():
        for pattern in re.findall(r'event=~?"([^"]+)"', expression.text):
            assert any(re.fullmatch(pattern, event) for event in events), (where, pattern)


def test_a_panel_has_its_place_and_says_what_it_shows() -> None:
    panels = dashboard()["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels) == len({panel["id"] for panel in panels})
    assert all(panel["title"] and panel["description"] for panel in panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_the_page_about_operations_names_every_metric_and_no_other(existing: dict[str, set[str]]) -> None:
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in existing if not name.endswith("_created")}
    table = rows(section(page("operations.md"), "## Metrics"))
    assert {row[0].partition("{")[0].strip("`") for row in table} == families


def test_the_page_about_operations_names_every_alert() -> None:
    text = section(page("operations.md"), "## Alerts")
    assert {row[0].strip("`") for row in rows(text)} == {rule["alert"] for rule in alerts()}


def test_the_files_are_where_the_page_says() -> None:
    for name in ("deploy/prometheus/alerts.yml", "deploy/grafana/dashboard.json"):
        assert name in page("operations.md")
        assert (Path(DEPLOY).parent / name).is_file()
