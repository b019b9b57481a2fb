"""The photos of the trial: IDRiD in its three parts, and RetinaMNIST's training pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from riskmodels.errors import SourceDataError
from riskmodels.generated.images.photos import Photos
from riskmodels.imaging.classifier import picture_tensor
from riskmodels.imaging.fitting import load_pictures
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.training import ImageConfig
from riskmodels.shipping.retina import CONFIG, FOLDER, read_labels, read_part
from riskmodels.shipping.retinamnist import FILE

#: pixels
SIDE = 128
#: chest films, the pictures of another kind, and how many of a kind
FILMS, _OTHERS = Path("images") / "wingspan_ctr_512", 40


@dataclass(frozen=True, eq=False)
class Parts:
    """Photos by what they are for.

    Args:
        train: of IDRiD, to learn from.
        val, test: of IDRiD, for final figures alone; they choose nothing.
        small: training pictures of RetinaMNIST.
    """

    train: Photos
    val: Photos
    test: Photos
    small: Photos


def read_parts(shared: Path, side: int = SIDE, most: int | None = None) -> Parts:
    """Read and shrink every photo.

    Args:
        shared: folder of shared data.
        side: of the squares, pixels.
        most: photos of each part, the first; all when None.

    Raises:
        SourceDataError: when one of the data sets is not there.
    """
    labels = read_labels(shared)
    parts = ("train", "val", "test")
    idrid = {name: _idrid(shared, labels[labels["split"] == name].head(most or len(labels)), side) for name in parts}
    return Parts(**idrid, small=_retinamnist(shared, most))


def _idrid(shared: Path, rows: pd.DataFrame, side: int) -> Photos:
    config = ImageConfig(side=side, crop_field=True)
    names = tuple(map(str, rows["file"]))
    files = [shared / FOLDER / "img512" / name for name in names]
    images = load_pictures(files, lambda path: picture_tensor([open_picture(path.read_bytes()).pixels], config))
    return Photos(images, rows["dr_grade"].to_numpy(np.int64).copy(), names)


def _retinamnist(shared: Path, most: int | None) -> Photos:
    path = shared / FILE
    if not path.is_file():
        raise SourceDataError("RetinaMNIST is not there.", hint=f"Name the folder that holds {FILE}.")
    with np.load(path, allow_pickle=False) as arrays:
        images = torch.from_numpy(arrays["train_images"][:most].copy()).permute(0, 3, 1, 2).contiguous()
        grades = arrays["train_labels"][:most, 0].astype(np.int64)
    return Photos(images, grades, tuple(f"train {i}" for i in range(len(images))))


def read_strange(shared: Path, count: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Test photos as the retina model takes them, evenly over the grades' order, and pictures of other kinds.

    Args:
        shared: with both data sets and the chest films.
        count: test photos, at most.

    Returns:
        (n, 3, 448, 448) uint8, and by name (m, 3, 448, 448).
    """
    labels = read_labels(shared)
    test = labels[labels["split"] == "test"]
    rows = test.iloc[np.unique(np.linspace(0, len(test) - 1, min(count, len(test))).round().astype(int))]
    photos = read_part(shared, rows).images
    table = pd.read_csv(shared / FILMS / "labels_split.csv")
    names = table.loc[table["split"] == "train", "id"].head(_OTHERS)
    films = [open_picture((shared / FILMS / f"img/{name}.jpg").read_bytes()).pixels for name in names]
    with np.load(shared / FILE, allow_pickle=False) as arrays:
        small = torch.from_numpy(arrays["test_images"][:_OTHERS].copy()).permute(0, 3, 1, 2).float()
    large = interpolate(small, photos.shape[2:], mode="bicubic", align_corners=False).clamp(0, 255).to(torch.uint8)
    return photos, {"chest films": picture_tensor(films, CONFIG), "RetinaMNIST, enlarged": large}
