"""A name that is not known but resembles a known one → what it resembles, and what makes it another thing.

Likeness proposes nothing: a column is asked about, or left out and told, with what is in it and what that costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

import numpy as np
import pandas as pd

from riskmodels.interop.columns.known_names import known_names, qualifiers
from riskmodels.interop.columns.mapping import CohortMapping, Role
from riskmodels.interop.columns.names import match_name, split_unit
from riskmodels.interop.columns.numbers import read_column
from riskmodels.interop.columns.proposal import Proposal
from riskmodels.interop.columns.sample import Sample
from riskmodels.interop.columns.spelling import compact, tokens
from riskmodels.vocabulary import VOCABULARY, Kind, inside

_LEAST_LIKE = 0.85
_SHORTEST, _SHORTEST_PART = 6, 3
_MOST_CELLS = 4
_HOURS = re.compile(r"\d+(h|hr|hrs|hour|hours|std|min|minutes)")
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Resemblance:
    """What a name that is not known resembles.

    Args:
        variable: name in the vocabulary.
        name: the known name that it resembles.
        negates: the word of it that negates; empty for none.
        other: the word of it that makes it another thing (a ratio, a date, a relative's); empty for none.
        near: whether it is the known name but for its spelling.
    """

    variable: str
    name: str
    negates: str = ""
    other: str = ""
    near: bool = False

    @property
    def asked(self) -> bool:
        """Whether a file that has nothing else for the variable is to be asked about it."""
        answers = VOCABULARY[self.variable].kind is not Kind.NUMBER
        return not self.other and (self.near or (answers and bool(self.negates)))

    def evidence(self) -> str:
        """In a sentence."""
        label = inside(VOCABULARY[self.variable].label)
        if self.negates or self.other:
            return f"Its name resembles {label}, but “{self.other or self.negates}” makes it another thing."
        return f"Its name resembles “{self.name}”, a name of {label}."


def words_that(kind: str, header: str) -> list[str]:
    """Words of a name that are qualifiers of a kind; in Chinese and Japanese also where they are part of a word."""
    words = tokens(header)
    found = [word for word in words if kind in qualifiers().get(word, ())]
    whole = [w for w in words if not _LATIN.fullmatch(w)]
    signs = [q for q, kinds in qualifiers().items() if kind in kinds and not _LATIN.fullmatch(q)]
    return found + [sign for sign in signs for word in whole if sign in word and sign != word]


def resemblance(header: str) -> Resemblance | None:
    """What a name resembles; None when it is known, or resembles nothing.

    Args:
        header: as in the file.
    """
    if match_name(header).variable:
        return None
    part = next(_parts(header), None)
    rest = header if part is None or _LATIN.fullmatch(part) else compact(header).replace(part, " ")
    negates = next(iter(words_that("negates", rest)), "")
    other = next(iter([*words_that("other", rest), *words_that("family", rest)]), "") or _hours(header)
    if part is not None:
        return Resemblance(known_names()[part].variable, known_names()[part].name, negates, other)
    name = compact(split_unit(header)[0])
    tried = len(name) >= _SHORTEST and name not in known_names()
    near = get_close_matches(name, known_names(), 1, _LEAST_LIKE) if tried else []
    if not near or known_names()[near[0]].variable not in VOCABULARY:
        return None
    misspelt = abs(len(near[0]) - len(name)) <= 1
    return Resemblance(known_names()[near[0]].variable, known_names()[near[0]].name, negates, other, near=misspelt)


def _hours(header: str) -> str:
    """“2h” of a glucose two hours after a load."""
    words = tokens(header)
    pairs = (first + second for first, second in pairwise(words))
    return next((pair for pair in pairs if _HOURS.fullmatch(pair)), "")


def _parts(header: str) -> Iterator[str]:
    """Known names of variables that the name contains as whole words, the longest first."""
    words = tokens(header)
    spans = [(i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    for i, j in sorted(spans, key=lambda span: span[0] - span[1]):
        name = "".join(words[i:j])
        entry = known_names().get(name)
        if entry is not None and entry.variable in VOCABULARY and len(name) >= _SHORTEST_PART:
            yield name
    for word in words:
        if not _LATIN.fullmatch(word):
            yield from sorted((n for n in known_names() if _inside(n, word)), key=len, reverse=True)


def _inside(name: str, word: str) -> bool:
    return not _LATIN.fullmatch(name) and name in word and known_names()[name].variable in VOCABULARY


def distribution(sample: Sample, header: str) -> str:
    """What stands in a column, in words: “1 in 46 rows, 0 in 14 rows”, or “60 numbers from 2.1 to 7.9, median 4”."""
    counts = sample.counts.get(header) or {}
    if 0 < len(counts) <= _MOST_CELLS:
        ordered = sorted(counts.items(), key=lambda pair: -pair[1])
        return ", ".join(f"{text[:20]} in {number:,} row{'s' if number > 1 else ''}" for text, number in ordered)
    cells = sample.cells[header]
    numbers = read_column(cells, sample.format.decimal)
    known = numbers[np.isfinite(numbers)]
    if len(known) * 2 >= max(1, int(pd.Series(cells).notna().sum())) and len(known):
        low, middle, high = np.quantile(known, [0, 0.5, 1])
        return f"{len(known):,} numbers from {low:.4g} to {high:.4g}, median {middle:.4g}"
    return f"{len(counts):,} different texts" if counts else "texts"


def without(variable: str) -> str:
    """What it costs that a file has no column for a variable, in a sentence."""
    label = VOCABULARY[variable].label
    if variable in ("age", "sex"):
        return f"Without {inside(label)} no row gets an estimate."
    return f"{label} is unknown in every row."


def left_unused(proposal: Proposal, mapping: CohortMapping) -> list[str]:
    """Columns not used although they resemble an input that nothing else holds: what is in them, what it costs.

    Args:
        proposal: what the file probably means.
        mapping: what it is taken for now.
    """
    left = [
        c
        for c in proposal.columns
        if c.resembles and c.resembles not in mapping.variables and mapping.column(c.header).role is Role.CARRIED
    ]
    return [f"“{c.header}” is not used. {c.evidence} It holds {c.distribution}. {without(c.resembles)}" for c in left]
