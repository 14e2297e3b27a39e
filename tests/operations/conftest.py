"""The services and their registry, as the tests of the interface have them."""

from tests.api.serving import (
    app,
    card,
    center,
    clock,
    console_service,
    lookup_service,
    make_key,
    plate,
    settings,
    stopped_clock,
    synced,
    vehicles,
)

__all__ = [
    "app",
    "card",
    "center",
    "clock",
    "console_service",
    "lookup_service",
    "make_key",
    "plate",
    "settings",
    "stopped_clock",
    "synced",
    "vehicles",
]
