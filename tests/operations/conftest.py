"""The services and their registry, those that tests of the interface have."""

from tests.api.conftest import *  # noqa: F403 - one list of them
