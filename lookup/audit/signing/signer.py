"""The key that signs the heads of a node's audit trail, and its public half by which anybody checks them.

Decides the algorithm (Ed25519, RFC 8032), where the keys lie and how a public key is named: by its fingerprint, which
the operator writes down elsewhere. What is signed is decided in `checkpoint`.
"""

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from lookup.audit.chain import digest_of
from lookup.keyfile import read_or_create_key
from lookup.owner import give_file_to_owner, make_directory

SECRET_NAME = "audit.key"  # noqa: S105 - the name of a file
"""In the data directory, mode 0600: the 32 bytes from which the key is made."""


class Signer:
    """Signs for one node."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key()
        self.fingerprint = fingerprint_of(self.public)

    def sign(self, data: bytes) -> bytes:
        """Give the signature of `data`, 64 bytes."""
        return self._key.sign(data)


def signer_of(data_dir: Path) -> Signer:
    """Give the signer of a node, with a key of its own from the first time on.

    Raises `ConfigurationError` where its file cannot be used.
    """
    return Signer(read_or_create_key(data_dir / SECRET_NAME))


def is_signature(signature: bytes, data: bytes, public: Ed25519PublicKey) -> bool:
    """Tell whether `signature` of `data` was made with the secret half of `public`."""
    try:
        public.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def fingerprint_of(public: Ed25519PublicKey) -> str:
    """Name a public key: the SHA-256 of its 32 bytes."""
    return digest_of(public.public_bytes_raw())


def public_key_path(audit_dir: Path, fingerprint: str) -> Path:
    """Give the file of a public key; it lies beside the heads that it checks."""
    return audit_dir / f"public-{fingerprint.removeprefix('sha256:')[:16]}.pem"


def publish_key(audit_dir: Path, public: Ed25519PublicKey) -> None:
    """Write a public key beside the heads, where it is not there yet. Raises `OSError`."""
    path = public_key_path(audit_dir, fingerprint_of(public))
    if path.exists():
        return
    make_directory(audit_dir)
    beside = path.with_suffix(f".{secrets.token_hex(6)}")
    beside.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    give_file_to_owner(beside)
    beside.replace(path)


def read_public_key(path: Path) -> Ed25519PublicKey | None:
    """Give the public key in a file; None where it holds no such key. Raises `OSError` where it cannot be read."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None
