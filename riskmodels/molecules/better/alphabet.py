"""SELFIES as numbers: symbols that often follow one another are one word, so that a compound is a short row of numbers.

Words are found by merging the commonest pair again and again (byte-pair encoding). Any row of words spells a SELFIES,
and any SELFIES is a molecule, so no row is invalid.

Source:
    Krenn et al., Mach Learn Sci Technol 2020;1:045024 (SELFIES); Sennrich et al., ACL 2016, arXiv 1508.07909 (merging).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import selfies
from rdkit import Chem

#: what a row is filled up with, begins with and ends with
PAD, START, END = 0, 1, 2
_SPECIAL = 3
#: compounds in which a symbol must be seen to be learnt
_LEAST_SEEN = 5
#: rank of a pair that is never merged
_NEVER = 10**9


class Words:
    """Words of a vocabulary.

    Args:
        symbols: single SELFIES symbols, the first words.
        merges: pairs of words that make the next one, in the order in which they are made.
    """

    def __init__(self, symbols: Sequence[str], merges: Sequence[tuple[int, int]]) -> None:
        self.symbols, self.merges = tuple(symbols), tuple((int(a), int(b)) for a, b in merges)
        self._place = {symbol: place + _SPECIAL for place, symbol in enumerate(self.symbols)}
        self._rank = {pair: place for place, pair in enumerate(self.merges)}
        self._texts = ["", "", "", *self.symbols]
        for first, second in self.merges:
            self._texts.append(self._texts[first] + self._texts[second])

    def __len__(self) -> int:
        return len(self._texts)

    @classmethod
    def learn(cls, texts: Sequence[str], merges: int) -> Words:
        """Find the words of SELFIES.

        Args:
            texts: of SELFIES.
            merges: how many words of more than one symbol.
        """
        split = [list(selfies.split_selfies(text)) for text in texts]
        names, seen = np.unique([name for row in split for name in set(row)], return_counts=True)
        words = cls([str(name) for name in names[seen >= _LEAST_SEEN]], [])
        rows = [row for text in texts if (row := words.encode(text)) is not None]
        flat = np.concatenate([[PAD, *row] for row in rows]).astype(np.int64)
        found: list[tuple[int, int]] = []
        for word in range(len(words), len(words) + merges):
            pair = _commonest(flat, word)
            found.append(pair)
            flat = _merged(flat, pair, word)
        return cls(words.symbols, found)

    def encode(self, text: str) -> list[int] | None:
        """A SELFIES as words, without start and end; None where a symbol is not in the vocabulary."""
        split = list(selfies.split_selfies(text))
        if any(symbol not in self._place for symbol in split):
            return None
        row = [self._place[symbol] for symbol in split]
        while (rank := min((self._rank.get(pair, _NEVER) for pair in pairwise(row)), default=_NEVER)) < _NEVER:
            row = _joined(row, self.merges[rank], _SPECIAL + len(self.symbols) + rank)
        return row

    def decode(self, row: Sequence[int]) -> str:
        """The SELFIES that words spell, up to the first end."""
        words = list(row)
        return "".join(self._texts[word] for word in words[: words.index(END) if END in words else None])


def selfies_of(mol: Chem.Mol) -> str | None:
    """The SELFIES of a structure without its stereochemistry; None where it has none."""
    flat = Chem.Mol(mol)
    Chem.RemoveStereochemistry(flat)
    try:
        return str(selfies.encoder(Chem.MolToSmiles(flat)))
    except selfies.EncoderError:
        return None


def smiles_of(text: str) -> str:
    """The SMILES of a SELFIES."""
    return str(selfies.decoder(text))


def _commonest(flat: np.ndarray, words: int) -> tuple[int, int]:
    """The pair of neighbouring words seen most often; of equals the first."""
    within = (flat[:-1] != PAD) & (flat[1:] != PAD)
    counts = np.bincount((flat[:-1] * words + flat[1:])[within])
    pair = int(counts.argmax())
    return pair // words, pair % words


def _joined(row: list[int], pair: tuple[int, int], word: int) -> list[int]:
    """A short row in which a pair has become one word, from the left where pairs overlap."""
    out: list[int] = []
    place = 0
    while place < len(row):
        found = tuple(row[place : place + 2]) == pair
        out.append(word if found else row[place])
        place += 2 if found else 1
    return out


def _merged(row: np.ndarray, pair: tuple[int, int], word: int) -> np.ndarray:
    """As :func:`_joined`, of a row as long as all compounds together."""
    starts = np.flatnonzero((row[:-1] == pair[0]) & (row[1:] == pair[1]))
    if pair[0] == pair[1] and len(starts):
        follows = np.diff(starts, prepend=-2) == 1
        run = np.arange(len(starts)) - np.maximum.accumulate(np.where(follows, 0, np.arange(len(starts))))
        starts = starts[run % 2 == 0]
    out = row.copy()
    out[starts] = word
    return np.delete(out, starts + 1)
