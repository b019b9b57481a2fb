"""The measured compounds that estimates lean on, as fingerprints and descriptors, and others laid beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from scipy.sparse import csc_matrix

from riskmodels.molecules.learning.descriptors import DESCRIPTORS, describe
from riskmodels.molecules.learning.fingerprint import KINDS, Counts, Features, counted, features_of, vocabulary
from riskmodels.molecules.learning.packed import pack, unpack
from riskmodels.molecules.learning.similarity import Floats, MinMax


@dataclass(frozen=True, eq=False)
class Asked:
    """Compounds beside a library's.

    Args:
        similarities: (n, m) to each compound of the library, a matrix a kind of fingerprint.
        descriptors: (n, descriptors).
    """

    similarities: list[Floats]
    descriptors: Floats


@dataclass(frozen=True, eq=False)
class Library:
    """m measured compounds.

    Args:
        features: the features known of each kind, ascending.
        counts: of each kind.
        descriptors: (m, descriptors).
    """

    features: tuple[NDArray[np.int64], ...]
    counts: tuple[Counts, ...]
    descriptors: Floats

    def __len__(self) -> int:
        return len(self.descriptors)

    @classmethod
    def of(cls, molecules: Sequence[Chem.Mol], features: Sequence[tuple[Features, ...]] | None = None) -> Library:
        """Of some compounds.

        Args:
            molecules: standardised.
            features: of each, where they were computed before.
        """
        by_compound = features or [features_of(molecule) for molecule in molecules]
        by_kind = [[compound[kind] for compound in by_compound] for kind in range(len(KINDS))]
        known = tuple(vocabulary(compounds) for compounds in by_kind)
        counts = tuple(counted(compounds, keys) for compounds, keys in zip(by_kind, known, strict=True))
        # as it is stored, so that a model says the same before and after it was written
        described = np.array([describe(molecule) for molecule in molecules], np.float32).astype(np.float64)
        return cls(known, counts, described)

    @cached_property
    def known(self) -> list[MinMax]:
        """Ready to be compared with, a kind of fingerprint each."""
        return [MinMax(counts) for counts in self.counts]

    @cached_property
    def by_feature(self) -> list[csc_matrix]:
        """(m, features) counts of each kind, quick to take a feature of."""
        return [counts.matrix.tocsc() for counts in self.counts]

    def asked(self, molecules: Sequence[Chem.Mol]) -> Asked:
        """Compounds laid beside these."""
        by_compound = [features_of(molecule) for molecule in molecules]
        similarities = [
            known.to(counted([compound[kind] for compound in by_compound], self.features[kind]))
            for kind, known in enumerate(self.known)
        ]
        return Asked(similarities, np.array([describe(molecule) for molecule in molecules]))

    def among(self, rows: NDArray[np.int64], known: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """(n, m) similarities of some of the library's own to others of them, a matrix a kind of fingerprint."""
        return [MinMax(counts.of(known)).to(counts.of(rows)).astype(np.float32) for counts in self.counts]

    def tensors(self) -> dict[str, torch.Tensor]:
        """As they are stored."""
        found = {"descriptors": torch.from_numpy(self.descriptors.astype(np.float32))}
        for kind, known, counts in zip(KINDS, self.features, self.counts, strict=True):
            found |= {
                f"{kind}.features": torch.from_numpy(known),
                f"{kind}.totals": torch.from_numpy(counts.totals.astype(np.int32)),
                f"{kind}.sizes": torch.from_numpy(np.diff(counts.matrix.indptr).astype(np.int32)),
                f"{kind}.counts": pack(counts.matrix),
            }
        return found

    @classmethod
    def read(cls, tensors: Mapping[str, torch.Tensor]) -> Library:
        """From what :meth:`tensors` gave.

        Raises:
            LookupError: when one is missing.
            ValueError: when they do not fit one another.
        """
        descriptors = tensors["descriptors"].double().numpy()
        if descriptors.ndim != 2 or descriptors.shape[1] != len(DESCRIPTORS):
            raise ValueError("descriptors do not fit")
        known, counts = [], []
        for kind in KINDS:
            features = tensors[f"{kind}.features"].numpy()
            totals, sizes = (tensors[f"{kind}.{part}"].long().numpy() for part in ("totals", "sizes"))
            if not len(totals) == len(sizes) == len(descriptors) or (np.diff(features) <= 0).any():
                raise ValueError("counts do not fit")
            known.append(features)
            counts.append(Counts(unpack(tensors[f"{kind}.counts"], sizes, len(features)), totals.astype(np.float64)))
        return cls(tuple(known), tuple(counts), descriptors)
