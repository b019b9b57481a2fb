"""Every figure of the generator: photos and its pictures in, one document out.

Grades, memory and distances are told in features of EfficientNet-Lite0 (ImageNet), all pictures at 128 pixels.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Generator

from riskmodels.generated.images.distance import Distance, distance
from riskmodels.generated.images.memorised import Looks, look, memory
from riskmodels.generated.images.model import Pixels, RetinaGenerator, pixels_of
from riskmodels.generated.images.photos import GRADES, Photos
from riskmodels.imaging.backbone import Backbone
from riskmodels.imaging.run import batches
from riskmodels.shipping.generated_images.data import Parts
from riskmodels.shipping.generated_images.rare import Seen, try_rare
from riskmodels.shipping.say import Say

#: pictures of each grade, and the seed that they are drawn with
DRAWN, SEED = 110, 1
#: random halves of the real photos
_HALVES = 5
#: FID that Inception's features give c-LGAN on IDRiD, as published
PUBLISHED = 121.0


@dataclass(frozen=True, eq=False)
class Set:
    """Pictures that were looked at.

    Args:
        pixels: (n, s, s, 3).
        grades: (n,) those they have, or were asked for.
        looks: what they are compared by.
    """

    pixels: Pixels
    grades: np.ndarray[Any, np.dtype[np.int64]]
    looks: Looks

    @property
    def seen(self) -> Seen:
        """For a classifier."""
        return Seen(self.looks.features, self.grades)

    def like(self, grades: np.ndarray[Any, np.dtype[np.int64]]) -> Looks:
        """As many of each grade as there are in others, the first of each."""
        counts = np.bincount(grades, minlength=len(GRADES))
        rows = np.concatenate([np.flatnonzero(self.grades == g)[: counts[g]] for g in range(len(GRADES))])
        return self.looks.only(rows)


@dataclass(frozen=True, eq=False)
class Sets:
    """Real photos learnt from and kept apart (validation and test), invented ones, and draws of the autoencoder."""

    learnt: Set
    apart: Set
    invented: Set
    decoded: Set


def look_at_all(parts: Parts, generator: RetinaGenerator, backbone: Backbone, say: Say, drawn: int = DRAWN) -> Sets:
    """Draw, and look at every picture."""
    say.line("looking at real photos")
    learnt = _set(photo_pixels(parts.train), parts.train.grades, backbone)
    others = [photo_pixels(parts.val), photo_pixels(parts.test)]
    apart = _set(np.concatenate(others), np.r_[parts.val.grades, parts.test.grades], backbone)
    say.line(f"drawing {drawn} pictures of each grade")
    grades = np.repeat(np.arange(len(GRADES)), drawn)
    made = np.concatenate([generator.sample(grade, drawn, SEED) for grade in range(len(GRADES))])
    decoded = _decoded(generator, learnt.grades)
    return Sets(learnt, apart, _set(made, grades, backbone), _set(decoded, learnt.grades, backbone))


def measure(sets: Sets, say: Say) -> dict[str, Any]:
    """All that is told by features.

    Returns:
        ``distances`` by comparison, ``rare`` grades, ``memory`` and that of a ``control`` that gives photos back.
    """
    say.line("distances")
    distances = {name: asdict(found) for name, found in _distances(sets).items()}
    say.line("memory")
    learnt, apart = sets.learnt.looks, sets.apart.looks
    copies = learnt.only(np.arange(0, len(learnt), 2))
    say.line("rare grades")
    trial = try_rare(sets.learnt.seen, sets.invented.seen, sets.apart.seen)
    return {
        "distances": distances,
        "memory": asdict(memory(sets.invented.looks, learnt, apart)),
        "control": asdict(memory(copies, learnt, apart)),
        "rare": asdict(trial),
        "published_fid": PUBLISHED,
        "sizes": {"learnt": len(learnt), "apart": len(apart), "invented": len(sets.invented.looks)},
        "seed": SEED,
    }


def _distances(sets: Sets) -> dict[str, Distance]:
    """By what is compared; the floor first."""
    real, made = sets.learnt.looks.features, sets.invented.like(sets.learnt.grades).features
    apart, halves = sets.apart.looks.features, []
    beside = []
    for seed in range(_HALVES):
        rows = np.random.default_rng(seed).permutation(len(real))
        one, other = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        halves.append(distance(real[one], real[other], seed))
        some = np.random.default_rng(seed).permutation(len(made))[: len(one)]
        beside.append(distance(made[some], real[other], seed))
    return {
        "real half, other real half": _mean(halves),
        "invented, real half": _mean(beside),
        "real photos kept apart, learnt from": distance(apart, real),
        "invented, learnt from": distance(made, real),
        "invented, real photos kept apart": distance(made, apart),
        "autoencoder's draws, learnt from": distance(sets.decoded.looks.features, real),
    }


def _mean(found: list[Distance]) -> Distance:
    fid, kid, spread = np.mean([(part.fid, part.kid, part.kid_sd) for part in found], axis=0)
    return Distance(float(fid), float(kid), float(spread), found[0].sizes)


def photo_pixels(photos: Photos) -> Pixels:
    """(n, s, s, 3)."""
    return np.ascontiguousarray(photos.images.permute(0, 2, 3, 1).numpy())


@torch.no_grad()
def _decoded(generator: RetinaGenerator, grades: np.ndarray[Any, np.dtype[np.int64]]) -> Pixels:
    z = torch.randn(len(grades), generator.vae.latent, generator=Generator().manual_seed(SEED))
    shares = torch.nn.functional.one_hot(torch.from_numpy(grades), len(GRADES)).float()
    parts = [generator.vae.decode(a, b) for a, b in zip(batches(z, 32), batches(shares, 32), strict=True)]
    return pixels_of(torch.cat(parts))


def _set(pixels: Pixels, grades: np.ndarray[Any, np.dtype[np.int64]], backbone: Backbone) -> Set:
    return Set(pixels, grades, look(pixels, backbone))
