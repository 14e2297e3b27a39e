"""Where a request comes from, as far as that can be believed.

Decides whose word for it counts: the connection's own address, or, where that is a proxy that the settings name, what
it says in `X-Forwarded-For`. A caller can write that header too, so it is read from the end, proxy by proxy.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any


class SourceAddress:
    """Finds the address of callers, given the networks of the proxies that are believed."""

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        self._proxies = [ipaddress.ip_network(network) for network in trusted_proxies]

    def of(self, environ: Mapping[str, Any]) -> str:
        """Give the caller's address; that of the connection where nothing else can be believed."""
        address: str = environ.get("REMOTE_ADDR", "")
        if not self._proxies:
            return address
        hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        while hops and self._is_proxy(address):
            address, hops = hops[-1], hops[:-1]
        return address

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)
