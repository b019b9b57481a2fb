"""The audit trail's keys, as the environment names them."""

from __future__ import annotations

import os
from collections.abc import Mapping

#: environment variable with the key; after a change the former keys follow it, parted by spaces
KEY = "CARERISK_AUDIT_KEY"


def keys(environment: Mapping[str, str] = os.environ) -> tuple[bytes, ...]:
    """The keys of the environment: the first one makes new hashes, all of them check."""
    return tuple(key.encode() for key in environment.get(KEY, "").split())
