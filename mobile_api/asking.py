"""One question from HTTP: answered, told to the audit trail, watched for what no honest work looks like.

Decides what every way of asking has in common, the API and the page. What the answer is decides `lookup.service`.
"""

import logging
from typing import Any

from lookup.answers import Answer
from lookup.queries import read_query
from mobile_api.access.caller import Caller
from mobile_api.audited import told
from mobile_api.runtime import Runtime

_LOG = logging.getLogger("mobile_api")


def ask(now: Runtime, caller: Caller, body: Any) -> tuple[Answer, bytes]:
    """Answer the question in `body` for a caller: the answer, and the bytes of it that the trail has the digest of.

    Raises `InvalidRequest` where it cannot be understood, `CouldNotSearch` where no store could really look.
    """
    answer = now.service.answer(read_query(body))
    if caller.kind == "camera":
        answer = answer.without_person()
    text = answer.to_json()
    telling = told()
    telling.answered(answer, text, body)
    for alarm in now.alarms.notice(caller, answer, now.clock()):
        _LOG.warning("%s was raised; the audit trail names the caller", alarm)
        telling.happened(alarm, "done", lookup_id=str(answer.lookup_id))
    return answer, text
