"""The camera-shift test and the deletion test, on discs with dots whose number is the grade."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from riskmodels.imaging.cameras import SHIFTS
from riskmodels.imaging.findings import Question
from riskmodels.imaging.fitting import Plan, fit_classifier
from riskmodels.imaging.targets import Target
from riskmodels.imaging.training import ImageConfig, ImageSet
from riskmodels.shipping.camera_shift import UNCHANGED, camera_shift, summary
from riskmodels.shipping.deletion import deletion_test
from riskmodels.shipping.shift_document import deletion_section, shift_section

SIDE = 128
TARGET = Target("grade", ("none", "some", "many"), ordered=True)
QUESTION = Question("some", "Some", "grade", 1, 0.5, "There are some.", "There are none.")


def discs(n: int, seed: int) -> ImageSet:
    """Reddish discs; grade 1 has three dots, grade 2 nine."""
    rng, along = np.random.default_rng(seed), np.linspace(-1, 1, SIDE)
    field = along[:, None] ** 2 + along**2 < 0.95
    images, labels = np.zeros((n, 3, SIDE, SIDE), np.uint8), np.arange(n) % 3
    for image, label in zip(images, labels, strict=True):
        image[:] = np.where(field, rng.normal([[[150]], [[80]], [[40]]], 3), 0)
        for y, x in rng.integers(30, SIDE - 36, (3 * label**2 if label < 2 else 9, 2)):
            image[:, y : y + 6, x : x + 6] = np.array([240, 220, 120])[:, None, None]
    return ImageSet(torch.from_numpy(images), {"grade": labels})


@pytest.fixture(scope="module")
def model():
    config = ImageConfig(
        side=SIDE,
        frozen_blocks=8,
        depths=(11,),
        epochs=6,
        batch=8,
        members=3,
        cameras=0.3,
        least_side=96,
        rates=(2e-3,),
    )
    plan = Plan((TARGET,), (QUESTION,), config, {"name": "discs"}, torch.device("cpu"))
    return fit_classifier(discs(60, 0), discs(30, 1), plan)


@pytest.fixture(scope="module")
def found(model):
    return camera_shift(model, discs(30, 2), "some")


def test_every_camera_is_measured_after_the_photos_as_they_are(found):
    assert list(found) == [UNCHANGED, *SHIFTS]
    assert found[UNCHANGED]["auroc"] > 0.9
    assert found[UNCHANGED]["unusual"] <= 0.1


def test_strong_changes_are_told_as_unusual(found):
    assert found["bluish"]["unusual"] > 0.9
    assert found["noise"]["unusual"] > 0.9


def test_summary_is_of_the_cameras_alone(found):
    total = summary(found)
    losses = [found[UNCHANGED]["auroc"] - found[name]["auroc"] for name in SHIFTS]
    assert total["auroc_loss"] == pytest.approx(np.mean(losses))
    assert total["largest_auroc_loss"] == pytest.approx(max(losses))


def test_summary_counts_what_is_flagged_where_the_brier_score_doubles():
    part = {"auroc": 0.9, "brier": 0.1, "specificity": 0.8, "unusual": 0.0}
    worse = part | {"brier": 0.2, "unusual": 0.75}
    total = summary({UNCHANGED: part, "fair": part, "bad": worse})
    assert (total["doubled"], total["flagged"]) == (1, 0.75)


def test_removing_what_the_map_shows_lowers_the_log_odds_more_than_random_places(model):
    pictures = discs(30, 3)
    falls = deletion_test(model, pictures.images[pictures.labels["grade"] > 0], "some")
    assert falls["map"][1] > falls["random"][2]
    assert falls["map_less_grad_cam"][0] == pytest.approx(falls["map"][0] - falls["grad_cam"][0])


def test_card_says_both_with_the_former_model_beside_it(found):
    former = [{"version": version, "camera_shift": found} for version in ("2026-11-23-abd", "2026-11-24-abc")]
    text = shift_section(found, former)
    assert "AUROC, former" in text
    assert "Former: version 2026-11-24-abc." in text
    assert "Version 2026-11-23-abd: AUROC" in text
    assert text.count("a cheap camera") == 1
    assert "former" not in shift_section(found, ()).lower()


def test_card_says_what_places_are_worth():
    falls = {
        "map": [1.0, 0.5, 1.5],
        "grad_cam": [0.5, 0.2, 0.8],
        "random": [0.1, 0.0, 0.2],
        "map_less_grad_cam": [0.5] * 3,
    }
    assert "| the map's strongest | 1.00 (0.50 – 1.50) |" in deletion_section(falls)
