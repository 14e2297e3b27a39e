"""The OpenID provider of the tests: it lets in by password and code alone, and is exactly what its lock names."""

import json
from dataclasses import replace

import pytest

from tests.servers.openid import CALLBACK, OPERATOR, InventedPerson, NotSentBack, RunningOpenid, challenge_of
from tests.servers.openid_package import HOME, LOCK


def asked(openid: RunningOpenid) -> str:
    """The address of a sign-in that the console may ask for."""
    wanted = {"client_id": openid.client_id, "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid"}
    return openid.address_of(wanted | {"code_challenge": challenge_of("v" * 43), "code_challenge_method": "S256"})


def test_password_and_code_lead_back(openid: RunningOpenid) -> None:
    assert openid.walk(asked(openid), OPERATOR).startswith(f"{CALLBACK}?code=")


@pytest.mark.parametrize(
    "wrong", [replace(OPERATOR, password="wrong"), replace(OPERATOR, code="000000"), InventedPerson("nobody", ())]
)
def test_nobody_is_let_in_without(openid: RunningOpenid, wrong: InventedPerson) -> None:
    with pytest.raises(NotSentBack, match="401"):
        openid.walk(asked(openid), wrong)


def test_the_lock_file_pins_every_package_by_its_digest_and_names_no_registry() -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    del packages[""]
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())
    assert (HOME / ".npmrc").read_text() == "omit-lockfile-registry-resolved=true\n"
