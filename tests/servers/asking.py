"""Asks a server plainly: no client of ours and none of Elasticsearch, so that a test sees what is really there."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from lookup.store.cluster import Access

TIMEOUT_S = 60
"""Long enough for a machine that starts several servers at once."""
NOBODY = Access()


def ask(
    url: str, method: str, path: str, body: Any = None, access: Access = NOBODY, timeout_s: float = TIMEOUT_S
) -> tuple[int, Any]:
    """Give status and JSON of an answer, whatever the status. Raises `OSError` where nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, _headers(access), method=method)  # noqa: S310 - our own server
    trust = ssl.create_default_context(cafile=access.ca) if access.ca else None
    try:
        with urllib.request.urlopen(request, timeout=timeout_s, context=trust) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def delete_indices(url: str, prefix: str) -> None:
    """Delete every index whose name begins with PREFIX-, each by its whole name: a star deletes too much."""
    status, found = ask(url, "GET", f"/{prefix}-*/_alias?expand_wildcards=all")
    assert status == 200, found
    if found:
        status, answer = ask(url, "DELETE", "/" + ",".join(found))
        assert status == 200, answer


def _headers(access: Access) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if access.user is not None:
        pair = f"{access.user}:{access.password}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return headers
