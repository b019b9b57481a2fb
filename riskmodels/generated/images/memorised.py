"""Whether a generator gives back the photos it learnt from: the nearest one of each picture, and a yardstick.

The yardstick are photos of other eyes, kept apart: how near they are to their nearest photo of those learnt from. A
picture that is nearer than any of them is called memorised; a generator that gives photos back is so called throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodels.columns import Floats
from riskmodels.generated.images.features import described, detail
from riskmodels.generated.images.model import Pixels
from riskmodels.imaging.backbone import Backbone

#: of the yardstick: a picture is memorised when it is nearer than this share of the photos kept apart
SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Looks:
    """Pictures as they are compared.

    Args:
        features: (n, d), see :func:`riskmodels.generated.images.features.described`.
        detail: (n, e), rows of length one.
        mirrored: (n, e) that of the mirrored pictures.
    """

    features: Floats
    detail: Floats
    mirrored: Floats

    def __len__(self) -> int:
        return len(self.features)

    def only(self, rows: npt.NDArray[np.int64]) -> Looks:
        """Some of them."""
        return Looks(self.features[rows], self.detail[rows], self.mirrored[rows])


@dataclass(frozen=True, eq=False)
class Nearest:
    """The photo learnt from that is nearest to each picture.

    Args:
        rows: (n,) number of the nearest by features, and ``rows_detail`` by detail.
        features: (n,) distance: root mean square over the features, in units of their mean standard deviation.
        detail: (n,) distance: 1 − correlation of fine detail.
    """

    rows: npt.NDArray[np.int64]
    rows_detail: npt.NDArray[np.int64]
    features: Floats
    detail: Floats


@dataclass(frozen=True)
class Memory:
    """What is found of a set of pictures.

    Args:
        share: of them memorised, by features or by detail.
        by_features, by_detail: by each alone.
        limits: of both distances, below which a picture is memorised.
        medians: of both distances of the pictures, and ``medians_apart`` of the photos kept apart.
        pictures: how many.
    """

    share: float
    by_features: float
    by_detail: float
    limits: tuple[float, float]
    medians: tuple[float, float]
    medians_apart: tuple[float, float]
    pictures: int


def look(pictures: Pixels, backbone: Backbone) -> Looks:
    """What pictures (n, s, s, 3) are compared by."""
    return Looks(described(pictures, backbone), detail(pictures), detail(pictures[:, :, ::-1]))


def nearest(pictures: Looks, learnt: Looks) -> Nearest:
    """The nearest photo learnt from, mirrored or not."""
    spread = learnt.features.std(0).mean() * np.sqrt(learnt.features.shape[1])
    squares = [np.square(x.features).sum(1) for x in (pictures, learnt)]
    away = squares[0][:, None] + squares[1] - 2 * pictures.features @ learnt.features.T
    apart = np.sqrt(np.maximum(away, 0)) / max(spread, 1e-12)
    alike = np.maximum(pictures.detail @ learnt.detail.T, pictures.detail @ learnt.mirrored.T)
    return Nearest(apart.argmin(1), alike.argmax(1), apart.min(1), 1 - alike.max(1))


def memory(pictures: Looks, learnt: Looks, apart: Looks) -> Memory:
    """How many pictures are memorised.

    Args:
        pictures: invented ones.
        learnt: photos that the generator learnt from.
        apart: real photos of other eyes.
    """
    found, usual = nearest(pictures, learnt), nearest(apart, learnt)
    limits = tuple(float(np.quantile(part, SHARE)) for part in (usual.features, usual.detail))
    near = [found.features < limits[0], found.detail < limits[1]]
    return Memory(
        share=float((near[0] | near[1]).mean()),
        by_features=float(near[0].mean()),
        by_detail=float(near[1].mean()),
        limits=(limits[0], limits[1]),
        medians=(float(np.median(found.features)), float(np.median(found.detail))),
        medians_apart=(float(np.median(usual.features)), float(np.median(usual.detail))),
        pictures=len(pictures),
    )
