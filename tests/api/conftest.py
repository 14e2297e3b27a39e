"""The fixtures of the services, for pytest to find."""

from tests.api.serving import (
    app,
    ask_console,
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
    "ask_console",
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
