"""Hashes of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from riskmodels.runtime.hashes import bytes_hash, file_hash


def test_one_file_has_the_same_hash_from_disk_and_from_memory(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert file_hash(tmp_path / "a") == bytes_hash([b"abc"]) == hashlib.sha256(b"abc").hexdigest()


def test_several_files_have_one_hash_whatever_their_order() -> None:
    assert bytes_hash([b"a", b"b"]) == bytes_hash([b"b", b"a"])
    assert bytes_hash([b"a", b"b"]) not in (bytes_hash([b"ab"]), bytes_hash([b"a", b"c"]))
