"""data/reference/strangers.safetensors: how the first blocks of the backbone answer to pictures of other kinds.

Several views of a few open pictures out of registry packages, and of training pictures of the data sets that our own
models learn from. Only means and spreads of 24 channels are kept of a picture, nothing that it could be drawn from.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file
from torch import Tensor

from riskmodels.errors import SourceDataError
from riskmodels.imaging.backbone import Backbone, pretrained
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.results import Pixels
from riskmodels.imaging.strangers import BLOCKS, FILE, look

#: pictures within registry packages, by kind; data/reference/strangers.md says whose they are. The cat of scikit-image
#: is not among them: tests try with it whether a kind that nobody has shown is refused
PACKAGED: dict[str, tuple[tuple[str, str], ...]] = {
    "photos of people and things": (
        *(
            ("scikit-image", f"skimage/data/{name}")
            for name in ("astronaut.png", "camera.png", "clock_motion.png", "coffee.png", "coins.png", "rocket.jpg")
        ),
        ("scikit-learn", "sklearn/datasets/images/china.jpg"),
        ("scikit-learn", "sklearn/datasets/images/flower.jpg"),
    ),
    "surfaces": tuple(("scikit-image", f"skimage/data/{name}.png") for name in ("brick", "grass", "gravel")),
    "print and drawings": tuple(("scikit-image", f"skimage/data/{name}.png") for name in ("horse", "logo")),
    "microscopy": tuple(("scikit-image", f"skimage/data/{name}.png") for name in ("cell", "ihc")),
    "night sky": (("scikit-image", "skimage/data/hubble_deep_field.jpg"),),
}
#: training pictures of data sets, by kind: folder, the column of its labels_split.csv that names one, and its file
SHARED = {
    "retinal photos": ("images/idrid_grading", "file", "img512/{}"),
    "chest films": ("images/wingspan_ctr_512", "id", "img/{}.jpg"),
}
#: views of a packaged picture, and pictures of a data set
_VIEWS, _PICTURES = 8, 40


def ship_strangers(shared: Path, out: Path = FILE) -> dict[str, int]:
    """Look at every picture, write the file.

    Args:
        shared: with images/idrid_grading and images/wingspan_ctr_512.
        out: file to write.

    Returns:
        Rows written, by kind.

    Raises:
        SourceDataError: when a picture is not there.
    """
    backbone, rng = pretrained(BLOCKS), np.random.default_rng(0)
    found: dict[str, Tensor] = {}
    for kind, pictures in PACKAGED.items():
        opened = [_open(Path(str(metadata.distribution(p).locate_file(name)))) for p, name in pictures]
        found[kind] = _looked(backbone, [view for pixels in opened for view in _views(pixels, rng)])
    for kind, (folder, column, file) in SHARED.items():
        found[kind] = _looked(backbone, [_open(path) for path in _files(shared / folder, column, file)])
    save_file({kind: rows.half() for kind, rows in found.items()}, out)
    return {kind: len(rows) for kind, rows in found.items()}


def _files(folder: Path, column: str, file: str) -> list[Path]:
    """The first training pictures of a data set."""
    table = folder / "labels_split.csv"
    if not table.is_file():
        raise SourceDataError(f"There is no {folder.name}.", hint="Name the folder of shared data with --shared.")
    rows = pd.read_csv(table)
    return [folder / file.format(name) for name in rows.loc[rows["split"] == "train", column].head(_PICTURES)]


def _open(path: Path) -> Pixels:
    if not path.is_file():
        raise SourceDataError(f"There is no picture {path.name}.", hint="Install locks/dev.txt, and lay shared data.")
    return open_picture(path.read_bytes()).pixels


def _views(pixels: Pixels, rng: np.random.Generator) -> list[Pixels]:
    """The whole, and parts of it of half to nearly all its width, some of them mirrored."""
    height, width = pixels.shape[:2]
    views = [pixels]
    for _ in range(_VIEWS - 1):
        share, across, down = rng.uniform((0.5, 0, 0), (0.95, 1, 1))
        h, w = int(height * share), int(width * share)
        y, x = int(down * (height - h)), int(across * (width - w))
        part = pixels[y : y + h, x : x + w]
        views.append(part[:, ::-1] if rng.random() < 0.5 else part)
    return views


def _looked(backbone: Backbone, pictures: list[Pixels]) -> Tensor:
    return torch.cat([look(backbone, pixels) for pixels in pictures])
