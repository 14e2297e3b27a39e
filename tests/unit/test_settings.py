"""Settings: which layer wins, what each takes, and that a wrong value or an unknown name stops the start."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from lookup.errors import ConfigurationError
from lookup.setting_fields import duration_text
from lookup.setting_table import SETTINGS
from lookup.settings import Settings, resolve_settings

OTHER_VALUES: dict[str, tuple[str, Any]] = {
    "environment": ("live", "live"),
    "data_dir": ("/srv/immunity", Path("/srv/immunity")),
    "store": ("sqlite:////srv/store", "sqlite:////srv/store"),
    "reading": ("direct", "direct"),
    "elasticsearch_user": ("immunity", "immunity"),
    "elasticsearch_password": ("not for anybody", "not for anybody"),
    "elasticsearch_api_key": ("bm90IGZvciBhbnlib2R5", "bm90IGZvciBhbnlib2R5"),
    "elasticsearch_ca": ("/srv/ca.pem", Path("/srv/ca.pem")),
    "database_user": ("registry", "registry"),
    "database_password": ("not for anybody either", "not for anybody either"),
    "overlap": ("30 min", timedelta(minutes=30)),
    "stale_after": ("10 min", timedelta(minutes=10)),
    "expire_after": ("90 h", timedelta(hours=90)),
    "bind": ("0.0.0.0:80", "0.0.0.0:80"),
    "console_bind": ("[::1]:81", "[::1]:81"),
    "workers": ("8", 8),
    "threads": ("256", 256),
    "operations_from": ("10.1.2.0/24, 10.9.9.9", ("10.1.2.0/24", "10.9.9.9/32")),
    "trusted_proxies": ("10.0.0.1", ("10.0.0.1/32",)),
    "node": ("node-2", "node-2"),
    "audit_dir": ("/srv/audit", Path("/srv/audit")),
    "audit_spool": ("/var/spool/audit", Path("/var/spool/audit")),
    "audit_publish": ("file:///mnt/heads", "file:///mnt/heads"),
    "audit_user": ("writer", "writer"),
    "audit_password": ("for nobody", "for nobody"),
    "audit_api_key": ("bm9ib2R5", "bm9ib2R5"),
    "audit_checkpoint": ("10 min", timedelta(minutes=10)),
    "audit_keep": ("800 d", timedelta(days=800)),
    "agency_rate": ("600", 600),
    "oidc_issuer": ("https://id.example", "https://id.example"),
    "oidc_client_id": ("console", "console"),
    "oidc_client_secret": ("nor for anybody", "nor for anybody"),
    "oidc_audience": ("lookup", "lookup"),
    "oidc_scope_claim": ("roles", "roles"),
    "oidc_ori_claim": ("employer_ori", "employer_ori"),
    "oidc_scopes": ("openid lookup", "openid lookup"),
    "oidc_acr": ("gold silver", "gold silver"),
    "oidc_ca": ("/srv/id.pem", Path("/srv/id.pem")),
    "console_url": ("https://console.example", "https://console.example"),
    "roadside_url": ("https://lookup.example", "https://lookup.example"),
    "idle_lock": ("10 min", timedelta(minutes=10)),
    "tls_certificate": ("/srv/tls.pem", Path("/srv/tls.pem")),
    "tls_key": ("/srv/tls.key", Path("/srv/tls.key")),
    "tls_client_ca": ("/srv/clients.pem", Path("/srv/clients.pem")),
    "security_contact": ("mailto:security@example.org", "mailto:security@example.org"),
    "language": ("es", "es"),
}
"""For each setting another value than its default: as it is written, and as it is in force."""

NAMES = [setting.name for setting in SETTINGS]


def resolved(options: Mapping[str, Any] | None = None, config: Path | None = None, **environ: Any) -> Settings:
    return resolve_settings(options or {}, config, environ)


def refusal(options: Mapping[str, Any] | None = None, config: Path | None = None, **environ: Any) -> str:
    with pytest.raises(ConfigurationError) as refused:
        resolved(options, config, **environ)
    return str(refused.value)


def written(directory: Path, text: str) -> Path:
    path = directory / "immunity.toml"
    path.write_text(text, encoding="utf-8")
    return path


# The layers


def test_every_setting_is_tried_here() -> None:
    assert set(OTHER_VALUES) == set(NAMES)


def test_without_any_layer_the_defaults_are_in_force() -> None:
    settings = resolved()
    assert (settings.environment, settings.language, settings.workers, settings.threads) == ("training", "en", 2, 4)
    assert (settings.stale_after, settings.expire_after) == (timedelta(hours=26), timedelta(hours=72))
    assert (settings.bind, settings.console_bind) == ("127.0.0.1:8080", "127.0.0.1:8081")
    assert (settings.operations_from, settings.trusted_proxies) == (("127.0.0.0/8", "::1/128"), ())
    assert settings.origins == dict.fromkeys(NAMES, "default")


@pytest.mark.parametrize("name", NAMES)
def test_an_option_stands_before_a_variable_before_the_file(tmp_path: Path, name: str) -> None:
    text, value = OTHER_VALUES[name]
    file = written(tmp_path, f'{name} = "{text}"')
    variable: dict[str, Any] = {f"IMMUNITY_{name.upper()}": text}
    default = str(getattr(resolved(), name))
    settings = resolved(config=file)
    assert (getattr(settings, name), settings.origins[name]) == (value, "file")
    settings = resolved(config=file, **variable)
    assert (getattr(settings, name), settings.origins[name]) == (value, "variable")
    settings = resolved({name: text}, file, **variable)
    assert (getattr(settings, name), settings.origins[name]) == (value, "option")
    assert str(value) != default


@pytest.mark.parametrize("name", NAMES)
def test_the_value_is_that_of_the_first_layer_that_has_one(tmp_path: Path, name: str) -> None:
    text, value = OTHER_VALUES[name]
    file = written(tmp_path, 'stale_after = "1 s"')
    wrong: dict[str, Any] = {f"IMMUNITY_{name.upper()}": "\x00 never read"}
    assert getattr(resolved({name: text}, file, **wrong), name) == value


def test_an_option_that_was_not_given_is_no_layer() -> None:
    settings = resolved({"environment": None}, IMMUNITY_ENVIRONMENT="live")
    assert (settings.environment, settings.origins["environment"]) == ("live", "variable")


def test_an_option_of_another_command_is_no_setting() -> None:
    assert resolved({"seed": 7}) == resolved()


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    file = written(tmp_path, "workers = 5")
    assert resolved(IMMUNITY_CONFIG=str(file)).workers == 5


def test_the_file_named_by_an_option_stands_before_that_of_the_variable(tmp_path: Path) -> None:
    file = written(tmp_path, "workers = 5")
    assert resolved(config=file, IMMUNITY_CONFIG=str(tmp_path / "not there")).workers == 5


def test_a_file_may_hold_numbers_and_lists(tmp_path: Path) -> None:
    settings = resolved(config=written(tmp_path, 'workers = 3\ntrusted_proxies = ["10.0.0.0/8", "::1"]\n'))
    assert (settings.workers, settings.trusted_proxies) == (3, ("10.0.0.0/8", "::1/128"))


def test_variables_of_others_and_of_the_tests_are_no_settings() -> None:
    assert resolved(OTHER_WORKERS="x", IMMUNITY_TEST_ANYTHING="x", immunity_workers="x") == resolved()


# What is derived


@pytest.mark.parametrize("environment", ["training", "live"])
def test_each_environment_has_its_own_data_directory_and_the_store_inside(environment: str) -> None:
    settings = resolved({"environment": environment})
    assert settings.data_dir == Path(platformdirs.user_data_dir("immunity-lookup")) / environment
    assert settings.store == f"sqlite:///{settings.data_dir}/store"


def test_the_store_lies_in_the_data_directory_that_was_named(tmp_path: Path) -> None:
    assert resolved({"data_dir": str(tmp_path)}).store == f"sqlite:///{tmp_path}/store"


def test_a_data_directory_is_absolute_and_knows_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/srv/somebody")
    assert resolved({"data_dir": "data"}).data_dir == tmp_path / "data"
    assert resolved({"data_dir": "~/data"}).data_dir == Path("/srv/somebody/data")


def test_the_handle_key_lies_in_the_data_directory(tmp_path: Path) -> None:
    settings = resolved({"data_dir": str(tmp_path / "data")})
    assert settings.handle_key() == settings.handle_key() == (tmp_path / "data" / "handle.key").read_bytes()


def test_the_audit_trail_lies_in_the_data_directory_unless_it_is_put_elsewhere(tmp_path: Path) -> None:
    settings = resolved({"data_dir": str(tmp_path), "audit_spool": str(tmp_path / "other" / "spool")})
    assert (settings.audit_dir, settings.audit_spool) == (tmp_path / "audit", tmp_path / "other" / "spool")


def test_live_is_refused_where_the_heads_of_the_audit_trail_would_stay_on_the_machine() -> None:
    """CJIS AU-9."""
    resolved().check_live()
    resolved({"environment": "live", "audit_publish": "file:///mnt/heads"}).check_live()
    with pytest.raises(ConfigurationError, match="audit_publish"):
        resolved({"environment": "live"}).check_live()


# Wrong values


WRONG_VALUES: dict[str, tuple[Any, ...]] = {
    "environment": ("Live", "", "test", 1),
    "data_dir": ("", 7, True),
    "store": ("", 7),
    "stale_after": ("", "26", 26, "-1 h", "1.5 h", "1 w", "1234567 s", "h", "26 h 3 min"),
    "expire_after": ("soon",),
    "bind": ("", "8080", ":8080", "host:", "host:x", "host:65536", "host:-1", 8080),
    "console_bind": ("localhost",),
    "workers": (0, 65, "0", "two", "", 2.5, "2.5", True, []),
    "threads": (0, 257, 1.0),
    "operations_from": ("10.1.2.3/24", "local", 5, True, [5], "10.0.0.0/33"),
    "trusted_proxies": ("proxy.example",),
    "language": ("", "EN", "e", "english", "en\n", "en_US", 7),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_VALUES.items() for value in values]
)
def test_a_wrong_value_stops_the_start_and_names_the_setting_and_its_layer(name: str, value: Any) -> None:
    assert refusal({name: value}).startswith(f"Setting {name} (option): ")
    if isinstance(value, str):
        variable: dict[str, Any] = {f"IMMUNITY_{name.upper()}": value}
        assert refusal(**variable).startswith(f"Setting {name} (variable): ")


def test_a_wrong_value_of_the_file_names_the_file(tmp_path: Path) -> None:
    assert refusal(config=written(tmp_path, "workers = 2.5")).startswith("Setting workers (file): ")


def test_a_refusal_says_what_to_write() -> None:
    assert refusal({"bind": "x"}) == "Setting bind (option): write HOST:PORT, such as 127.0.0.1:8080."
    assert refusal({"workers": 0}).count("..") == 0


@pytest.mark.parametrize(("stale", "expired"), [("72 h", "72 h"), ("73 h", "72 h"), ("3 d", "72 h")])
def test_data_must_be_stale_before_it_expires(stale: str, expired: str) -> None:
    assert refusal({"stale_after": stale, "expire_after": expired}) == (
        "Setting expire_after must be longer than stale_after."
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90 s", timedelta(seconds=90)),
        ("90s", timedelta(seconds=90)),
        (" 10 min ", timedelta(minutes=10)),
        ("26 h", timedelta(hours=26)),
        ("2 d", timedelta(days=2)),
        ("0 s", timedelta()),
    ],
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert resolved({"stale_after": text}).stale_after == length


@pytest.mark.parametrize("text", ["26 h", "10 min", "90 s", "90 min", "48 h"])
def test_a_length_of_time_is_shown_as_it_can_be_set(text: str) -> None:
    assert duration_text(resolved({"stale_after": text}).stale_after) == text


# Unknown names and broken files


def test_an_unknown_variable_is_refused_with_the_known_names() -> None:
    told = refusal(IMMUNITY_WORKER="2", IMMUNITY_BINDING="x")
    assert told.startswith("Unknown setting in variable: binding, worker. Known are: environment, data_dir, ")
    assert told.endswith("language.")


def test_an_unknown_name_in_the_file_is_refused_with_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "workers = 2\n[elastic]\nhost = 'x'\n")
    assert refusal(config=file).startswith(f"Unknown setting in file {file}: elastic. Known are: ")


@pytest.mark.parametrize("content", [b"workers = ", b"workers = 1\nworkers = 2\n", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "immunity.toml"
    path.write_bytes(content)
    assert refusal(config=path).startswith(f"The settings file {path} cannot be read: ")


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "immunity.toml"
    assert refusal(config=path).startswith(f"The settings file {path} cannot be read: ")
    assert refusal(IMMUNITY_CONFIG=str(path)).startswith(f"The settings file {path} cannot be read: ")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_says_what_it_means(setting: Any) -> None:
    assert len(setting.meaning) > 10
