"""A CSV of labelled pictures: ``file,label[,patient,split]``, files relative to its own folder and never outside it."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from riskmodels.errors import TrainingError
from riskmodels.interop.table import sniff

TRAIN, VAL, TEST = "train", "val", "test"
#: what a part may be called in a ``split`` column, or as a folder above the classes
PARTS = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VAL,
    "valid": VAL,
    "validation": VAL,
    "test": TEST,
    "testing": TEST,
}
LARGEST_CSV = 100 * 2**20
LAYOUT = "Make one sub-folder a class with its pictures inside, or give a CSV with the columns file and label."
_LONGEST_LINE = 10_000
_DELIMITERS = (",", ";", "\t")
_COLUMNS = ("file", "label", "patient", "split")
_HEADER = "The first row must be file,label or file,label,patient,split."


@dataclass(frozen=True)
class Item:
    """One picture as it was named; ``place`` says where, e.g. ``Row 3: ``."""

    path: Path
    name: str
    label: str
    patient: str = ""
    part: str = ""
    place: str = ""
    digest: str = ""


def rows_of_csv(source: Path) -> list[Item]:
    """One item a row. The files are there and inside the folder; what they are has not been looked at.

    Args:
        source: the CSV.

    Raises:
        TrainingError: naming the row that cannot be used.
        FileError: when it is another kind of file.
    """
    if source.stat().st_size > LARGEST_CSV:
        raise TrainingError(f"{source.name} is larger than {LARGEST_CSV // 2**20} MiB.", hint=LAYOUT)
    data = source.read_bytes()
    sniff.refuse_other_kinds(data)
    try:
        header, rows = cells_of(data, _COLUMNS[:2])
    except csv.Error as error:
        raise TrainingError(f"{source.name} cannot be read as CSV: {error}.", hint=sniff.SAVE_AS_CSV) from error
    items = [_item(source.parent, number, cells) for number, cells in rows]
    _refuse_repeats(items)
    for column, field in (("patient", "patient"), ("split", "part")):
        if column in header:
            _refuse_gaps(items, column, field)
    return items


def cells_of(
    data: bytes, needed: tuple[str, ...], layout: str = _HEADER
) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The header in lower case, and the rows that are not empty with their numbers; the header is row 1.

    Args:
        data: of a CSV.
        needed: columns that must be there.
        layout: what the first row must be, for people.

    Raises:
        TrainingError: when a column is missing or there twice.
        csv.Error: when it cannot be read as CSV.
    """
    text = list(sniff.lines(data, _LONGEST_LINE))
    delimiter = max(_DELIMITERS, key=text[0].count)
    lines = [[cell.strip() for cell in row] for row in csv.reader(text, delimiter=delimiter)]
    header = [name.lower() for name in lines[0]]
    for name in dict.fromkeys((*needed, *header)):
        if header.count(name) > 1 or (name in needed and name not in header):
            problem = "is there twice" if name in header else "is missing"
            raise TrainingError(f"The column {name} {problem}.", hint=layout)
    rows = [(n, dict(zip(header, row, strict=False))) for n, row in enumerate(lines[1:], start=2) if any(row)]
    return header, rows


def _item(root: Path, number: int, cells: dict[str, str]) -> Item:
    place = f"Row {number}: "
    name, label, word = (cells.get(column, "") for column in ("file", "label", "split"))
    if not name or not label:
        raise TrainingError(f"{place}the {'label' if name else 'file'} is empty.", hint="Fill it in or remove the row.")
    if word and word.lower() not in PARTS:
        raise TrainingError(f"{place}“{word}” is no part.", hint="The column split holds train, val or test.")
    path = root / name.replace("\\", "/")
    if not inside(path, root):
        raise TrainingError(
            f"{place}“{name}” leads outside the folder of the CSV.", hint="Put the pictures beside or below the CSV."
        )
    if not os.path.isfile(path):
        raise TrainingError(
            f"{place}there is no file “{name}”.", hint="Paths are relative to the folder of the CSV; mind upper case."
        )
    return Item(path, name, label, cells.get("patient", ""), PARTS.get(word.lower(), ""), place)


def _refuse_repeats(items: list[Item]) -> None:
    seen: dict[str, str] = {}
    for item in items:
        first = seen.setdefault(os.path.normpath(item.path), item.place)
        if first != item.place:
            raise TrainingError(
                f"{item.place}“{item.name}” is named in {first.rstrip(': ').lower()} already.",
                hint="Leave one row a picture.",
            )


def _refuse_gaps(items: list[Item], column: str, field: str) -> None:
    """A column is filled in for all or for none."""
    gaps = [item for item in items if not getattr(item, field)]
    if gaps and len(gaps) < len(items):
        raise TrainingError(
            f"{gaps[0].place}the {column} is empty.", hint="Fill it in for every picture, or leave the column out."
        )


def inside(path: Path, root: Path) -> bool:
    """Whether a path, links followed, lies in a folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
