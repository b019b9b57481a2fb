"""Membership inference: attacks that find members, and what chance does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.generated.privacy.attacks import LIMIT, attack_members, attack_scores, by_chance, caught_at
from riskmodels.generated.privacy.neighbours import nearest, within


def points(n: int, seed: int) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(n, 6))


@pytest.fixture(scope="module")
def copied():
    members = points(600, 0)
    return attack_members(members + 0.05 * points(600, 9), members, points(600, 1))


@pytest.fixture(scope="module")
def harmless():
    return attack_members(points(2000, 0), points(2000, 1), points(3000, 2))


def test_members_with_a_little_noise_are_found_by_every_attack(copied) -> None:
    assert {attack.name for attack in copied.attacks} == {"nearest", "density", "count"}
    assert min(attack.auc.low for attack in copied.attacks) > 0.75
    assert copied.auc.value > 0.99
    assert copied.p < 0.002
    assert copied.caught.value > 0.95 > copied.caught_by_chance


def test_a_third_of_the_others_is_the_reference_and_not_attacked(copied) -> None:
    assert (copied.members, copied.others, copied.reference, copied.invented) == (600, 400, 200, 600)


def test_an_independent_draw_is_guessing(harmless) -> None:
    assert harmless.auc.value < harmless.by_chance < LIMIT
    assert harmless.auc.low < 0.5 < harmless.auc.high
    assert harmless.refused_by_chance < 0.05 < harmless.p
    assert harmless.caught.value < 0.02


def test_the_strongest_is_the_highest_with_an_interval_of_the_maximum(harmless) -> None:
    values = [attack.auc.value for attack in harmless.attacks]
    assert harmless.auc.value == max(values) == harmless.strongest.auc.value
    assert harmless.auc.low >= max(attack.auc.low for attack in harmless.attacks)


def test_auc_is_that_of_scikit_learn() -> None:
    members, others = points(150, 3), points(150, 4)
    invented = members[:70] + 0.1
    found = attack_members(invented, members, others)
    rng = np.random.default_rng(0)
    mixed = rng.permutation(150)
    apart = others[mixed[50:]]
    scores = attack_scores(np.vstack([members, apart]), invented, others[mixed[:50]])
    label = np.r_[np.ones(150), np.zeros(100)]
    for attack in found.attacks:
        assert attack.auc.value == pytest.approx(roc_auc_score(label, scores[attack.name]), abs=1e-12)


def test_chance_says_how_often_harmless_files_are_above_the_limit() -> None:
    label, above = np.r_[np.ones(120), np.zeros(120)], []
    for seed in range(60):
        drawn = np.random.default_rng(seed).normal(size=(480, 4))
        scores = attack_scores(drawn[:240], drawn[240:360], drawn[360:])
        above.append(max(roc_auc_score(label, score) for score in scores.values()) > LIMIT)
    said = (by_chance(label, scores, np.random.default_rng(0))[0] > LIMIT).mean()
    assert said > 0.2
    assert np.mean(above) == pytest.approx(said, abs=2.6 * np.sqrt(said * (1 - said) / 60))


def test_caught_counts_members_above_all_others_but_some() -> None:
    score = np.array([9, 8, 7, 6, 5, 5, 4, 1.0])
    label = np.array([[1, 1, 0, 1, 1, 0, 1, 0], [0, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0, 0, 0]])
    assert caught_at(label, score, 0).tolist() == [2, 0, 4]  # of two with 5, neither is above the other
    assert caught_at(label, score, 0.4).tolist() == [3, 5, 5]


def test_few_invented_people_can_be_attacked_with() -> None:
    found = attack_members(points(2, 0), points(80, 1), points(90, 2))
    assert np.isfinite([*found.auc, found.by_chance, found.caught_by_chance]).all()


def test_neighbours_and_counts_are_those_of_all_pairs() -> None:
    people, among = points(40, 0), points(70, 1)
    distance = np.sqrt(((people[:, None] - among[None]) ** 2).sum(axis=2))
    found, rows = nearest(people, among, 3)
    assert found == pytest.approx(np.sort(distance, axis=1)[:, :3])
    assert (rows[:, 0] == distance.argmin(axis=1)).all()
    assert (within(people, among, 2.0) == (distance <= 2).sum(axis=1)).all()
    assert nearest(people, among[:2], 5)[0].shape == (40, 2)
