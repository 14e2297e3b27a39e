"""The fixtures of the services, those that tests of the interface have, and people who sign in."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.access.people import Browser, Somebody, enrol
from tests.api.conftest import *  # noqa: F403 - one list of them
from tests.api.serving import MovableClock


@pytest.fixture
def officer(center: Flask, clock: MovableClock) -> Somebody:
    return enrol(center, clock)


@pytest.fixture
def operator(center: Flask, clock: MovableClock) -> Somebody:
    return enrol(center, clock, "operator")


@pytest.fixture
def browser(center: Flask) -> Browser:
    """A browser at the console."""
    return Browser(center)


@pytest.fixture
def roadside(app: Flask) -> Callable[[Browser], Browser]:
    """Opens the roadside page in the same browser: one host name, another port, the same cookies."""

    def open_there(browser: Browser) -> Browser:
        there = Browser(app, browser.base_url)
        for base in ("immunity_session", "__Host-immunity_session"):
            value = browser.cookie(base)
            if value is not None:
                there.client.set_cookie(base, value)
        return there

    return open_there
