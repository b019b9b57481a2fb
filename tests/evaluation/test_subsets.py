"""Subsets of inputs as files have them."""

from __future__ import annotations

import numpy as np

from riskmodels.evaluation.subsets import BLOCKS, blocks_of, draw_hidden, draw_subsets
from riskmodels.tabular.recipes import CHEST_PAIN_INPUTS, POPULATION_INPUTS
from riskmodels.vocabulary import VOCABULARY


def test_every_input_of_a_block_is_one_of_the_vocabulary() -> None:
    assert {name for block in BLOCKS for name in block.inputs} <= set(VOCABULARY)


def test_inputs_of_the_models_are_in_one_block_each() -> None:
    for inputs in (POPULATION_INPUTS, CHEST_PAIN_INPUTS):
        placed = [name for block in blocks_of(inputs) for name in block.inputs]
        assert sorted(placed) == sorted(set(inputs) - {"age", "sex", "chest_pain_type"})


def test_input_of_no_block_is_one_of_its_own() -> None:
    assert [block.inputs for block in blocks_of(["age", "shoe_size"])] == [("shoe_size",)]


def test_twenty_different_subsets_know_age_and_sex_and_keep_blocks_together() -> None:
    found = draw_subsets(POPULATION_INPUTS, 20)
    assert len({subset.inputs for subset in found}) == 20
    for subset in found:
        assert {"age", "sex"} <= set(subset.inputs)
        assert ("ldl_cholesterol" in subset.inputs) == ("triglycerides" in subset.inputs)


def test_the_same_seed_gives_the_same_subsets_and_another_others() -> None:
    assert draw_subsets(POPULATION_INPUTS, 5, 1) == draw_subsets(POPULATION_INPUTS, 5, 1)
    assert draw_subsets(POPULATION_INPUTS, 5, 1) != draw_subsets(POPULATION_INPUTS, 5, 2)


def test_few_inputs_give_as_many_subsets_as_there_are() -> None:
    found = draw_subsets(["age", "sex", "bmi", "waist"], 20)
    assert {subset.inputs for subset in found} == {("age", "sex", "bmi"), ("age", "sex", "waist")}


def test_hidden_inputs_are_never_age_or_sex_and_reach_every_degree() -> None:
    hidden = draw_hidden(POPULATION_INPUTS, 2000)
    assert not hidden[:, :2].any()
    share = hidden.mean(axis=1)
    assert share.min() < 0.1
    assert share.max() > 0.9
    assert np.histogram(share, 4, (0, 1))[0].min() > 200
