"""How right the proposals are: headers of real files and what each means in, precision and recall out.

The facts stand in headers.csv (file, name, meaning; ``-`` for none) and header_files.csv (where a file's names are
documented). Every name falls into one of two halves by a hash: names may be taken into synonyms.csv from the half
that is known; the other half is only measured.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from riskmodels.interop.columns.known_names import NO_INPUT
from riskmodels.interop.columns.mapping import Role
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import Sample
from riskmodels.interop.columns.spelling import compact
from riskmodels.interop.table.file_format import FileFormat

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Header:
    """One column name of a file.

    Args:
        file: short name of the file.
        name: as in the file.
        means: name in the vocabulary; :data:`NO_INPUT` when it is none.
        source: where that is documented.
        cited: whether the source is public and named.
    """

    file: str
    name: str
    means: str
    source: str
    cited: bool

    @property
    def kept_apart(self) -> bool:
        """Whether no name may be taken from it."""
        return hashlib.sha256((compact(self.name) or self.name).encode()).digest()[0] % 2 == 1


@dataclass(frozen=True)
class Rates:
    """Counts of proposals.

    Args:
        headers: names looked at.
        inputs: of these, those that mean a variable.
        proposed: those read as a variable without a question.
        right: of these, those read as what they mean.
        asked: those asked about.
    """

    headers: int
    inputs: int
    proposed: int
    right: int
    asked: int

    @property
    def precision(self) -> float:
        """Share of the proposals that are right; NaN without any."""
        return self.right / self.proposed if self.proposed else float("nan")

    @property
    def recall(self) -> float:
        """Share of the names of variables that are proposed, and rightly; NaN without any."""
        return self.right / self.inputs if self.inputs else float("nan")


@dataclass(frozen=True)
class Read:
    """A header and what it was read as: a variable, or empty; and whether it is asked about."""

    header: Header
    variable: str
    asked: bool

    @property
    def wrong(self) -> bool:
        """Whether it was read as something that it is not."""
        return bool(self.variable) and self.variable != self.header.means


@cache
def headers() -> tuple[Header, ...]:
    """The facts."""
    files = {row["file"]: row for row in _rows("header_files.csv")}
    return tuple(
        Header(
            row["file"], row["name"], row["means"], files[row["file"]]["source"], files[row["file"]]["cited"] == "yes"
        )
        for row in _rows("headers.csv")
    )


def read_all() -> list[Read]:
    """Every header as it is read by its name and its company alone, in a file without rows."""
    found = []
    for file in dict.fromkeys(header.file for header in headers()):
        mine = [header for header in headers() if header.file == file]
        cells = pd.DataFrame({header.name: pd.Series(dtype="str") for header in mine})
        proposal = propose(Sample(cells, 0, FileFormat("csv"), {header.name: {} for header in mine}))
        for header in mine:
            column = proposal.column(header.name)
            found.append(Read(header, column.variable, column.mapping.role is Role.ASKED))
    return found


def rates(read: Iterable[Read]) -> Rates:
    """Counts of some headers that were read."""
    all_of = list(read)
    return Rates(
        len(all_of),
        sum(r.header.means != NO_INPUT for r in all_of),
        sum(bool(r.variable) for r in all_of),
        sum(r.variable == r.header.means for r in all_of),
        sum(r.asked for r in all_of),
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
