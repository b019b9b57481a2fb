"""Copies of the UCI heart data that were coded anew: recognised by columns and codes, asked, and read as one whole.

The copies number chest pain, ECG, slope and scan from 0, each in its own order, and one has its outcome the other way
round (1 = no disease). UCI's own codes must never be read into them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from riskmodels.interop.columns.code_guess import choice_codes
from riskmodels.interop.columns.mapping import WHICH_COPY, Code, CohortMapping, ColumnMapping, Role
from riskmodels.interop.columns.names import match_name
from riskmodels.interop.columns.sample import Sample
from riskmodels.interop.columns.spelling import compact
from riskmodels.vocabulary import VOCABULARY, Kind

DATASET = "uci_heart"
#: answer when the file is none of the copies: each code is asked
NO_COPY = "none"
_COLUMNS = {
    "cp": "chest_pain_type",
    "restecg": "resting_ecg",
    "slope": "st_slope",
    "ca": "major_vessels",
    "thal": "thallium_scan",
}
_OUTCOME = frozenset({"target", "output", "condition"})
#: UCI's own codes, and those of them that no copy uses
_OWN = {
    "chest_pain_type": ({"1", "2", "3", "4"}, {"4"}),
    "st_slope": ({"1", "2", "3"}, {"3"}),
    "thallium_scan": ({"3", "6", "7"}, {"6", "7"}),
}


@dataclass(frozen=True)
class Recoding:
    """One copy.

    Args:
        name, title: short name, and for people.
        codes: variable, or ``outcome`` → what its codes mean.
        source: where that is known from.
    """

    name: str
    title: str
    codes: dict[str, tuple[Code, ...]]
    source: str

    def in_words(self) -> str:
        """What its codes mean, in one line: “cp: 0 = asymptomatic, …”."""
        wanted = [("cp", "chest_pain_type"), ("slope", "st_slope"), ("thal", "thallium_scan"), ("outcome", "outcome")]
        return "; ".join(
            f"{column}: {', '.join(f'{c.text} = {_label(variable, c.means)}' for c in self.codes[variable])}"
            for column, variable in wanted
        )


def _label(variable: str, means: str) -> str:
    choices = VOCABULARY[variable].choices if variable in VOCABULARY else ()
    words = {"yes": "disease", "no": "none"} if variable == "outcome" else {}
    return next((c.label for c in choices if c.word == means), words.get(means, means))


@cache
def recodings() -> dict[str, Recoding]:
    """The copies that are known, by name."""
    with Path(__file__).with_name("recoded.csv").open(encoding="utf-8", newline="") as file:
        return {row["copy"]: _recoding(row) for row in csv.DictReader(file)}


def copies() -> tuple[str, ...]:
    """What :attr:`CohortMapping.recoding` can say once it is answered."""
    return (*recodings(), NO_COPY)


def _recoding(row: dict[str, str]) -> Recoding:
    wanted = {**_COLUMNS, "outcome": "outcome"}
    codes = {
        variable: tuple(
            Code(text, means, evidence=f"{row['title']}: {row['source']}.")
            for text, means in (pair.split("=") for pair in row[column].split(";") if pair)
        )
        for column, variable in wanted.items()
    }
    return Recoding(row["copy"], row["title"], codes, row["source"])


def is_copy(sample: Sample, dataset: str) -> bool:
    """Whether a file has UCI's columns with codes that are not UCI's.

    A file that has only such codes as both use counts as a copy where its outcome is called as in one.

    Args:
        sample: of the file.
        dataset: name of the data set that its columns point to.
    """
    if dataset != DATASET:
        return False
    found = {v: h for h in sample.headers if (v := match_name(h, dataset).variable) in _OWN}
    seen = {variable: _numbers(sample.counts.get(header) or {}) for variable, header in found.items()}
    if any(codes - _OWN[variable][0] for variable, codes in seen.items()):
        return True
    named = any(compact(header) in _OUTCOME for header in sample.headers)
    proved = any(codes & _OWN[variable][1] for variable, codes in seen.items())
    return named and not proved and any(seen.values())


def _numbers(counts: Mapping[str, int]) -> set[str]:
    return {text for text in counts if text in set("0123456789")}


def opened(columns: Iterable[ColumnMapping]) -> list[ColumnMapping]:
    """The columns whose codes the answer will tell, without codes until then."""
    return [replace(c, codes=()) if _of_copy(c) else c for c in columns]


def _of_copy(column: ColumnMapping) -> str:
    """The key of :attr:`Recoding.codes` that tells a column's codes; empty for none."""
    if compact(column.header) in _OUTCOME:
        return "outcome"
    return column.variable if column.variable in _COLUMNS.values() else ""


def with_copy(mapping: CohortMapping, sample: Sample, copy: str) -> CohortMapping:
    """Say which copy the file is: the codes of all its columns at once.

    Args:
        mapping: before.
        sample: of the file.
        copy: name of :func:`recodings`, :data:`NO_COPY`, or :data:`WHICH_COPY` to open it again.
    """
    columns = [_answered(c, sample, copy) if _of_copy(c) else c for c in mapping.columns]
    return replace(mapping, columns=tuple(columns), recoding=copy)


def _answered(column: ColumnMapping, sample: Sample, copy: str) -> ColumnMapping:
    counts = sample.counts.get(column.header) or {}
    key = _of_copy(column)
    if copy == WHICH_COPY:
        return replace(column, codes=())
    if copy == NO_COPY:
        variable = column.of
        codes = choice_codes(counts, variable) if variable and variable.kind is not Kind.NUMBER else ()
        return replace(column, codes=codes)
    told = recodings()[copy].codes[key]
    if key == "outcome":
        return replace(column, role=Role.OUTCOME, codes=tuple(replace(c, count=counts.get(c.text, 0)) for c in told))
    if VOCABULARY[key].kind is Kind.NUMBER:
        return replace(column, codes=tuple(replace(c, count=counts.get(c.text, 0)) for c in told))
    return replace(column, codes=choice_codes(counts, VOCABULARY[key], told))
