"""Counts of fingerprints in few bytes: sparse matrices of small whole numbers in, one tensor of bytes out, and back.

Columns are written as steps from the one before, which are small, and all is compressed with zlib. Nothing that a file
holds is believed: sizes are known before anything is unpacked, and what does not fit is refused.
"""

from __future__ import annotations

import zlib

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from riskmodels.errors import TrainingError

#: bytes of a step and of a count
_NUMBER = np.dtype("<u2")
_MOST = int(np.iinfo(_NUMBER).max)


def pack(matrix: csr_matrix) -> torch.Tensor:
    """Columns and counts of a matrix with sorted indices, as bytes.

    Raises:
        TrainingError: when a number is too large for it.
    """
    columns, counts = matrix.indices.astype(np.int64), matrix.data.astype(np.int64)
    if max(matrix.shape[1], counts.max(initial=0)) > _MOST:
        raise TrainingError(f"There are more than {_MOST:,} features or counts.", hint="Take fewer compounds.")
    before = np.concatenate([[0], columns[:-1]])[: len(columns)]
    before[matrix.indptr[:-1][np.diff(matrix.indptr) > 0]] = 0
    numbers = np.stack([columns - before, counts]).astype(_NUMBER)
    # low bytes beside low bytes, high beside high: the latter are nearly all zero
    planes = np.ascontiguousarray(numbers.view(np.uint8).reshape(2, -1, _NUMBER.itemsize).transpose(0, 2, 1))
    return torch.frombuffer(bytearray(zlib.compress(planes.tobytes(), 9)), dtype=torch.uint8)


def unpack(packed: torch.Tensor, sizes: NDArray[np.int64], features: int) -> csr_matrix:
    """The matrix again.

    Args:
        packed: see :func:`pack`.
        sizes: (n,) features that each compound has.
        features: columns.

    Raises:
        ValueError: when the bytes do not hold such a matrix.
    """
    if (sizes < 0).any() or packed.dtype != torch.uint8:
        raise ValueError("counts do not fit")
    total = int(sizes.sum())
    length = 2 * _NUMBER.itemsize * total
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(packed.numpy().tobytes(), length + 1)
    except zlib.error as error:
        raise ValueError("counts cannot be unpacked") from error
    if len(found) != length or not stream.eof:
        raise ValueError("counts do not fit")
    planes = np.frombuffer(found, np.uint8).reshape(2, _NUMBER.itemsize, total)
    steps, counts = np.ascontiguousarray(planes.transpose(0, 2, 1)).view(_NUMBER)[..., 0].astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    sums = np.concatenate([[0], np.cumsum(steps)])
    columns = sums[1:] - np.repeat(sums[starts[:-1]], sizes)
    if (columns >= features).any() or (counts < 1).any():
        raise ValueError("counts do not fit")
    return csr_matrix((counts, columns, starts), shape=(len(sizes), features))
