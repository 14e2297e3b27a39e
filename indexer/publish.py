"""How changes reach the store: as a whole new generation, or as revisions of the serving one.

Decides the steps of each way and that nothing goes out before it was weighed. What a step must survive is the store's
business; what a killed pass leaves is finished by the next one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from indexer.comparison import Comparison
from indexer.plan import Plan
from indexer.staging import Staging
from lookup.progress import Progress
from lookup.records import KINDS
from lookup.store.protocol import Head, Writer

Quarantine = Iterable[Mapping[str, Any]]


def build_generation(
    writer: Writer, comparison: Comparison, finish: Callable[[], Head], quarantine: Quarantine
) -> Head:
    """Build everything beside the serving generation and let it serve. `finish` weighs what was built and gives its
    head; what it raises throws the build away."""
    build = writer.new_generation()
    try:
        for kind in KINDS:
            build.add(change.draft for change in comparison.changes(kind))
        counts = {kind: report.live for kind, report in comparison.tally.kinds.items()}
        head = replace(finish(), counts=counts)
    except BaseException:
        build.discard()
        raise
    return build.activate(head, quarantine)


def write_plan(staging: Staging, comparison: Comparison) -> Plan:
    """Write down what would change, so that it can be weighed first."""
    plan = Plan(staging)
    for kind in KINDS:
        plan.write(comparison.changes(kind))
    return plan


def publish_plan(writer: Writer, plan: Plan, unfinished: Mapping[str, Any], progress: Progress) -> None:
    """Publish a plan revision by revision; `unfinished` is the position until the pass is sealed."""
    progress.begin("publishing changes", len(plan))
    for portion in plan.revisions():
        writer.publish(portion, unfinished)
        progress.advance(len(portion))
    progress.end()
