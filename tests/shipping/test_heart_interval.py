"""The interval by folds: who measures what, the quantile by hand, and a run on a slice of real films."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from riskmodels.errors import TrainingError
from riskmodels.imaging.heart_data import joined, load_films
from riskmodels.imaging.heart_training import HeartConfig
from riskmodels.shipping import heart_interval
from riskmodels.shipping.heart_interval import FOLDS, conformal_half, fold_files, fold_networks, fold_numbers


class TestFolds:
    RATIOS = np.random.default_rng(0).uniform(0.35, 0.75, 207)

    def test_every_fold_holds_as_many_films(self):
        assert np.bincount(fold_numbers(self.RATIOS)).tolist() == [69, 69, 69]

    def test_every_fold_holds_small_and_large_hearts(self):
        numbers = fold_numbers(self.RATIOS)
        medians = [np.median(self.RATIOS[numbers == fold]) for fold in range(FOLDS)]
        assert np.ptp(medians) < 0.01


class TestQuantile:
    def test_takes_the_conformal_rank(self):
        assert conformal_half(np.arange(1, 208) / 1000) == 0.188  # rank 0.9 × 208, rounded up

    def test_films_without_a_ratio_count_as_the_worst(self):
        errors = np.append(np.arange(1, 200) / 1000, np.full(8, np.inf))
        assert conformal_half(errors) == 0.188

    @pytest.mark.parametrize("errors", [np.full(8, 0.1), np.append(np.zeros(17), np.full(3, np.inf))])
    def test_no_interval_where_the_quantile_lies_beyond_the_films(self, errors):
        with pytest.raises(TrainingError, match="no 90% interval"):
            conformal_half(errors)


@pytest.mark.shared_data
def test_networks_have_not_seen_their_fold_and_go_on_from_their_files(shared, tmp_path, monkeypatch):
    monkeypatch.setattr(heart_interval, "EPOCHS", 1)
    films = joined(load_films(shared, "train", 64, most=4), load_films(shared, "val", 64, most=5))
    config = replace(HeartConfig(side=64, widths=(8, 16, 16), batch=3), low_precision=False)
    told = []
    networks = fold_networks(films, config, torch.device("cpu"), lambda fold, epoch: told.append(fold), tmp_path)
    assert told == [0, 1, 2]
    assert all(path.is_file() for path in fold_files(tmp_path))
    numbers = fold_numbers(films.ratios)
    for fold in range(FOLDS):
        seen, kept = films.of(numbers != fold), films.of(numbers == fold)
        assert not set(seen.names) & set(kept.names)
        assert len(seen) + len(kept) == 9
    again = fold_networks(films, config, torch.device("cpu"), lambda fold, epoch: told.append(fold), tmp_path)
    assert told == [0, 1, 2]  # nothing was trained a second time
    assert all(torch.equal(a.head.weight, b.head.weight) for a, b in zip(networks, again, strict=True))
