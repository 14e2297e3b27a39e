"""The files that an Elasticsearch node of the tests starts from: settings, options of Java, certificates, users, roles.

Decides how such a node differs from one in operation: loopback, small memory, no watch over the disk. The roles are not
decided here: they are those of deploy/elasticsearch/roles.yml, as they stand.
"""

import base64
import hashlib
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import trustme

ROLES = Path(__file__).parents[2] / "deploy" / "elasticsearch" / "roles.yml"

USERS: Mapping[str, str] = {
    "administrator": "superuser",
    "api": "immunity_api",
    "indexer": "immunity_indexer",
    "keys": "immunity_keys",
    "audit": "immunity_audit",
    "stranger": "",
}
"""The users of a secure server and the role of each; the stranger has a password and no role."""


@dataclass(frozen=True)
class Security:
    """What a secure cluster shares: its authority, and the password of each user."""

    ca: Path
    authority: trustme.CA = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class NodePlan:
    """One node: its number, its ports, those of the whole cluster, and its memory. `quick` starts sooner and runs
    slower: not for measurements."""

    number: int
    http_ports: tuple[int, ...]
    transport_ports: tuple[int, ...]
    heap_mb: int
    quick: bool = True

    @property
    def name(self) -> str:
        """The name of the node in its cluster."""
        return f"node-{self.number}"


def make_security(directory: Path) -> Security:
    """Make an authority and passwords for all users, new each time."""
    authority = trustme.CA()
    ca = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    return Security(ca, authority, {user: secrets.token_urlsafe(16) for user in USERS})


def write_configuration(plan: NodePlan, folder: Path, home: Path, security: Security | None) -> Path:
    """Write the configuration of a node below its folder, and give its place."""
    place = folder / "config"
    for name in ("config", "temporary"):
        (folder / name).mkdir()
    shutil.copy(home / "config" / "log4j2.properties", place)
    if security is not None:
        _write_security(place, security)
    settings = settings_of(plan, folder, security)
    (place / "elasticsearch.yml").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
    (place / "jvm.options").write_text("\n".join(_java_options(plan)) + "\n")
    return place


def settings_of(plan: NodePlan, folder: Path, security: Security | None) -> dict[str, str]:
    """Give the settings of a node."""
    secure = {"xpack.security.enabled": "false"} if security is None else _secure_settings()
    return _node_settings(plan, folder) | _cluster_settings(plan) | secure


def _node_settings(plan: NodePlan, folder: Path) -> dict[str, str]:
    return {
        "cluster.name": "immunity-tests",
        "node.name": plan.name,
        "network.host": "127.0.0.1",
        "http.port": str(plan.http_ports[plan.number]),
        "transport.port": str(plan.transport_ports[plan.number]),
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        # A test machine whose disk is nearly full still runs its tests.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        # As deploy/ and docs/running.md say it for operation: no index is made by a write.
        "action.auto_create_index": "false",
    }


def _cluster_settings(plan: NodePlan) -> dict[str, str]:
    if len(plan.http_ports) == 1:
        return {"discovery.type": "single-node"}
    names = ", ".join(f"node-{number}" for number in range(len(plan.http_ports)))
    hosts = ", ".join(f'"127.0.0.1:{port}"' for port in plan.transport_ports)
    return {"discovery.seed_hosts": f"[{hosts}]", "cluster.initial_master_nodes": f"[{names}]"}


def _java_options(plan: NodePlan) -> list[str]:
    # G1 is what Elasticsearch comes with: its own guard of the heap counts on it, and refuses requests for the garbage
    # that the serial collector leaves lying in a large heap.
    chosen = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] if plan.quick else ["-XX:+UseG1GC"]
    size = [f"-Xms{plan.heap_mb}m", f"-Xmx{plan.heap_mb}m"]
    return [*chosen, "-XX:-UsePerfData", *size, "-Djava.io.tmpdir=${ES_TMPDIR}"]


def _write_security(place: Path, security: Security) -> None:
    """Write certificate, users and roles of a node."""
    certificate = security.authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_pem.write_to_path(str(place / "node.key"))
    certificate.cert_chain_pems[0].write_to_path(str(place / "node.crt"))
    shutil.copy(security.ca, place / "ca.crt")
    shutil.copy(ROLES, place / "roles.yml")
    hashed = (f"{user}:{_hashed(password)}\n" for user, password in security.passwords.items())
    (place / "users").write_text("".join(hashed))
    (place / "users_roles").write_text("".join(f"{role}:{user}\n" for user, role in USERS.items() if role))


def _secure_settings() -> dict[str, str]:
    settings = {
        "xpack.security.enabled": "true",
        "xpack.security.autoconfiguration.enabled": "false",
        "xpack.security.enrollment.enabled": "false",
        "xpack.security.authc.reserved_realm.enabled": "false",
        "xpack.security.authc.realms.file.file.order": "0",
    }
    for layer in ("http", "transport"):
        settings |= {
            f"xpack.security.{layer}.ssl.enabled": "true",
            f"xpack.security.{layer}.ssl.key": "node.key",
            f"xpack.security.{layer}.ssl.certificate": "node.crt",
            f"xpack.security.{layer}.ssl.certificate_authorities": "ca.crt",
        }
    return settings


_ROUNDS = 10_000
"""The number that Elasticsearch itself takes for its hashes of this kind."""


def _hashed(password: str) -> str:
    """Hash a password as Elasticsearch reads it from its file of users."""
    salt = secrets.token_bytes(32)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, 32)
    return f"{{PBKDF2}}{_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
