"""Photos that a test can make: reddish discs on black, with one bright spot a grade."""

from __future__ import annotations

import numpy as np
import torch

from riskmodels.generated.images.autoencoder import PhotoVAE
from riskmodels.generated.images.model import RetinaGenerator, set_middles
from riskmodels.generated.images.photos import Photos
from riskmodels.generated.images.synthesis import Shape, Synthesis

#: 16 pixels
SHAPE = Shape(channels=(16, 16, 8), draw=8, latent=16)
CARD = {
    "created": "2026-12-01",
    "found": ["Do they help? No."],
    "limits": [],
    "data": {"name": "discs", "licence": "none", "citation": "nobody"},
}


def discs(n: int, side: int = 16, seed: int = 0) -> Photos:
    """n of them, grades 0–4 in turn."""
    rng, along = np.random.default_rng(seed), np.linspace(-1, 1, side)
    field = along[:, None] ** 2 + along**2 < 0.9
    images, grades = np.zeros((n, 3, side, side), np.uint8), np.arange(n) % 5
    for image, grade in zip(images, grades, strict=True):
        image[:] = np.where(field, rng.normal([[[150]], [[80]], [[40]]], 8).clip(0, 255), 0)
        for y, x in rng.integers(side // 4, side - side // 3, (grade, 2)):
            image[:, y : y + 2, x : x + 2] = np.array([240, 220, 120])[:, None, None]
    return Photos(torch.from_numpy(images), grades.astype(np.int64), tuple(f"train/{i}.jpg" for i in range(n)))


def untrained(seed: int = 0) -> RetinaGenerator:
    """A tiny generator as it begins."""
    torch.manual_seed(seed)
    synthesis = Synthesis(SHAPE)
    set_middles(synthesis, 16)
    return RetinaGenerator(synthesis.eval(), PhotoVAE((16, 8, 8), 4).eval(), dict(CARD))
