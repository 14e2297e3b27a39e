"""Where a browser finds the two services: the roadside page, and the console at which people sign in.

Decides the addresses by the settings alone, never by what a request says. Without a setting they are those at which the
services listen, which is right on one machine.
"""

from lookup.settings import Settings


def console_address(settings: Settings) -> str:
    """Give the address of the console, without a slash at its end."""
    return (settings.console_url or _listening(settings, settings.console_bind)).rstrip("/")


def roadside_address(settings: Settings) -> str:
    """Give the address of the roadside page, without a slash at its end."""
    return (settings.roadside_url or _listening(settings, settings.bind)).rstrip("/")


def _listening(settings: Settings, bind: str) -> str:
    scheme = "http" if settings.tls_certificate is None else "https"
    return f"{scheme}://{bind}"
