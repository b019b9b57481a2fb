"""Download the public NHANES files into a folder, with a manifest of what was had from where."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from riskmodels.cohorts.fetch import Patience, fetch
from riskmodels.cohorts.nhanes.files import NhanesFile, Site, all_files
from riskmodels.runtime.hashes import file_hash

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Step:
    """How far a long job is.

    Args:
        text: what is being done, for people.
        number, of: which of how many parts.
        done, total: bytes of this part so far and in all; total None when unknown.
    """

    text: str
    number: int
    of: int
    done: int = 0
    total: int | None = None


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class Record:
    """One line of the manifest.

    Args:
        url: where it came from.
        bytes, sha256: size and hash of the file as it arrived.
        retrieved: when, UTC, ISO 8601.
    """

    url: str
    bytes: int
    sha256: str
    retrieved: str


def download(
    folder: Path,
    site: Site | None = None,
    progress: Progress = silent,
    files: Sequence[NhanesFile] | None = None,
    patience: Patience | None = None,
) -> dict[str, Record]:
    """Download what is not there yet.

    Args:
        folder: gets ``<cycle>/<file>`` and ``manifest.json``. A file whose size and SHA-256 are those of the manifest
            is not downloaded again; a changed or damaged one is.
        site: where the files are; the CDC when None.
        progress: called for every piece that arrives.
        files: all of them when None.
        patience: how hard to try.

    Returns:
        Manifest: record by path inside the folder.

    Raises:
        SourceDataError: when a file cannot be had; what has arrived so far stays for the next call.
    """
    site = site or Site()
    files = all_files() if files is None else files
    records = read_manifest(folder)
    for number, file in enumerate(files, start=1):
        path, key = folder / file.relative, file.relative.as_posix()
        if not _is_here(path, records.get(key)):
            records[key] = _download_one(
                site.address(file), file, path, _report(progress, file, number, len(files)), patience
            )
            _write_manifest(folder, records)
        progress(Step(key, number, len(files), records[key].bytes, records[key].bytes))
    return records


def read_manifest(folder: Path) -> dict[str, Record]:
    """The manifest of a download folder; empty when there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    return {key: Record(**line) for key, line in json.loads(path.read_text())["files"].items()}


def _report(progress: Progress, file: NhanesFile, number: int, of: int) -> Callable[[int, int | None], None]:
    return lambda done, total: progress(Step(file.relative.as_posix(), number, of, done, total))


def _is_here(path: Path, record: Record | None) -> bool:
    if record is None or not path.is_file() or path.stat().st_size != record.bytes:
        return False
    return file_hash(path) == record.sha256


def _download_one(
    url: str, file: NhanesFile, path: Path, received: Callable[[int, int | None], None], patience: Patience | None
) -> Record:
    fetch(url, path, file.begins, received, patience)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Record(url, path.stat().st_size, file_hash(path), now)


def _write_manifest(folder: Path, records: dict[str, Record]) -> None:
    """Written aside and moved, so that an interruption leaves a whole manifest."""
    files = {key: asdict(records[key]) for key in sorted(records)}
    aside = folder / f"{MANIFEST}.new"
    aside.write_text(json.dumps({"files": files}, indent=1) + "\n")
    os.replace(aside, folder / MANIFEST)
