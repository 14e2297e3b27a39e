"""TLS where the services end it themselves: their certificate, and whose certificates clients must have.

Decides the versions and ciphers (TLS 1.2 or later, forward secrecy, authenticated encryption: CJIS SC-8, NIST SP 800-52
Rev. 2) and which settings belong together. Behind a proxy that ends TLS none of this is set.
"""

import ssl
from collections.abc import Callable
from typing import Any

from lookup.errors import ConfigurationError
from lookup.settings import Settings

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; those of TLS 1.3 are all good and not chosen here."""


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Make the context of a service's connections; None where the settings name no certificate.

    Raises `ConfigurationError` where they do not belong together or a file cannot be used.
    """
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None or key is None:
        if certificate or key or settings.tls_client_ca:
            raise ConfigurationError(
                "Set tls_certificate and tls_key together; tls_client_ca needs both. None of the three: no TLS here."
            )
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    _use("tls_certificate and tls_key", lambda: context.load_cert_chain(certificate, key, _no_password))
    if settings.tls_client_ca is not None:
        _use("tls_client_ca", lambda: context.load_verify_locations(settings.tls_client_ca))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def tls_options(settings: Settings) -> dict[str, Any]:
    """Give gunicorn's options for TLS. Each worker makes its context as it starts: a renewed certificate is in force
    with the next reload (SIGHUP)."""
    if settings.tls_certificate is None:
        return {}
    return {
        "certfile": str(settings.tls_certificate),
        "keyfile": str(settings.tls_key),
        "ssl_context": lambda _config, _default: tls_context(settings),
    }


def _use(names: str, load: Callable[[], None]) -> None:
    try:
        load()
    except OSError as error:  # ssl.SSLError too
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else error.strerror
        raise ConfigurationError(f"The files of the settings {names} cannot be used: {reason}.") from error


def _no_password() -> str:
    raise ConfigurationError("The key of the setting tls_key is encrypted: nobody is there to type its password.")
