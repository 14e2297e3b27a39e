"""A node whose trail is signed: its settings, a trail with entries, and its checkpoints read again."""

from lookup.audit.places import trail_of
from lookup.audit.signing.checkpoint import Checkpoint, is_signed, read_checkpoint
from lookup.audit.signing.signer import public_key_path, read_public_key
from lookup.audit.signing.volumes import HEADS_NAME, volumes_of
from lookup.audit.trail import Trail, Writer
from lookup.settings import Settings
from tests.api.serving import MovableClock
from tests.audit.trails import happening


def begun(settings: Settings, clock: MovableClock, writer: Writer = "service", *names: str) -> Trail:
    """A trail with an entry of each name."""
    trail = trail_of(settings, "lookup", writer, clock)
    for name in names or ("a",):
        trail.record(happening(name))
    return trail


def checkpoints(settings: Settings) -> list[Checkpoint]:
    """All checkpoints of a node, each of which must be whole and signed with the key beside it."""
    volumes = volumes_of(settings.audit_dir / HEADS_NAME)
    return [_read(settings, line) for volume in volumes for line in volume.read_bytes().splitlines()]


def states(checkpoint: Checkpoint) -> list[tuple[int, str, int]]:
    """What a checkpoint says of each segment: last sequence number, state, bytes of a torn tail."""
    return [(head.sequence, head.state, head.torn) for head in checkpoint.segments]


def _read(settings: Settings, line: bytes) -> Checkpoint:
    checkpoint = read_checkpoint(line)
    assert checkpoint is not None
    public = read_public_key(public_key_path(settings.audit_dir, checkpoint.key))
    assert public is not None
    assert is_signed(line, public)
    return checkpoint
