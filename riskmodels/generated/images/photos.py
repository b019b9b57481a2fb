"""Photos to learn from: pictures, grades and sources in, batches in balance out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d, interpolate

#: as a page and a file name them
GRADES = ("none", "mild", "moderate", "severe", "proliferative")
SOURCES = ("IDRiD", "RetinaMNIST")
#: number of the source whose kind is generated
WANTED = 0


@dataclass(frozen=True, eq=False)
class Photos:
    """Labelled photos of one source.

    Args:
        images: (n, 3, s, s) uint8.
        grades: (n,) 0–4, International Clinical Diabetic Retinopathy scale.
        names: (n,) of the files.
    """

    images: Tensor
    grades: npt.NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    def only(self, rows: npt.NDArray[np.int64]) -> Photos:
        """Some of them."""
        return Photos(self.images[torch.from_numpy(rows)], self.grades[rows], tuple(self.names[i] for i in rows))


def at_side(images: Tensor, side: int) -> Tensor:
    """Pictures at another side, −1 to 1.

    Args:
        images: (n, 3, s, s), 0–255.
        side: a divisor or a multiple of s, or any other.
    """
    images = images.float()
    if images.shape[2] % side == 0:
        images = avg_pool2d(images, images.shape[2] // side)
    elif images.shape[2] != side:
        images = interpolate(images, (side, side), mode="bicubic", antialias=True, align_corners=False)
    return images.clamp(0, 255) / 127.5 - 1


def drawn_grades(grades: npt.NDArray[np.int64], count: int, rng: Generator) -> Tensor:
    """Grades, a rare one more often than it is found: in proportion to the root of its number.

    Args:
        grades: (n,) those there are.
        count: how many are drawn.
        rng: on the CPU.

    Returns:
        (count,) int64.
    """
    weights = torch.bincount(torch.from_numpy(grades), minlength=len(GRADES)).double().sqrt()
    return torch.multinomial(weights, count, replacement=True, generator=rng)


def drawn_rows(grades: npt.NDArray[np.int64], wanted: Tensor, rng: Generator) -> Tensor:
    """A row of each wanted grade: (count,) → (count,) row numbers."""
    rows = [torch.from_numpy(np.flatnonzero(grades == grade)) for grade in range(len(GRADES))]
    numbers = torch.rand(len(wanted), generator=rng)
    return torch.stack([rows[g][int(u * len(rows[g]))] for g, u in zip(wanted.tolist(), numbers.tolist(), strict=True)])
