"""One checkpoint of a node, made and published by whoever asks for it: for a node on which no service runs.

Decides that what grows is waited for, as the keeper of a service does, and that a place which does not take the head is
told. When to sign is decided by who calls, best a timer.
"""

import time

from lookup.audit.ends import SETTLE_S
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.publishing import Publishing
from lookup.clock import Clock, system_clock
from lookup.errors import ConfigurationError
from lookup.settings import Settings


def sign_once(settings: Settings, clock: Clock = system_clock) -> bool:
    """Sign where every segment ends, and publish it; say whether there was anything to sign.

    Raises `OSError` where it cannot be written, `ConfigurationError` where the key or the last head is damaged or the
    head does not reach a place that `audit_publish` names.
    """
    heads, publishing = Heads(settings, clock), Publishing(settings, clock)
    seen = heads.look()
    if seen:
        time.sleep(SETTLE_S)
    text = heads.make(seen)
    if text is None:
        return False
    publishing.publish(text)
    if publishing.failing:
        raise ConfigurationError(
            "The audit trail was signed, but the signed head does not reach all places that audit_publish names. Bring "
            "them back; the next head covers this one too."
        )
    return True
