"""Signal files one by one: of each its kind and summary, or why it cannot be read; a broken one does not stop the rest.

Called by the command line. Files of one WFDB recording, ``.hea`` with what stands beside it, are read together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riskmodels.errors import CareRiskError, SignalError
from riskmodels.runtime.hashes import bytes_hash
from riskmodels.signals.asked import Answers, UnansweredError
from riskmodels.signals.kinds import MAX_BYTES, Kind, find_kind
from riskmodels.signals.told import tell

_HEADER = ".hea"


@dataclass(frozen=True)
class Entry:
    """One file, or the files of one recording.

    Args:
        file: its path, as it was given.
        kind: ``glucose``, ``rhythm`` or ``pressure``; "" where it could not be told.
        sha256: of what was read; "" where nothing was.
        error: why it could not be read; "" where it was.
        summary: plain numbers and words; ``refused`` in it says why there are no figures.
    """

    file: str
    kind: str = ""
    sha256: str = ""
    error: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def answered(self) -> bool:
        """Whether there are figures."""
        return not self.error and not self.summary.get("refused")

    @property
    def words(self) -> str:
        """What was read, or why nothing was, in words."""
        return self.error or str(self.summary.get("refused") or "") or tell(self.kind, self.summary)

    def plain(self) -> dict[str, Any]:
        """All of it, as JSON can hold it; ``signal`` is the kind, since a summary can have a kind of its own."""
        return {"file": self.file, "signal": self.kind, "sha256": self.sha256, "error": self.error, **self.summary}

    def row(self) -> dict[str, Any]:
        """A row of a table: numbers and words of the summary by their place in it, joined by dots; lists left out."""
        return dict(_cells("", self.plain()))


def read_batch(
    paths: Sequence[Path], answers: Answers, kind: Kind | None = None, target: str = "diabetes"
) -> Iterator[Entry]:
    """Read files one after the other.

    Args:
        paths: files; those that belong to a header among them are read with it.
        answers: to what files leave open, the same for all.
        kind: that all are of; None where each tells its own.
        target: kind of patient that a glucose report is for.
    """
    headers = {path.with_suffix("") for path in paths if path.suffix == _HEADER}
    for path in paths:
        if path.suffix == _HEADER or path.with_suffix("") not in headers:
            yield _read(path, answers, kind, target)


def _read(path: Path, answers: Answers, kind: Kind | None, target: str) -> Entry:
    found, sha256 = kind, ""
    try:
        files = gather(path)
        sha256 = bytes_hash(files.values())
        found = kind or find_kind(files)
        if found is None:
            raise SignalError("It is not clear what signal this is.", hint="Say it with --kind.")
        return Entry(str(path), found, sha256, summary=_summary(found, files, answers, target))
    except UnansweredError as error:
        return Entry(str(path), found or "", sha256, _questions(error))
    except (CareRiskError, OSError) as error:
        said = str(error) if isinstance(error, CareRiskError) else (error.strerror or "It cannot be opened.")
        return Entry(str(path), found or "", sha256, " ".join(said.split()))


def gather(path: Path) -> dict[str, bytes]:
    """The bytes of a file by its name; of a header also those of the files beside it that it names.

    Raises:
        SignalError: when they are too large to be read.
        OSError: when it cannot be opened.
    """
    paths = [path]
    if path.suffix == _HEADER:
        lines = path.read_bytes()[:65_536].decode("utf-8", errors="replace").splitlines()
        names = dict.fromkeys(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
        # a header is a stranger's: a name that leads elsewhere is not followed
        paths += [path.parent / name for name in names if Path(name).name == name and (path.parent / name).is_file()]
    paths = list(dict.fromkeys(paths))
    if sum(each.stat().st_size for each in paths) > MAX_BYTES:
        raise SignalError(f"It has more than {MAX_BYTES / 1e6:.0f} MB.", hint="Export part of the recording.")
    return {each.name: each.read_bytes() for each in paths}


def _summary(kind: Kind, files: Mapping[str, bytes], answers: Answers, target: str) -> dict[str, Any]:
    # each reader brings its own large libraries
    if kind is Kind.RHYTHM:
        from riskmodels.signals.rhythm_read import read_rhythm

        return read_rhythm(files, answers).summary()
    name, data = next(iter(files.items()))
    if kind is Kind.PRESSURE:
        from riskmodels.signals.pressure.read import read_pressure_file

        return read_pressure_file(name, data, answers).summary()
    from riskmodels.signals.glucose.read import read_glucose_file

    return read_glucose_file(name, data, answers, target).summary()


def _questions(error: UnansweredError) -> str:
    """What is asked, and how it is answered here."""
    asked = (f"{q.text} --answer {q.name}={'|'.join(q.choices) or q.unit or 'NUMBER'}" for q in error.questions)
    return " ".join(" ".join(asked).split())


def _cells(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _cells(f"{name}.{key}" if name else str(key), inner)
    elif not isinstance(value, list | tuple):
        yield name, value
