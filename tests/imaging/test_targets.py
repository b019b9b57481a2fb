"""Ordered and unordered classes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskmodels.imaging.targets import Target, prior_logits, slices

GRADES = Target("grade", ("none", "mild", "severe"), ordered=True)
KINDS = Target("kind", ("cat", "dog", "cow"), ordered=False)
BINARY = Target("ill", ("no", "yes"), ordered=False)


@pytest.mark.parametrize(("target", "outputs"), [(GRADES, 2), (KINDS, 3), (BINARY, 1)])
def test_number_of_outputs(target, outputs):
    assert target.outputs == outputs


@given(arrays(float, (4, 2), elements=st.floats(-8, 8)))
def test_shares_of_grades_are_probabilities_even_when_outputs_contradict_each_other(logits):
    shares = GRADES.shares(logits)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(1), 1)


def test_shares_of_classes_apart_are_a_softmax():
    np.testing.assert_allclose(KINDS.shares(np.log([[1.0, 2.0, 5.0]])), [[1 / 8, 2 / 8, 5 / 8]])


def test_ordered_loss_is_the_mean_cross_entropy_of_the_cumulative_questions():
    logits = torch.tensor([[1.0, -2.0]])
    by_hand = (-torch.log(torch.sigmoid(torch.tensor(1.0))) - torch.log(1 - torch.sigmoid(torch.tensor(-2.0)))) / 2
    torch.testing.assert_close(GRADES.losses(logits, torch.tensor([1])), by_hand[None])


def test_prior_gives_the_frequencies_of_the_classes():
    labels = np.array([0] * 60 + [1] * 30 + [2] * 10)
    np.testing.assert_allclose(GRADES.shares(prior_logits(GRADES, labels)), [0.6, 0.3, 0.1], atol=0.01)
    np.testing.assert_allclose(KINDS.shares(prior_logits(KINDS, labels)), [0.6, 0.3, 0.1], atol=0.01)


def test_outputs_of_several_targets_stand_one_after_the_other():
    assert slices((GRADES, KINDS)) == {"grade": slice(0, 2), "kind": slice(2, 5)}


def test_card_round_trip():
    assert Target.from_dict(GRADES.to_dict()) == GRADES


@given(arrays(float, (3, 2, 2), elements=st.floats(-4, 4)), arrays(float, 3, elements=st.floats(-4, 4)))
def test_evidence_for_a_class_apart_adds_up_to_its_log_odds(places, bias):
    shares = KINDS.shares(places.sum((1, 2)) + bias)
    for level in range(3):
        added, rest = KINDS.evidence(places, bias, level)
        assert added.sum() + rest == pytest.approx(np.log(shares[level]) - np.log1p(-shares[level]), abs=1e-6)


def test_evidence_for_a_grade_is_the_score_s():
    places = np.arange(4.0).reshape(1, 2, 2)
    added, rest = GRADES.evidence(places, np.array([1.0, -2.0]), 2)
    assert (added.sum(), rest) == (6.0, -2.0)
