"""The invented registry, for tests of what happens to a service under it."""

from tests.api.serving import plate, settings, synced, vehicles

__all__ = ["plate", "settings", "synced", "vehicles"]
