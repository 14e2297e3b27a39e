"""A real, certified OpenID provider on loopback, over TLS, with invented people.

Decides who there is to sign in, how the provider is started, killed, brought back and given other keys, and how a
person walks through its sign-in with a plain HTTP client. Where the provider comes from is in `openid_package`.
"""

import base64
import hashlib
import json
import secrets
import shutil
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests
import trustme
from joserfc.jwk import ECKey, RSAKey

from tests.servers.missing import program
from tests.servers.openid_package import installed
from tests.servers.workplace import Workplace, await_start, free_ports, workplace

START_S = 60
AUDIENCE = "immunity-lookup"
RESOURCE = "urn:immunity:lookup"
"""What a terminal names to get a token for the lookup service."""
CONSOLE_URL = "https://console.invalid:8443"
"""Where a browser would find the console; the tests bring the provider's answer to it themselves."""
CALLBACK = f"{CONSOLE_URL}/sign-in/callback"
TERMINAL_CALLBACK = "https://terminal.invalid/back"
TIMEOUT_S = 30
MOST_STEPS = 10
"""Redirects of one sign-in, more than any needs."""


@dataclass(frozen=True)
class InventedPerson:
    """Somebody at the provider. Without a `code` they have no second factor there."""

    name: str
    scopes: tuple[str, ...]
    ori: str | None = "ZZ0010000"
    code: str | None = "271828"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)

    def told(self) -> dict[str, Any]:
        """Say what the provider knows of them."""
        claims = {
            "given_name": "Ola",
            "family_name": "Invented",
            "employer": "Invented PD",
            "ori": self.ori,
            "sworn_officer": True,
            "ncic_certified": False,
        }
        return {"password": self.password, "code": self.code, "scopes": self.scopes, "claims": claims}


OFFICER = InventedPerson("officer", ("lookup",))
OPERATOR = InventedPerson("operator", ("lookup", "console"))
AUDITOR = InventedPerson("auditor", ("audit",), ori=None)
WITHOUT_ORI = InventedPerson("without-ori", ("lookup",), ori=None)
BOTH_SIDES = InventedPerson("both-sides", ("lookup", "audit"))
ONE_FACTOR = InventedPerson("one-factor", ("lookup",), code=None)
WITHOUT_ROLE = InventedPerson("without-role", ())
PEOPLE = (OFFICER, OPERATOR, AUDITOR, WITHOUT_ORI, BOTH_SIDES, ONE_FACTOR, WITHOUT_ROLE)


class NotSentBack(Exception):
    """Somebody who signed in at the provider was not let in there."""


class RunningOpenid:
    """A provider that runs. A test that kills it or changes its keys leaves it running again."""

    def __init__(self, place: Workplace, node: Path) -> None:
        self._place, self._node = place, node
        self._folder = place.folder("provider")
        self._port = free_ports(1)[0]
        self.issuer = f"https://127.0.0.1:{self._port}"
        self.client_id, self.client_secret = "console", secrets.token_urlsafe(24)
        self.ca = self._folder / "ca.pem"
        self._keys: list[dict[str, Any]] = []
        self._process: subprocess.Popen[bytes] | None = None
        _lay_out(self._folder, self.ca)
        self._add_keys()

    def start(self) -> None:
        """Start it, where it listened before, with the keys that it has now."""
        self._write_plan()
        command = [str(self._node), "server.mjs", "plan.json"]
        self._process = self._place.start(command, self._folder, {}, signal.SIGTERM)
        await_start(self._process, self._answers, self._folder, START_S)

    def kill(self) -> None:
        """Kill it. Nobody listens at its port then."""
        if self._process is not None:
            self._place.end(self._process, signal.SIGKILL)

    def rotate(self, keep_old: bool) -> None:
        """Let it sign with new keys, and still publish the old ones, or not."""
        old = self._keys if keep_old else []
        self._keys = []
        self._add_keys()
        self._keys += old
        self.kill()
        self.start()

    def walk(self, address: str, person: InventedPerson | None) -> str:
        """Sign in at the provider as this person (None: cancel), from the address where a browser was sent, and give
        the address to which the browser is sent back."""
        typed = {"name": person.name, "password": person.password, "code": person.code or ""} if person else None
        with self._client() as browser:
            for _ in range(MOST_STEPS):
                if not address.startswith(self.issuer):
                    return address
                answer = browser.get(address, allow_redirects=False, timeout=TIMEOUT_S)
                if answer.status_code == HTTPStatus.OK:  # the form
                    data = typed or {"cancel": "yes"}
                    answer = browser.post(address, data=data, allow_redirects=False, timeout=TIMEOUT_S)
                if not answer.is_redirect:
                    break
                address = urljoin(address, answer.headers["Location"])
        raise NotSentBack(f"the provider answered {answer.status_code} in the end")

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """Ask it something plainly, as nobody."""
        with self._client() as client:
            return client.request(method, self.issuer + path, allow_redirects=False, timeout=TIMEOUT_S, **given)

    def bearer_token(self, person: InventedPerson, scopes: Sequence[str] = ("lookup",)) -> str:
        """Get a token for the lookup service as a terminal does: a public client, with the code flow and PKCE."""
        verifier = secrets.token_urlsafe(48)
        asked = {
            "client_id": "terminal",
            "response_type": "code",
            "redirect_uri": TERMINAL_CALLBACK,
            "scope": " ".join(("openid", *scopes)),
            "resource": RESOURCE,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        back = self.walk(self.address_of(asked), person)
        answer = parse_qs(urlsplit(back).query)
        redeemed = {
            "grant_type": "authorization_code",
            "client_id": "terminal",
            "code": answer["code"][0],
            "redirect_uri": TERMINAL_CALLBACK,
            "code_verifier": verifier,
        }
        token: str = self.ask("POST", "/token", data=redeemed).json()["access_token"]
        return token

    def address_of(self, asked: Mapping[str, str]) -> str:
        """Give the address at which a browser asks for a sign-in."""
        return f"{self.issuer}/auth?{urlencode(asked)}"

    def _client(self) -> requests.Session:
        """Make a plain client that believes the provider's authority, whatever the environment says."""
        client = requests.Session()
        client.verify, client.trust_env = str(self.ca), False
        return client

    def _add_keys(self) -> None:
        for key, algorithm in ((RSAKey.generate_key(2048), "RS256"), (ECKey.generate_key("P-256"), "ES256")):
            named = {"kid": secrets.token_hex(4), "use": "sig", "alg": algorithm}
            self._keys.append({**key.as_dict(private=True), **named})

    def _write_plan(self) -> None:
        console = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uris": [CALLBACK],
        }
        terminal = {
            "client_id": "terminal",
            "token_endpoint_auth_method": "none",
            "redirect_uris": [TERMINAL_CALLBACK],
        }
        plan = {
            "issuer": self.issuer,
            "port": self._port,
            "certificate": "certificate.pem",
            "key": "key.pem",
            "jwks": {"keys": self._keys},
            "clients": [console, terminal],
            "people": {person.name: person.told() for person in PEOPLE},
            "audience": AUDIENCE,
            "cookie_key": secrets.token_hex(16),
        }
        (self._folder / "plan.json").write_text(json.dumps(plan))
        self._place.account.own(self._folder)

    def _answers(self) -> bool:
        trust = ssl.create_default_context(cafile=self.ca)
        try:
            with urllib.request.urlopen(f"{self.issuer}/jwks", timeout=TIMEOUT_S, context=trust):  # noqa: S310
                return True
        except urllib.error.URLError:
            return False


@contextmanager
def running_openid() -> Iterator[RunningOpenid]:
    """Run a provider and stop it afterwards. Raises `MissingPiece` where the machine lacks Node.js, `DidNotStart`."""
    node = program("node", "nodejs")
    installed()
    with workplace("openid") as place:
        server = RunningOpenid(place, node)
        server.start()
        try:
            yield server
        finally:
            server.kill()


def challenge_of(verifier: str) -> str:
    """Give the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _lay_out(folder: Path, ca: Path) -> None:
    """Lay out the program with its packages, and a certificate for loopback."""
    shutil.copytree(installed(), folder, dirs_exist_ok=True)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(ca))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "certificate.pem"))
