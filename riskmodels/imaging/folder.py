"""Labelled pictures for an own classifier: a folder with one sub-folder a class, or a CSV of file and label.

What a file is, is told by its content, never by its name. Nothing outside the given folder is read. Byte-identical
files are kept once, and not at all when their labels disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riskmodels.errors import TrainingError
from riskmodels.imaging.labels_csv import LAYOUT, PARTS, TEST, TRAIN, VAL, Item, inside, rows_of_csv
from riskmodels.interop.table import sniff
from riskmodels.runtime.hashes import file_hash

#: fewest pictures of a class
LEAST = 10
KINDS = ("a PNG image", "a JPEG image", "a DICOM image")


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Pictures and what they show. Everything but ``classes`` and ``skipped`` is one a picture, in one order.

    Args:
        files: where the pictures are.
        labels: (n,) index into ``classes``.
        classes: names, sorted.
        patients: (n,) key of the person, or None where nobody said.
        split: (n,) ``train``, ``val`` or ``test``, or None where nobody said.
        skipped: what was left out and why. It names files, so it is for the screen, not for a card or a log.
        digests: SHA-256 of the files, hexadecimal; may be empty.
    """

    files: tuple[Path, ...]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    patients: npt.NDArray[np.object_] | None = None
    split: npt.NDArray[np.str_] | None = None
    skipped: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.files)

    @property
    def counts(self) -> dict[str, int]:
        """Pictures by class."""
        found = np.bincount(self.labels, minlength=len(self.classes))
        return {name: int(n) for name, n in zip(self.classes, found, strict=True)}


def read_labelled(source: Path, least: int = LEAST) -> LabelledImages:
    """Read what there is to train on. No picture is decoded.

    Args:
        source: a folder with one sub-folder a class (its sub-folders belong to it), perhaps below ``train``, ``val``
            and ``test``; or a CSV ``file,label[,patient,split]`` whose files are relative to its own folder.
        least: fewest pictures of a class.

    Returns:
        :class:`LabelledImages`. Hidden files are ignored; other files that are not PNG, JPEG or DICOM are skipped.

    Raises:
        TrainingError: when there is nothing there, a row cannot be used, a path or a link leads outside the folder,
            or a class has too few pictures; it names the row and the value, and says what to do.
        FileError: when the CSV is another kind of file.
    """
    skipped: list[str] = []
    if source.is_dir():
        items = list(_from_folder(source, skipped))
    elif source.is_file():
        items = rows_of_csv(source)
    else:
        raise TrainingError(f"There is no {source}.", hint=LAYOUT)
    pictures = [item for item in items if _is_picture(item, skipped)]
    kept = _without_copies([replace(item, digest=file_hash(item.path)) for item in pictures], skipped)
    return _labelled(kept, sorted({item.label for item in items}), tuple(skipped), least)


def _labelled(items: list[Item], named: list[str], skipped: tuple[str, ...], least: int) -> LabelledImages:
    counts, classes = Counter(item.label for item in items), tuple(named)
    if len(classes) < 2:
        found = f"one class only, “{classes[0]}”" if classes else "no class with a file"
        raise TrainingError(f"There is {found}: nothing can be told apart.", hint=LAYOUT)
    few = [f"“{name}” ({counts[name]})" for name in classes if counts[name] < least]
    if few:
        raise TrainingError(
            f"Fewer than {least} usable pictures of {', '.join(few)}.", hint="Add pictures, or merge or remove classes."
        )
    patients = np.array([item.patient for item in items], dtype=object)
    parts = np.array([item.part for item in items])
    return LabelledImages(
        files=tuple(item.path for item in items),
        labels=np.array([classes.index(item.label) for item in items], dtype=np.int64),
        classes=classes,
        patients=patients if all(patients) else None,
        split=parts if all(parts) else None,
        skipped=skipped,
        digests=tuple(item.digest for item in items),
    )


# ── a folder ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _from_folder(root: Path, skipped: list[str]) -> Iterator[Item]:
    tops = list(_folders(root, root, skipped))
    words = {top.name.lower() for top in tops}
    if TRAIN not in words and "training" not in words:
        yield from _classes(root, tops, "", skipped)
        return
    if words - PARTS.keys():
        raise TrainingError(
            f"Beside the parts there is a folder “{min(words - PARTS.keys())}”.",
            hint="Above the classes only train, val and test may stand.",
        )
    for top in tops:
        yield from _classes(root, list(_folders(top, root, skipped)), PARTS[top.name.lower()], skipped)


def _classes(root: Path, folders: list[Path], part: str, skipped: list[str]) -> Iterator[Item]:
    for folder in folders:
        files = list(_files(folder, root, skipped))
        if not files:
            skipped.append(f"{folder.relative_to(root).as_posix()} holds no files.")
        for path in files:
            yield Item(path, path.relative_to(root).as_posix(), folder.name, part=part)


def _folders(folder: Path, root: Path, skipped: list[str]) -> Iterator[Path]:
    """The folders inside; files beside them belong to no class."""
    for path in _visible(folder, root):
        if path.is_dir() and not path.is_symlink():
            yield path
        else:
            reason = "is a link to a folder" if path.is_dir() else "stands in no class's folder"
            skipped.append(f"{path.relative_to(root).as_posix()} {reason}.")


def _files(folder: Path, root: Path, skipped: list[str]) -> Iterator[Path]:
    """The files inside and below."""
    for path in _visible(folder, root):
        if not path.is_dir():
            yield path
        elif path.is_symlink():
            skipped.append(f"{path.relative_to(root).as_posix()} is a link to a folder.")
        else:
            yield from _files(path, root, skipped)


def _visible(folder: Path, root: Path) -> Iterator[Path]:
    """What is in a folder, sorted, without hidden files; a link that leads outside the root is refused."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_symlink() and not inside(path, root):
            raise TrainingError(
                f"{path.relative_to(root).as_posix()} is a link that leads outside the folder.",
                hint="Copy what it leads to into the folder.",
            )
        yield path


# ── what the files are ──────────────────────────────────────────────────────────────────────────────────────────────


def _is_picture(item: Item, skipped: list[str]) -> bool:
    """By the first bytes; what is none is noted."""
    if not item.path.is_file():  # a broken link, a pipe
        skipped.append(f"{item.place}{item.name} is no file.")
        return False
    try:
        with item.path.open("rb") as handle:
            start = handle.read(512)
    except OSError as error:
        skipped.append(f"{item.place}{item.name} cannot be opened ({error.strerror}).")
        return False
    kind = "a DICOM image" if start[128:132] == b"DICM" else sniff.kind_of(start)
    if kind in KINDS:
        return True
    what = kind or ("of an unknown kind" if start else "empty")
    skipped.append(f"{item.place}{item.name} is {what}{', not PNG, JPEG or DICOM' if start else ''}.")
    return False


def _without_copies(items: list[Item], skipped: list[str]) -> list[Item]:
    """One of each set of identical files, that of the test part first, so that no copy of it is trained on."""
    by_digest: dict[str, list[Item]] = {}
    for item in items:
        by_digest.setdefault(item.digest, []).append(item)
    kept = {id(_one_of(copies, skipped)) for copies in by_digest.values()}
    return [item for item in items if id(item) in kept]


def _one_of(copies: list[Item], skipped: list[str]) -> Item | None:
    first, *others = sorted(copies, key=lambda item: (TEST, VAL, TRAIN, "").index(item.part))
    if len({item.label for item in copies}) > 1:
        named = ", ".join(f"{item.name} ({item.label})" for item in copies)
        skipped.append(f"The same picture under different labels, so all are left out: {named}.")
        return None
    for item in others:
        persons = ", although of another patient" if item.patient != first.patient else ""
        skipped.append(f"{item.place}{item.name} is a copy of {first.name}{persons}.")
    return first


def describe(labelled: LabelledImages, shown: int = 20) -> list[str]:
    """What was read, in lines for the command line.

    Args:
        labelled: the pictures.
        shown: most skipped files that are named.
    """
    counts = ", ".join(f"{name} {n:,}" for name, n in labelled.counts.items())
    people = "" if labelled.patients is None else f" of {len(set(labelled.patients)):,} patients"
    lines = [f"{len(labelled):,} pictures{people}: {counts}"]
    lines += [f"left out: {text}" for text in labelled.skipped[:shown]]
    more = len(labelled.skipped) - shown
    return [*lines, f"left out: {more:,} more"] if more > 0 else lines
