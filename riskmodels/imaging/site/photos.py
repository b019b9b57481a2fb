"""A site's labelled photos: a table of labels and the photos' bytes in, what the network sees of them and notes out."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskmodels.errors import CareRiskError, TrainingError
from riskmodels.imaging.calibration import Seen
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.labels_csv import cells_of, inside
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.results import Picture
from riskmodels.imaging.targets import Target
from riskmodels.interop.table import sniff

#: photos of one site
LEAST, MOST = 30, 1_000
#: photos with the finding, and without it
LEAST_OF_EACH = 5
#: reasons that are told by themselves
_REASONS = 5
LAYOUT = "The first row must be file,grade, or file with the name of one finding and 0 or 1 in it, e.g. file,referable."
#: told the share done, 0–1; what it raises ends the work
Progress = Callable[[float], None]
#: a photo's bytes by its name in the table; None where there is none
Source = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Labels:
    """What a table of labels says.

    Args:
        asked: name of the question that was answered; "" where class numbers of the main target were given.
        by_name: class number (or 0 and 1) by the photo's name.
    """

    asked: str
    by_name: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class SitePhotos:
    """Photos that can be used.

    Args:
        seen: by the network.
        labels: (n,) class numbers, or 0 and 1.
        asked: see :class:`Labels`.
        notes: what was left out and why, for people.
    """

    seen: Seen
    labels: NDArray[np.int64]
    asked: str
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def read_labels(data: bytes, model: ImageClassifier) -> Labels:
    """A table with one row a photo.

    Args:
        data: a CSV with the columns ``file`` and ``grade`` (the class number of the model's main target), or ``file``
            and the name of a question about that target, holding 0 or 1.
        model: to be calibrated.

    Raises:
        TrainingError: naming the row that cannot be used.
        FileError: when it is another kind of file.
    """
    main = main_target(model)
    asked = {q.name for q in model.questions if q.target == main.name}
    sniff.refuse_other_kinds(data)
    try:
        header, rows = cells_of(data, ("file",), LAYOUT)
    except csv.Error as error:
        raise TrainingError(f"The labels cannot be read as CSV: {error}.", hint=sniff.SAVE_AS_CSV) from error
    graded = main.name in header
    column = main.name if graded else next((name for name in header if name in asked), "")
    if not column:
        raise TrainingError(f"There is no column “{main.name}” and none named as a finding.", hint=LAYOUT)
    most, by_name = len(main.classes) - 1 if graded else 1, dict[str, int]()
    for number, cells in rows:
        name = cells.get("file", "").replace("\\", "/")
        if not name:
            raise TrainingError(f"Row {number}: the file is empty.", hint="Fill it in or remove the row.")
        if name in by_name:
            raise TrainingError(f"Row {number}: “{name}” has a row already.", hint="Leave one row a photo.")
        by_name[name] = _label(cells.get(column, ""), most, f"Row {number}: ", column)
    return Labels("" if graded else column, by_name)


def _label(cell: str, most: int, place: str, column: str) -> int:
    if cell not in map(str, range(most + 1)):
        raise TrainingError(f"{place}“{cell}” is no {column}.", hint=f"Give a whole number from 0 to {most}.")
    return int(cell)


def main_target(model: ImageClassifier) -> Target:
    """The target that is calibrated.

    Raises:
        TrainingError: when its classes are apart, so that there is no log-odds of "at least".
    """
    main = model.targets[0]
    if not main.cumulative:
        raise TrainingError(
            "This model tells classes apart that have no order, so a site cannot calibrate it.",
            hint="Choose a model with grades, or with two classes.",
        )
    return main


def folder_source(folder: Path) -> Source:
    """Photos in a folder, and below it; never outside.

    Raises:
        TrainingError: when there is no such folder.
    """
    if not folder.is_dir():
        raise TrainingError(f"There is no folder {folder}.", hint="Name the folder with the photos: --data FOLDER.")

    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if inside(path, folder) and path.is_file() else None

    return read


def see_photos(
    labels: Labels,
    source: Source,
    model: ImageClassifier,
    progress: Progress | None = None,
    opened: Callable[[bytes], Picture] = open_picture,
) -> SitePhotos:
    """What the network sees of every photo that passes the checks a picture on the page has to pass.

    Args:
        labels: from :func:`read_labels`.
        source: gives a photo's bytes.
        model: to be calibrated.
        progress: told the share done.
        opened: opens a photo safely.

    Raises:
        TrainingError: when too few photos can be used, or all are of one kind.
    """
    found = {name: data for name in labels.by_name if (data := source(name)) is not None}
    kept, notes = _without_copies(labels, found)
    seen, numbers, refused = list[Seen](), list[int](), Counter[str]()
    for done, (name, data) in enumerate(kept.items()):
        if progress is not None:
            progress(done / len(kept))
        said, one = _see(data, model, opened)
        if one is None:
            refused[said] += 1
            continue
        seen.append(one)
        numbers.append(labels.by_name[name])
    absent = len(labels.by_name) - len(found)
    notes += [f"{absent} rows name a photo that is not there."] if absent else []
    notes += [f"{count} left out: {said}" for said, count in refused.most_common(_REASONS)]
    others = sum(count for _, count in refused.most_common()[_REASONS:])
    notes += [f"{others} left out for other reasons."] if others else []
    values = np.asarray(numbers, dtype=np.int64)
    _require_enough(values, labels, model, notes)
    return SitePhotos(Seen.together(seen), values, labels.asked, tuple(notes))


def _see(data: bytes, model: ImageClassifier, opened: Callable[[bytes], Picture]) -> tuple[str, Seen | None]:
    """Why a photo cannot be used, or what the network sees of it."""
    try:
        checks, seen = model.examine(opened(data))
    except CareRiskError as error:
        return error.message, None
    failed = next((check for check in checks if not check.passed), None)
    return (failed.name.lower() + " does not pass the check" if failed else ""), None if failed else seen


def _without_copies(labels: Labels, found: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """One of every photo that is there more than once; none where its labels differ."""
    named: dict[str, list[str]] = {}
    for name, data in found.items():
        named.setdefault(sha256(data).hexdigest(), []).append(name)
    at_odds = [names for names in named.values() if len({labels.by_name[n] for n in names}) > 1]
    kept = {names[0]: found[names[0]] for names in named.values() if names not in at_odds}
    copies = len(found) - len(kept) - sum(map(len, at_odds))
    notes = [f"{copies} left out: copies of another photo."] if copies else []
    notes += [f"{sum(map(len, at_odds))} left out: the same photo with other labels."] if at_odds else []
    return kept, notes


def _require_enough(values: NDArray[np.int64], labels: Labels, model: ImageClassifier, notes: list[str]) -> None:
    told = f" ({' '.join(notes)})" if notes else ""
    if len(values) < LEAST:
        raise TrainingError(
            f"{len(values)} photos can be used; at least {LEAST} are needed.{told}", hint="Label more of your photos."
        )
    if len(values) > MOST:
        raise TrainingError(f"{len(values):,} photos are more than {MOST:,}.", hint="Give a random part of them.")
    label, truth = asked_truth(values, labels.asked, model)
    counts = int(truth.sum()), int((1 - truth).sum())
    if min(counts) < LEAST_OF_EACH:
        raise TrainingError(
            f"{counts[0]} photos show “{label}” and {counts[1]} do not; at least {LEAST_OF_EACH} of each are needed."
            f"{told}",
            hint="Add photos of the other kind.",
        )


def asked_truth(values: NDArray[np.int64], asked: str, model: ImageClassifier) -> tuple[str, NDArray[np.int64]]:
    """Label and truth (0, 1) of the question that stands first: the one answered, else the main target's first."""
    main = main_target(model)
    if asked:
        return model.question(asked).label, values
    first = next(q for q in model.questions if q.target == main.name)
    return first.label, (values >= first.level).astype(np.int64)
