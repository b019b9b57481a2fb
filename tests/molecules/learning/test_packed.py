"""Counts come back as they were, and bytes that hold others are refused."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from riskmodels.errors import TrainingError
from riskmodels.molecules.learning.packed import pack, unpack

COUNTS = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 9)), elements=st.sampled_from([0, 0, 1, 2, 700]))


def sizes_of(matrix: csr_matrix) -> np.ndarray:
    return np.diff(matrix.indptr).astype(np.int64)


@given(COUNTS)
def test_counts_come_back(counts: np.ndarray) -> None:
    matrix = csr_matrix(counts)
    found = unpack(pack(matrix), sizes_of(matrix), counts.shape[1])
    np.testing.assert_array_equal(found.toarray(), counts)


def test_other_bytes_are_refused() -> None:
    matrix = csr_matrix(np.array([[0, 3, 0, 1], [2, 0, 0, 0]]))
    packed, sizes = pack(matrix), sizes_of(matrix)
    bomb = torch.frombuffer(bytearray(zlib.compress(bytes(10_000_000))), dtype=torch.uint8)
    for bad, of, features in (
        (packed[:-4], sizes, 4),
        (packed, sizes + 1, 4),
        (packed, sizes - 2, 4),
        (packed, sizes, 3),
        (bomb, sizes, 4),
        (torch.zeros(8, dtype=torch.uint8), sizes, 4),
        (packed.int(), sizes, 4),
    ):
        with pytest.raises(ValueError, match="counts"):
            unpack(bad, of, features)


def test_a_count_that_does_not_fit_is_said() -> None:
    with pytest.raises(TrainingError, match="more than 65,535"):
        pack(csr_matrix(np.array([[70_000]])))
