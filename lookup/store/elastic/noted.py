"""What the indexer noted about its work, read from the control index.

Decides nothing: a note that is not there, or cannot be understood, is an empty one.
"""

from lookup.store.elastic.client import Ask
from lookup.store.elastic.documents import WORK_ID
from lookup.store.elastic.names import Names
from lookup.store.protocol import Work
from lookup.store.work import decode_work


def read_work(ask: Ask, names: Names) -> Work:
    """Give what the indexer noted last. Raises `CouldNotSearch` where that cannot be read."""
    answer = ask(
        "reading what the indexer does",
        lambda client: client.options(ignore_status=404).get(index=names.control, id=WORK_ID),
    )
    return decode_work(answer["_source"].get("text") if answer.get("found") else None)
