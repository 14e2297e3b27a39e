"""TLS that the services end themselves (CJIS SC-8, SC-13): who gets in, by which version, and what stops the start."""

import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from lookup.clock import system_clock
from lookup.errors import ConfigurationError
from lookup.settings import Settings, variables_of
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest
from mobile_api.tls import tls_context
from mobile_api.worker.line import READ_S
from tests.api.real_server import PROGRAM
from tests.operations.processes import PATIENCE_S, Client, Service, ask, service, until

PIECE, RECORD = 8192, 16_384
"""What the server reads at once, and the most that a record of TLS holds."""


class Certificates:
    """An authority of the services, one of the clients, and certificates that they made, as files."""

    def __init__(self, directory: Path) -> None:
        self.authority, self.clients, self.strangers = trustme.CA(), trustme.CA(), trustme.CA()
        own = self.authority.issue_cert("localhost")
        self.certificate, self.key, self.client_ca = (
            directory / name for name in ("own.crt", "own.key", "clients.crt")
        )
        own.private_key_pem.write_to_path(str(self.key))
        for blob in own.cert_chain_pems:
            blob.write_to_path(str(self.certificate))  # one: it hangs on the authority itself
        self.clients.cert_pem.write_to_path(str(self.client_ca))

    def client(self, issuer: trustme.CA | None = None) -> ssl.SSLContext:
        """Give a client that believes our authority, with a certificate of `issuer`."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        if issuer is not None:
            issuer.issue_cert("patrol@example.org").configure_cert(context)
        return context

    def settings(self, settings: Settings, *, mutual: bool) -> Settings:
        client_ca = self.client_ca if mutual else None
        return replace(settings, tls_certificate=self.certificate, tls_key=self.key, tls_client_ca=client_ca)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def token(settings: Settings) -> str:
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    _, made = keys.create(KeyRequest("tls test", frozenset({"lookup"})))
    keys.close()
    return made


@pytest.fixture(scope="module")
def with_tls(settings: Settings, certificates: Certificates) -> Iterator[Service]:
    with service(certificates.settings(settings, mutual=False), workers="1") as running:
        yield running


@pytest.fixture(scope="module")
def with_mutual_tls(settings: Settings, certificates: Certificates) -> Iterator[Service]:
    with service(certificates.settings(settings, mutual=True), workers="1") as running:
        yield running


def test_a_lookup_is_answered_over_tls_on_a_connection_that_is_kept(
    with_tls: Service, certificates: Certificates, token: str
) -> None:
    with Client(with_tls.port, token, certificates.client()) as client:
        for _ in range(3):
            status, body = client.ask("/v1/lookups", {"plate": "DZZ9999"})
            assert (status, json.loads(body)["outcome"]) == (200, "no_record")
            assert client.goes_on
            assert client.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_body_longer_than_a_record_of_tls_arrives_whole(
    with_tls: Service, certificates: Certificates, token: str
) -> None:
    queries = [{"plate": "DZZ9999", "reference": "r" * 64, "requestor": "s" * 30} for _ in range(100)]
    body = {"queries": queries}
    assert len(json.dumps(body)) > 8192
    status, text = ask(with_tls.port, "/v1/lookups/batch", token, body, certificates.client())
    assert (status, len(json.loads(text)["answers"])) == (200, 100)


def test_questions_sent_one_after_the_other_without_waiting_are_all_answered(
    with_tls: Service, certificates: Certificates
) -> None:
    """The last one begins where a piece that the server reads ends, inside one record of TLS: nothing more arrives
    that could wake the server up."""
    question = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Length: so-that-this-is-64\r\n\r\n"
    last = b"GET /healthz HTTP/1.0\r\n\r\n"
    count = PIECE // len(question)
    assert (count * len(question), count * len(question) + len(last) < RECORD) == (PIECE, True)
    raw = socket.create_connection(("127.0.0.1", with_tls.port), timeout=PATIENCE_S)
    with certificates.client().wrap_socket(raw, server_hostname="localhost") as connection:
        connection.sendall(question * count + last)
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert received.count(b" 200 OK\r\n") == count + 1


def test_the_end_of_a_connection_is_said_as_tls_has_it(with_tls: Service, certificates: Certificates) -> None:
    raw = socket.create_connection(("127.0.0.1", with_tls.port), timeout=PATIENCE_S)
    tls = certificates.client()
    with tls.wrap_socket(raw, server_hostname="localhost", suppress_ragged_eofs=False) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65_536), b""))  # else: SSLEOFError
    assert received.endswith(b'{"status":"alive"}\n')


def test_who_hangs_up_before_an_answer_disturbs_nothing(settings: Settings, certificates: Certificates) -> None:
    with service(certificates.settings(settings, mutual=False), workers="1") as running:
        assert ask(running.port, "/healthz", tls=certificates.client())[0] == 200
        for _ in range(10):
            raw = socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_S)
            connection = certificates.client().wrap_socket(raw, server_hostname="localhost")
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        assert ask(running.port, "/healthz", tls=certificates.client())[0] == 200
        assert running.stop() == 0
        assert "failed" not in running.log()


def test_who_speaks_without_tls_is_not_answered(with_tls: Service) -> None:
    with socket.create_connection(("127.0.0.1", with_tls.port), timeout=PATIENCE_S) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP/1" not in b"".join(iter(lambda: connection.recv(65_536), b""))


def test_tls_older_than_1_2_is_refused_by_the_server(with_tls: Service, certificates: Certificates) -> None:
    old = certificates.client()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError) as refused:
        Client(with_tls.port, "", old)
    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_with_tls_1_2_only_ciphers_that_authenticate_are_taken(with_tls: Service, certificates: Certificates) -> None:
    weak = certificates.client()
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0")  # without authentication
    with pytest.raises(ssl.SSLError) as refused:
        Client(with_tls.port, "", weak)
    assert refused.value.reason == "SSLV3_ALERT_HANDSHAKE_FAILURE"
    good = certificates.client()
    good.maximum_version = ssl.TLSVersion.TLSv1_2
    assert ask(with_tls.port, "/healthz", tls=good)[0] == 200


def test_a_client_with_a_certificate_of_the_right_authority_is_answered(
    with_mutual_tls: Service, certificates: Certificates, token: str
) -> None:
    known = certificates.client(certificates.clients)
    assert ask(with_mutual_tls.port, "/v1/lookups", token, {"plate": "DZZ9999"}, known)[0] == 200


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [(None, "TLSV13_ALERT_CERTIFICATE_REQUIRED"), ("strangers", "TLSV1_ALERT_UNKNOWN_CA")],
)
def test_a_client_without_such_a_certificate_is_refused(
    with_mutual_tls: Service, certificates: Certificates, token: str, issuer: str | None, reason: str
) -> None:
    unknown = certificates.client(None if issuer is None else getattr(certificates, issuer))
    with pytest.raises(ssl.SSLError) as refused:
        ask(with_mutual_tls.port, "/v1/lookups", token, {"plate": "DZZ9999"}, unknown)
    assert refused.value.reason == reason


def test_half_handshakes_keep_nobody_from_an_answer(
    with_tls: Service, certificates: Certificates, settings: Settings
) -> None:
    halves = [socket.create_connection(("127.0.0.1", with_tls.port)) for _ in range(settings.threads + 1)]
    for half in halves:
        half.sendall(b"\x16\x03\x01")  # the beginning of a ClientHello
    assert ask(with_tls.port, "/healthz", tls=certificates.client())[0] == 200
    for half in halves:
        half.close()
    assert READ_S < PATIENCE_S / 2  # so that the answer came after the halves were given up, not in spite of a limit


def test_a_renewed_certificate_is_in_force_after_a_reload(settings: Settings, tmp_path: Path) -> None:
    old = Certificates(tmp_path)
    with service(old.settings(settings, mutual=False), workers="1") as running:
        assert ask(running.port, "/healthz", tls=old.client())[0] == 200
        (before,) = running.workers()
        new = Certificates(tmp_path)
        running.signal(signal.SIGHUP)
        until(lambda: running.workers() != [] and before not in running.workers())
        assert ask(running.port, "/healthz", tls=new.client())[0] == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(running.port, "/healthz", tls=old.client())


WRONG = {
    "tls_certificate without tls_key": (True, False, None, "together"),
    "tls_key without tls_certificate": (False, True, None, "together"),
    "tls_client_ca alone": (False, False, "clients.crt", "needs both"),
    "a client authority that is a key": (True, True, "own.key", "tls_client_ca cannot be used"),
    "a client authority that is not there": (True, True, "missing.crt", "tls_client_ca cannot be used"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_belong_together_stops_the_start(
    case: str, settings: Settings, certificates: Certificates
) -> None:
    certificate, key, client_ca, said = WRONG[case]
    wrong = replace(
        settings,
        tls_certificate=certificates.certificate if certificate else None,
        tls_key=certificates.key if key else None,
        tls_client_ca=certificates.key.parent / client_ca if client_ca else None,
    )
    with pytest.raises(ConfigurationError, match=said):
        tls_context(wrong)


def test_a_key_of_another_certificate_stops_the_start(
    settings: Settings, certificates: Certificates, tmp_path: Path
) -> None:
    wrong = replace(certificates.settings(settings, mutual=False), tls_key=Certificates(tmp_path).key)
    with pytest.raises(ConfigurationError, match="tls_certificate and tls_key cannot be used: KEY_VALUES_MISMATCH"):
        tls_context(wrong)


def test_a_key_that_nobody_can_unlock_stops_the_start(
    settings: Settings, certificates: Certificates, tmp_path: Path
) -> None:
    key = load_pem_private_key(certificates.key.read_bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")))
    with pytest.raises(ConfigurationError, match="encrypted"):
        tls_context(replace(certificates.settings(settings, mutual=False), tls_key=locked))


def test_the_command_says_what_is_wrong_and_leaves_with_1(settings: Settings, certificates: Certificates) -> None:
    environ = os.environ | variables_of(replace(settings, tls_key=certificates.key))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "serve"], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Set tls_certificate and tls_key together" in done.stderr
