"""A zip of one recording → its files, within limits, with the last part of each name alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from riskmodels.errors import SignalError

#: files in a zip, bytes of all of them unpacked, and how many times larger than packed they may be
MAX_FILES, MAX_UNPACKED, MAX_RATIO = 50, 200_000_000, 100
_AGAIN = "Pack the files of one recording into a plain zip, or upload them unpacked."


def is_zip(data: bytes) -> bool:
    """Whether bytes are a zip that is no workbook."""
    return data.startswith(b"PK\x03\x04") and b"[Content_Types].xml" not in data


def unpacked(data: bytes) -> Mapping[str, bytes]:
    """The files of a zip; nothing is written to disk.

    Raises:
        SignalError: when it is damaged, encrypted, holds too many or too large files, or two of one name.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = [member for member in packed.infolist() if not member.is_dir()]
            _check(members, len(data))
            return _read(packed, members)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        raise SignalError("The zip is damaged, encrypted or packed in an unusual way.", hint=_AGAIN) from None


def _check(members: list[zipfile.ZipInfo], size: int) -> None:
    claimed = sum(member.file_size for member in members)
    if not members or len(members) > MAX_FILES:
        raise SignalError(f"The zip holds {len(members):,} files; 1 to {MAX_FILES} are read.", hint=_AGAIN)
    if claimed > min(MAX_UNPACKED, MAX_RATIO * size):
        raise SignalError(f"The zip unpacks to {claimed / 1e6:,.0f} MB, more than is read.", hint=_AGAIN)


def _read(packed: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Mapping[str, bytes]:
    """Each member, up to the size that it claims."""
    files: dict[str, bytes] = {}
    for member in members:
        name = member.filename.replace("\\", "/").rsplit("/", 1)[-1]
        if name.startswith(".") or member.filename.startswith("__MACOSX/"):
            continue
        if name in files:
            raise SignalError("The zip holds two files of one name.", hint=_AGAIN)
        with packed.open(member) as stream:
            files[name] = stream.read(member.file_size + 1)
        if len(files[name]) > member.file_size:
            raise SignalError("The zip holds more than it says.", hint=_AGAIN)
    return files
