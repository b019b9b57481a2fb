"""Small pictures whose class is their texture, and a model trained on them in seconds."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

KINDS = {"coarse": 32, "fine": 8, "middle": 16}


def texture(kind: str, seed: int, side: int = 224) -> np.ndarray:
    """(side, side, 3) uint8: stripes of one period, with noise."""
    rng = np.random.default_rng(seed)
    period = KINDS[kind]
    wave = 60 + 120 * (((np.arange(side) + rng.integers(period)) % period) < period / 2)
    pixels = np.broadcast_to(wave[:, None, None], (side, side, 3)) + rng.normal(0, 8, (side, side, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def texture_folder(tmp_path_factory):
    """A folder with one sub-folder a class, 14 pictures each."""
    root = tmp_path_factory.mktemp("textures")
    for kind in KINDS:
        (root / kind).mkdir()
        for seed in range(14):
            Image.fromarray(texture(kind, seed)).save(root / kind / f"{seed}.png")
    return root


@pytest.fixture(scope="session")
def own_result(texture_folder, tmp_path_factory):
    """A classifier of textures, trained through the same function as the command."""
    from riskmodels.imaging.own import OwnTask, train_own
    from riskmodels.imaging.training import ImageConfig

    config = ImageConfig(side=96, frozen_blocks=14, epochs=2, batch=8, members=4)
    return train_own(OwnTask("textures", texture_folder, tmp_path_factory.mktemp("own"), False, config), lambda _: None)
