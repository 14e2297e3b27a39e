"""What the OpenID provider publishes of itself: its discovery document and the keys that it signs with.

Decides how both are fetched (over TLS, without redirects, bounded in time and size) and what of them is believed: an
issuer that is exactly ours, addresses under TLS, public keys for signatures of a kind that `ALGORITHMS` names. When
they are fetched is decided in `provider`.
"""

import json
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from lookup.errors import ConfigurationError

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519")
"""Signatures that only the holder of a private key can make. Never `none` nor an HMAC, whose key everybody would hold
who can check it (RFC 8725, section 3.1)."""
WELL_KNOWN = "/.well-known/openid-configuration"
TIMEOUT_S = 3
"""For each of the two documents: a provider answers in milliseconds, and somebody may wait at a roadside."""
_MAX_BYTES = 1 << 20
_LEAST_RSA_BITS = 2048
"""NIST SP 800-131A; RFC 7518, section 3.3."""
_CURVES = frozenset({"P-256", "Ed25519"})
_ENDPOINTS = ("jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint")


class ProviderUnreachable(Exception):
    """The provider did not give its documents, or not such as can be believed. The text names no address."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What the provider said: its metadata, and its keys by their id."""

    metadata: Mapping[str, Any] = field(repr=False)
    keys: Mapping[str, Key] = field(repr=False)


def trust_of(ca: Path | None) -> ssl.SSLContext:
    """Give what decides whom we believe to be the provider. Raises `ConfigurationError` where the file cannot be
    read."""
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError("Setting oidc_ca: this is no readable file of certificates.") from error


def fetch_documents(issuer: str, trust: ssl.SSLContext) -> Documents:
    """Ask the provider for both documents. Raises `ProviderUnreachable`."""
    metadata = _fetch(issuer.rstrip("/") + WELL_KNOWN, trust)
    if metadata.get("issuer") != issuer:  # OpenID Connect Discovery 1.0, section 4.3
        raise ProviderUnreachable("the discovery document is of another issuer than the setting oidc_issuer names")
    _check_endpoints(metadata, issuer)
    return Documents(metadata, _usable_keys(_fetch(metadata["jwks_uri"], trust)))


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nowhere: what the provider says stands at the addresses that it names."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _fetch(url: str, trust: ssl.SSLContext) -> dict[str, Any]:
    opener = urllib.request.build_opener(_NoRedirects, urllib.request.HTTPSHandler(context=trust))
    try:
        asked = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - https, or loopback
        with opener.open(asked, timeout=TIMEOUT_S) as answer:
            text = answer.read(_MAX_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:  # ValueError: what is no address
        raise ProviderUnreachable(f"no answer: {type(error).__name__}") from error
    try:
        found = json.loads(text) if len(text) <= _MAX_BYTES else None
    except (ValueError, RecursionError) as error:
        raise ProviderUnreachable("an answer that is not JSON") from error
    if not isinstance(found, dict):
        raise ProviderUnreachable("an answer that is no JSON object, or too long")
    return found


def _check_endpoints(metadata: Mapping[str, Any], issuer: str) -> None:
    """Refuse addresses without TLS, unless the issuer itself is one: on loopback nothing leaves the machine."""
    scheme = issuer.partition("//")[0] + "//"
    for name in _ENDPOINTS:
        address = metadata.get(name)
        absent = address is None and name != "jwks_uri"
        if not absent and not (isinstance(address, str) and address.startswith(("https://", scheme))):
            raise ProviderUnreachable(f"{name} is missing, or not an address under TLS")


def _usable_keys(key_set: Mapping[str, Any]) -> dict[str, Key]:
    """Read the keys that can check a signature of ours; others, which a provider may publish too, are left out."""
    members = key_set.get("keys")
    if not isinstance(members, list):
        raise ProviderUnreachable("a key set without keys")
    found = {member["kid"]: key for member in members if (key := _usable_key(member)) is not None}
    if not found:
        raise ProviderUnreachable("a key set without a usable key")
    return found


def _usable_key(member: Any) -> Key | None:
    named = isinstance(member, dict) and isinstance(member.get("kid"), str)
    if not named or member.get("use", "sig") != "sig" or member.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return None
    if member.get("kty") == "oct":
        return None  # a secret that anybody can read
    try:
        key = import_key(member)
    except (JoseError, ValueError, TypeError, AttributeError, KeyError):
        return None
    if isinstance(key, RSAKey):
        return key if key.public_key.key_size >= _LEAST_RSA_BITS else None
    return key if isinstance(key, ECKey | OKPKey) and key.curve_name in _CURVES else None
