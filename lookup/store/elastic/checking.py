"""The full check of a generation in Elasticsearch: what no single question can notice.

Decides whether an index holds exactly what was published: every record with its terms, the log, the quarantine, the
counts. Reads all documents as they stood at one moment, in constant memory, while revisions go on.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import Kind, Record
from lookup.store.cluster import Cluster
from lookup.store.elastic.client import building_client, patiently
from lookup.store.elastic.copy import Document, PointInTime, point_in_time
from lookup.store.elastic.documents import (
    Change,
    StoredHead,
    change_of_document,
    head_of_document,
    quarantine_id,
    quarantine_of_document,
    record_document,
    row_of_document,
)
from lookup.store.elastic.head import read_serving
from lookup.store.elastic.names import Names
from lookup.store.protocol import Head
from lookup.store.rows import record_of

_TEXTS_AT_ONCE = 20
"""Log entries or portions of the quarantine of one answer: about 10 MB."""


def verify_serving(cluster: Cluster, environment: str) -> Head:
    """Check the serving generation as a whole and give its head.

    Raises `StoreDamaged` at the first fault, `CouldNotSearch` where it cannot be read.
    """
    with closing(building_client(cluster)) as client:
        ask = patiently(client)
        serving = read_serving(ask, Names(cluster.prefix), environment)
        if serving is None:
            raise CouldNotSearch("Nothing was published in the store yet: run `immunity sync`.")
        with point_in_time(ask, serving.index) as moment:
            check_moment(moment)
        return serving.stored.head


def check_moment(moment: PointInTime) -> None:
    """Check what an index held at one moment. Raises `StoreDamaged` at the first fault."""
    heads = [head_of_document(document["_source"]) for document in moment.documents("head", by="_shard_doc")]
    _agree(len(heads) == 1, "head")
    last = _last_change(moment)
    counts = heads[0].head.counts
    if last is not None and last.head.revision > heads[0].head.revision:
        counts = last.head.counts
    _agree(_live(moment, last) == Counter({kind: count for kind, count in counts.items() if count}), "counts")
    _check_quarantine(moment, heads[0])


def _live(moment: PointInTime, last: Change | None) -> Counter[Kind]:
    """Count the live records of each kind, with the last revision whole: the moment may lie between its log entry,
    which is the commit, and its records."""
    records = {row.key: record_of(*row) for row in (last.rows if last is not None else ())}
    live: Counter[Kind] = Counter()
    for document in moment.documents("record", by="key"):
        record = _checked(document)
        committed = records.pop(record.key, record)
        newest = committed if committed.revision > record.revision else record
        live[newest.kind] += not newest.deleted
    for record in records.values():
        live[record.kind] += not record.deleted
    return +live


def _checked(document: Document) -> Record:
    row = row_of_document(document["_source"])
    record = record_of.__wrapped__(*row)
    _agree(document["_id"] == row.key and document["_source"] == record_document(row, record.content), "records")
    return record


def _last_change(moment: PointInTime) -> Change | None:
    last = None
    for document in moment.documents("change", by="revision", size=_TEXTS_AT_ONCE):
        last = change_of_document(document["_source"])
        _agree(last.head.revision == document["_source"]["revision"], "log")
    return last


def _check_quarantine(moment: PointInTime, stored: StoredHead) -> None:
    """The portions of the last pass are there, each as it was written; the others wait to be removed."""
    there = set(_quarantine(moment))
    expected = {quarantine_id(stored.quarantine_pass, portion) for portion in range(stored.quarantine_portions)}
    _agree(expected <= there, "quarantine")


def _quarantine(moment: PointInTime) -> Iterator[str]:
    for document in moment.documents("quarantine", by="_shard_doc", size=_TEXTS_AT_ONCE):
        quarantine_of_document(document["_source"])
        yield document["_id"]


def _agree(whole: bool, what: str) -> None:
    if not whole:
        raise StoreDamaged(f"The {what} of the store are not what was published: build the store again.")
