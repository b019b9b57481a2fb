"""Chest films with drawn masks of heart and lungs: the Wingspan data in the shared folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from riskmodels.errors import SourceDataError
from riskmodels.imaging.heart_film import Mask, film_square
from riskmodels.imaging.results import Pixels

FOLDER = Path("images") / "wingspan_ctr_512"
TABLE = "labels_split.csv"
#: bits of the mask files, in the order of the network's outputs: right lung, left lung, heart
_BITS = (2, 1, 4)


@dataclass(frozen=True, eq=False)
class FilmSet:
    """Films in memory.

    Args:
        names: of the files.
        films: (n, 1, s, s) uint8, stretched.
        masks: (n, 3, s, s) uint8: share of the pixel that the structure covers, 255 = all.
        ratios: (n,) cardiothoracic ratio of the drawn masks.
    """

    names: tuple[str, ...]
    films: Tensor
    masks: Tensor
    ratios: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.films)

    def of(self, chosen: NDArray[np.bool_]) -> FilmSet:
        """The films marked in ``chosen``, (n,)."""
        rows = np.flatnonzero(chosen)
        names = tuple(self.names[row] for row in rows)
        return FilmSet(names, self.films[rows], self.masks[rows], self.ratios[rows])


def joined(one: FilmSet, other: FilmSet) -> FilmSet:
    """Both sets' films, those of ``one`` first."""
    return FilmSet(
        one.names + other.names,
        torch.cat([one.films, other.films]),
        torch.cat([one.masks, other.masks]),
        np.concatenate([one.ratios, other.ratios]),
    )


def load_films(shared: Path, split: str, side: int, most: int | None = None) -> FilmSet:
    """Films, masks and ratios of one part of the data.

    Args:
        shared: folder of shared data.
        split: ``train``, ``val`` or ``test``.
        side: of the squares.
        most: stop after so many films.

    Raises:
        SourceDataError: when the data are not there.
    """
    folder = shared / FOLDER
    if not (folder / TABLE).is_file():
        raise SourceDataError(f"There are no chest films at {folder}.", hint="Give the folder with images/.")
    table = pd.read_csv(folder / TABLE)
    table = table[table["split"] == split].head(most or len(table))
    films = [film_square(film_pixels(folder, name), side) for name in table["id"]]
    masks = [_mask_square(read_mask(folder, name), side) for name in table["id"]]
    return FilmSet(
        tuple(table["id"]),
        torch.from_numpy(np.stack(films))[:, None],
        torch.from_numpy(np.stack(masks)),
        table["ctr_from_masks"].to_numpy(float),
    )


def film_pixels(folder: Path, name: str) -> Pixels:
    """One film: (h, w, 3) uint8."""
    with Image.open(folder / "img" / f"{name}.jpg") as image:
        return np.asarray(image.convert("RGB"))


def read_mask(folder: Path, name: str) -> Mask:
    """Drawn masks of one film: (3, h, w) bool, in the order of the network's outputs."""
    with Image.open(folder / "mask" / f"{name}.png") as image:
        flags = np.asarray(image)
    return np.stack([(flags & bit) > 0 for bit in _BITS])


def _mask_square(masks: Mask, side: int) -> NDArray[np.uint8]:
    images = [Image.fromarray(mask.astype(np.uint8) * 255) for mask in masks]
    return np.stack([np.asarray(i.resize((side, side), Image.Resampling.BOX)) for i in images])
