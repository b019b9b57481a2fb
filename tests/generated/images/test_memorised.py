"""A generator that gives back photos it learnt from is found out, one that does not is not."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.generated.images.features import detail
from riskmodels.generated.images.memorised import Looks, memory, nearest


def pictures(n: int, seed: int) -> np.ndarray:
    """Smooth ground with fine detail of its own."""
    rng = np.random.default_rng(seed)
    ground = rng.normal(120, 20, (n, 1, 1, 3)) + np.linspace(0, 40, 64)[:, None, None]
    return (ground + rng.normal(0, 12, (n, 64, 64, 3))).clip(0, 255).astype(np.uint8)


def looked(seen: np.ndarray) -> Looks:
    """Without the network: colours in its place."""
    small = seen.reshape(len(seen), 8, 8, 8, 8, 3).mean((2, 4)).reshape(len(seen), -1)
    return Looks(small, detail(seen), detail(seen[:, :, ::-1]))


@pytest.fixture(scope="module")
def learnt() -> np.ndarray:
    return pictures(60, 0)


@pytest.fixture(scope="module")
def apart() -> Looks:
    return looked(pictures(60, 1))


def test_new_pictures_are_not_memorised(learnt: np.ndarray, apart: Looks) -> None:
    assert memory(looked(pictures(60, 2)), looked(learnt), apart).share < 0.1


@pytest.mark.parametrize("given", ["as they are", "mirrored", "a little noisy", "darker"])
def test_photos_that_are_given_back_are_flagged(learnt: np.ndarray, apart: Looks, given: str) -> None:
    back = {
        "as they are": learnt,
        "mirrored": learnt[:, :, ::-1],
        "a little noisy": (learnt + np.random.default_rng(0).normal(0, 4, learnt.shape)).clip(0, 255).astype(np.uint8),
        "darker": (learnt * 0.8).astype(np.uint8),
    }[given]
    found = memory(looked(back), looked(learnt), apart)
    assert found.share == 1
    assert found.by_detail == 1


def test_the_nearest_photo_of_a_copy_is_its_original(learnt: np.ndarray) -> None:
    found = nearest(looked(learnt[[7, 3]]), looked(learnt))
    assert found.rows.tolist() == found.rows_detail.tolist() == [7, 3]
    assert found.detail == pytest.approx(0, abs=1e-6)
