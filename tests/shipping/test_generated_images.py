"""The trial of invented photos: the rare grades, telling strange pictures, and the answers in words, also no."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch

from riskmodels.generated.images.photos import GRADES
from riskmodels.shipping.generated_images.data import read_parts
from riskmodels.shipping.generated_images.rare import INVENTED, REAL, WAYS, Recall, Seen, Trial, try_rare
from riskmodels.shipping.generated_images.strange import CAMERA, KIND, VAE, mean_auroc, tell_apart
from riskmodels.shipping.generated_images.words import rare_words

MIDDLES = np.eye(5, 12) * 2


def seen(counts: list[int], seed: int, away: float = 1.0) -> Seen:
    """Features about the middle of each grade; about none of them when ``away`` is 0."""
    grades = np.repeat(np.arange(5), counts)
    noise = np.random.default_rng(seed).normal(size=(len(grades), 12))
    return Seen(away * MIDDLES[grades] + noise, grades)


@pytest.fixture(scope="module")
def trial() -> Trial:
    return try_rare(seen([80, 6, 80, 15, 30], 0), seen([90] * 5, 1), seen([40] * 5, 2))


def recall(trial: Trial, way: str, grade: int) -> Recall:
    return next(row for row in trial.recalls if (row.way, row.grade) == (way, grade))


def test_more_of_the_right_kind_helps_a_rare_grade(trial: Trial) -> None:
    assert len(trial.recalls) == len(WAYS) * len(GRADES)
    helped = recall(trial, INVENTED, 1)
    assert helped.interval[0] > 0
    assert helped.recall - recall(trial, REAL, 1).recall == pytest.approx(helped.difference)
    assert "Yes" in rare_words(asdict(trial), 1)


def test_pictures_of_no_grade_are_found_out_and_do_no_more_than_equal_weights() -> None:
    found = try_rare(seen([80, 30, 80, 30, 30], 0), seen([400] * 5, 1, away=0), seen([40] * 5, 2))
    assert np.mean(found.asked) < 0.35 < np.mean(found.asked_real)
    for grade in (1, 3):
        # they make the rare grades as frequent as the others, and that alone raises their recall
        assert recall(found, INVENTED, grade).beyond_interval[0] <= 0
        assert "Yes" not in rare_words(asdict(found), grade)


def test_an_answer_that_is_not_shown_is_said_so(trial: Trial) -> None:
    rows = [asdict(row) for row in trial.recalls]
    for row in rows:
        row["interval"] = (-0.1, 0.2)
    document: dict[str, Any] = asdict(trial) | {"recalls": rows}
    assert "mild retinopathy? Not shown." in rare_words(document, 1)
    for row in rows:
        row["interval"] = (-0.2, -0.1)
    assert "severe retinopathy? No, they harmed." in rare_words(document, 3)


def test_each_score_is_held_against_photos_as_they_are() -> None:
    def scored(images: torch.Tensor) -> dict[str, np.ndarray]:
        light = images.float().mean((1, 2, 3)).double().numpy()
        return {VAE: light, KIND: -light, CAMERA: np.zeros(len(images))}

    dark, bright = (torch.arange(n, n + 8).view(8, 1, 1, 1).expand(8, 3, 16, 16) for n in (10, 200))
    (found,) = tell_apart(scored, dark, {}, {"bright": bright}, lambda _: None)
    assert found.auroc == {VAE: 1, KIND: 0, CAMERA: 0.5}
    assert found.pictures == 8
    assert mean_auroc([found]) == {}


@pytest.mark.shared_data
def test_photos_are_read_in_their_parts_with_their_grades(shared) -> None:
    parts = read_parts(shared, side=32, most=3)
    for part in (parts.train, parts.val, parts.test):
        assert part.images.shape == (3, 3, 32, 32)
        assert part.images.float().mean() > 20
    assert {name.split("/")[0] for name in parts.train.names + parts.val.names} == {"train"}
    assert {name.split("/")[0] for name in parts.test.names} == {"test"}
    assert parts.small.images.shape == (3, 3, 28, 28)
    assert parts.train.grades.tolist() == [3, 3, 3]
