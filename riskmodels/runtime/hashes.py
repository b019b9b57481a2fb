"""The hash of a file, or of several that are read together."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def bytes_hash(files: Collection[bytes]) -> str:
    """SHA-256 of a file's bytes, hexadecimal; of several files that of their sorted hashes, one a line."""
    hashes = sorted(hashlib.sha256(data).hexdigest() for data in files)
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
