"""Copies: invented people who say nothing but what is true of one member.

An invented person is a copy when

1. a member has the same in every column that is known of the invented one, to six digits. What the member knows besides
   does not matter: leaving cells out makes no copy harmless;
2. it says enough: −Σ log2 (share of the real people known in the column who have the value) is at least
   log2 (100 × invented × members), so that among unrelated columns less than one pair in a hundred such files would
   agree by luck. Three yes/no answers never reach it;
3. none of the others, whom the generator never saw, has the same.

Columns hang together, so luck can do more than (2) allows. How often is counted on real people: others who agree with a
member by the same rule. Copies count against a file as far as invented people agree more often than others do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.generated.privacy.counted import Share
from riskmodels.generated.privacy.space import IntArray, Space, as_codes

#: a pair that agrees by luck: at most one in so many files, were columns unrelated
_FILES = 100
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Copies:
    """How many invented people are copies.

    Args:
        equal: invented people equal to a member in all that is known of them, however little that is.
        copies: those that are copies by the rule.
        others: others equal to a member who say as much: what luck does, or a person who is in both.
        bits: what a copy must say at least.
    """

    equal: Share
    copies: Share
    others: Share
    bits: float

    @property
    def beyond_luck(self) -> bool:
        """Whether there are copies, and more of them than others agree with members."""
        return self.copies.number > 0 and self.copies.value > self.others.value


def count_copies(invented: pd.DataFrame, members: pd.DataFrame, others: pd.DataFrame, space: Space) -> Copies:
    """Look for every invented person among the members.

    Args:
        invented, members, others: tables of the space's columns; all people are used.
        space: says which columns are numbers.

    Returns:
        :class:`Copies`.
    """
    codes = as_codes([invented, members, others], space)
    made, inside, apart = codes
    information = bits_of(np.vstack([inside, apart]))
    least = float(np.log2(float(_FILES) * len(made) * len(inside)))
    enough = [said(some, information) >= least for some in (made, apart)]
    equal = equal_to_any(made, inside)
    copies = equal & enough[0]
    copies[copies] = ~equal_to_any(made[copies], apart)
    by_luck = np.zeros(len(apart), dtype=bool)
    by_luck[enough[1]] = equal_to_any(apart[enough[1]], inside)
    return Copies(
        equal=Share(int(equal.sum()), len(made)),
        copies=Share(int(copies.sum()), len(made)),
        others=Share(int(by_luck.sum()), len(apart)),
        bits=least,
    )


def bits_of(real: IntArray) -> list[FloatArray]:
    """−log2 of each code's share among those whose column is known, by column and code."""
    found = []
    for column in real.T:
        counts = np.bincount(column[column >= 0]) if (column >= 0).any() else np.zeros(1)
        found.append(-np.log2(np.maximum(counts, 1) / max(counts.sum(), 1)))
    return found


def said(people: IntArray, information: list[FloatArray]) -> FloatArray:
    """Bits that the known columns of each person say: (n,). A value no real person has says as much as the rarest."""
    total = np.zeros(len(people))
    for column, bits in zip(people.T, information, strict=True):
        known = column >= 0
        total[known] += np.where(column[known] < len(bits), bits[np.minimum(column[known], len(bits) - 1)], bits.max())
    return total


def equal_to_any(people: IntArray, among: IntArray) -> npt.NDArray[np.bool_]:
    """Who has the same as someone else in every column that is known of them: (n,), never where nothing is known.

    Each cell is a random 64-bit number and a row the sum over its columns, so that rows of one pattern of known columns
    are looked up together; a hit is compared cell by cell.
    """
    found = np.zeros(len(people), dtype=bool)
    width = 1 + int(max(people.max(initial=0), among.max(initial=0)))
    draw = np.random.default_rng(0).integers(0, 2**63, (people.shape[1], width), dtype=np.uint64)
    keys, keys_among = (_keys(codes, draw) for codes in (people, among))  # (columns, n)
    patterns, which = np.unique(people >= 0, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        rows = np.flatnonzero(which.reshape(-1) == number)
        if pattern.any():
            found[rows] = _same(people[rows], among, keys[:, rows], keys_among, np.flatnonzero(pattern))
    return found


def _same(people: IntArray, among: IntArray, keys: Keys, keys_among: Keys, known: IntArray) -> npt.NDArray[np.bool_]:
    mine, theirs = keys[known].sum(axis=0), keys_among[known].sum(axis=0)
    hits = np.flatnonzero(np.isin(theirs, mine))
    if not len(hits):
        return np.zeros(len(people), dtype=bool)
    hits = hits[np.argsort(theirs[hits], kind="stable")]
    at = hits[np.minimum(np.searchsorted(theirs[hits], mine), len(hits) - 1)]
    return np.asarray((theirs[at] == mine) & (people[:, known] == among[at][:, known]).all(axis=1))


def _keys(codes: IntArray, draw: Keys) -> Keys:
    """A random number for each cell, (columns, n); 0 where not known."""
    columns = np.arange(codes.shape[1])[:, None]
    return np.where(codes.T >= 0, draw[columns, np.maximum(codes.T, 0)], np.uint64(0)).astype(np.uint64)
