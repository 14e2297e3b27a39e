"""An issuer of tokens that a certified provider would never give: on loopback, with keys and documents of our own.

Decides nothing of what is right: it publishes what a test tells it, counts how often it is asked, can be taken away,
and signs whatever claims it is given.
"""

import base64
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

KEY_OF_ALGORITHM: dict[str, Any] = {
    "RS256": lambda: RSAKey.generate_key(2048),
    "PS256": lambda: RSAKey.generate_key(2048),
    "ES256": lambda: ECKey.generate_key("P-256"),
    "Ed25519": lambda: OKPKey.generate_key("Ed25519"),
}
_ANYTHING = JWSRegistry(
    {"critical_thing": HeaderParameter("what only the issuer knows", "int")},
    algorithms=list(JWSRegistry.algorithms),
    strict_check_header=False,
)


@dataclass
class Issuer:
    """Publishes a discovery document and keys, while it runs; `answers` is what stands at other paths."""

    keys: dict[str, Key] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    key_set: dict[str, Any] | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    port: int = 0
    status: int = 200
    server: ThreadingHTTPServer | None = None

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, where it listened before if it did."""
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def add_key(self, kid: str, algorithm: str = "ES256") -> Key:
        self.keys[kid] = KEY_OF_ALGORITHM[algorithm]()
        return self.keys[kid]

    def document(self, path: str) -> dict[str, Any] | None:
        """Give what stands at a path. The keys are asked for once in each fetch, so they are counted."""
        if path == "/jwks":
            self.asked += 1
            public = [key.as_dict(private=False) | {"kid": kid, "use": "sig"} for kid, key in self.keys.items()]
            return self.key_set or {"keys": public}
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.name, "jwks_uri": f"{self.name}/jwks"} | self.metadata
        return self.answers.get(path)

    def mint(self, claims: Mapping[str, Any], kid: str = "one", algorithm: str = "ES256", **header: Any) -> str:
        """Sign claims with a key that it publishes."""
        return mint(claims, self.keys[kid], {"alg": algorithm, "kid": kid, "typ": "at+jwt"} | header)


def mint(claims: Mapping[str, Any], key: Any, header: Mapping[str, Any]) -> str:
    """Sign claims with any key; header members that are None are left out."""
    given = {name: value for name, value in header.items() if value is not None}
    return jwt.encode(given, dict(claims), key, registry=_ANYTHING, default_type=None)


def unsigned(claims: Mapping[str, Any], header: Mapping[str, Any]) -> str:
    """Write a token that nobody signed."""
    return ".".join((*(_text(json.dumps(part).encode()) for part in (header, claims)), ""))


def signed_with_secret(claims: Mapping[str, Any], secret: bytes, header: Mapping[str, Any]) -> str:
    """Sign claims as HS256, HS384 or HS512 with whatever bytes: no library would take a public key for a secret."""
    text = unsigned(claims, header)[:-1]
    return f"{text}.{_text(hmac.digest(secret, text.encode(), header['alg'].replace('HS', 'sha')))}"


def _text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = issuer.document(self.path.removeprefix("/moved"))
            status = 200 if self.path.startswith("/moved") else issuer.status
            self.send_response(status if document is not None else 404)
            if status == 302:
                self.send_header("Location", f"{issuer.name}/moved{self.path}")
            body = json.dumps(document).encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_args: Any) -> None:
            """Write nothing."""

    return Handler
