"""The tables of known names and words (synonyms, datasets, qualifiers and words, each a CSV file), as they are read.

Names are found without case, spaces, punctuation and accents: by :func:`riskmodels.interop.columns.spelling.compact`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from riskmodels.interop.columns.mapping import UNKNOWN, Code, code_key
from riskmodels.interop.columns.spelling import compact
from riskmodels.vocabulary import VARIABLES, VOCABULARY

#: in the table instead of a variable: a column that is no input, and one that says what happened afterwards
NO_INPUT, OUTCOME = "-", "outcome"
#: name of the app's own columns among the data sets, and headers with a unit as only the app writes them
OWN = "carerisk"
_AS_WE_WRITE, _OWN_HEADERS = frozenset(v.column for v in VARIABLES if v.units), 4
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Synonym:
    """One row of synonyms.csv.

    Args:
        variable: name in the vocabulary; :data:`NO_INPUT` or :data:`OUTCOME`.
        name: as it is usually written.
        unit: symbol of the unit the numbers are in; empty when the name does not tell.
        codes: what cells mean.
        dataset: data set it belongs to; empty when it may stand anywhere.
        source: where it comes from; of common usage, in which language.
    """

    variable: str
    name: str
    unit: str
    codes: tuple[Code, ...]
    dataset: str
    source: str

    @property
    def language(self) -> str:
        """Of a name of common usage; English where the source names none."""
        return self.source.removesuffix(" usage") if self.source.endswith(" usage") else "English"


@dataclass(frozen=True)
class Dataset:
    """A public data set that is recognised by its columns.

    Args:
        name, title: short name, and for people.
        signature: compact column names.
        least: how many of them must be there.
        distinctive: whether its longer names mean the same where only some of them are there.
        constants: variable → the value of all its rows.
        because: why, in words.
        source: where its meaning is documented.
    """

    name: str
    title: str
    signature: frozenset[str]
    least: int
    distinctive: bool
    constants: dict[str, str]
    because: str
    source: str


@cache
def synonyms() -> tuple[Synonym, ...]:
    """The table of names, the vocabulary's own first."""
    own = [Synonym(v.name, name, "", (), "", "CareRisk") for v in VOCABULARY.values() for name in (v.name, v.label)]
    return (*own, *(_synonym(row) for row in _rows("synonyms.csv")))


@cache
def datasets() -> tuple[Dataset, ...]:
    """The data sets that are recognised."""
    return tuple(
        Dataset(
            row["dataset"],
            row["title"],
            frozenset(row["signature"].split()),
            int(row["least"]),
            row["distinctive"] == "yes",
            dict(pair.split("=") for pair in row["constants"].split(";") if pair),
            row["because"],
            row["source"],
        )
        for row in _rows("datasets.csv")
    )


def recognised_dataset(headers: Iterable[str]) -> Dataset | None:
    """The data set that most of the columns point to; None when none has enough."""
    headers = list(headers)
    if sum(header in _AS_WE_WRITE for header in headers) >= _OWN_HEADERS:
        return next(d for d in datasets() if d.name == OWN)
    names = {compact(header) for header in headers}
    fitting = [(len(names & d.signature) - d.least, d) for d in datasets()]
    best = max(fitting, key=lambda pair: pair[0])
    return best[1] if best[0] >= 0 else None


@cache
def by_name(dataset: str) -> dict[str, Synonym]:
    """Entries by compact name; where two share it, the first."""
    found: dict[str, Synonym] = {}
    for entry in synonyms():
        if entry.dataset == dataset:
            found.setdefault(compact(entry.name), entry)
    return found


def known_names() -> dict[str, Synonym]:
    """What is known in whatever file, by compact name."""
    return by_name("")


@cache
def meanings() -> dict[str, dict[str, str]]:
    """Compact name, known in whatever file → its variables, each with the source."""
    found: dict[str, dict[str, str]] = {}
    for entry in synonyms():
        if not entry.dataset:
            found.setdefault(compact(entry.name), {}).setdefault(entry.variable, entry.source)
    return found


def _synonym(row: dict[str, str]) -> Synonym:
    pairs = (pair.split("=") for pair in row["codes"].split(";") if pair)
    codes = tuple(Code(code_key(text), means, evidence=row["source"]) for text, means in pairs)
    return Synonym(row["variable"], row["name"], row["unit"], codes, row["dataset"], row["source"])


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def qualifiers() -> dict[str, frozenset[str]]:
    """Words that make a name another thing → how: ``negates``, ``other``, ``family``, ``after`` or ``before``."""
    rows = _rows("qualifiers.csv")
    return {r["word"]: frozenset(other["kind"] for other in rows if other["word"] == r["word"]) for r in rows}


@cache
def words_of(group: str) -> dict[str, tuple[str, str]]:
    """Cells that mean something in a variable, in every yes/no, or anywhere: key → (meaning, source)."""
    return {code_key(r["text"]): (r["means"], r["source"]) for r in _rows("words.csv") if r["variable"] == group}


@cache
def unknown_words() -> frozenset[str]:
    """Cells that mean “not known” in any column, beside those every column understands."""
    return frozenset(text for text, (means, _) in words_of("any").items() if means == UNKNOWN)
