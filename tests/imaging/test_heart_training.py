"""Training on a slice of real films: it learns, repeats itself, can be interrupted; a foreign checkpoint is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from riskmodels.errors import SourceDataError, TrainingError
from riskmodels.imaging.heart_augment import FilmAugmentation, augment_films
from riskmodels.imaging.heart_data import FOLDER, load_films, read_mask
from riskmodels.imaging.heart_film import outline
from riskmodels.imaging.heart_training import HeartConfig, heart_loss, train_unet

CPU = torch.device("cpu")
CONFIG = HeartConfig(side=64, widths=(8, 16, 16), epochs=3, batch=4, low_precision=False)


@pytest.fixture(scope="module")
def parts(shared):
    return load_films(shared, "train", 64, most=8), load_films(shared, "val", 64, most=4)


@pytest.fixture(scope="module")
def through(parts):
    """An uninterrupted run and what it reported."""
    reports = []
    return train_unet(*parts, CONFIG, CPU, reports.append), reports


@pytest.mark.shared_data
class TestFilms:
    def test_films_and_masks_are_squares_of_the_side_asked_for(self, parts):
        assert parts[0].films.shape == (8, 1, 64, 64)
        assert parts[0].masks.shape == (8, 3, 64, 64)
        assert len(parts[0]) == len(parts[0].names) == len(parts[0].ratios) == 8

    def test_films_are_stretched_to_the_whole_grey_scale(self, parts):
        assert all(film.min() == 0 and film.max() == 255 for film in parts[0].films)

    def test_right_lung_lies_left_on_the_film(self, shared, parts):
        right, left, heart = (np.nonzero(m)[1].mean() for m in read_mask(shared / FOLDER, parts[0].names[0]))
        assert right < heart < left

    def test_widths_of_the_drawn_masks_give_the_ratio_of_the_table(self, shared):
        films = load_films(shared, "test", 256)
        measured = [outline(mask.numpy().astype(np.float32) / 255).ratio for mask in films.masks]
        assert np.abs(np.array(measured) - films.ratios).mean() < 0.001

    def test_splits_share_no_film(self, shared):
        names = [set(load_films(shared, split, 32).names) for split in ("train", "val", "test")]
        assert [len(n) for n in names] == [181, 26, 52]
        assert len(set.union(*names)) == 259


def test_folder_without_films_is_refused(tmp_path):
    with pytest.raises(SourceDataError, match="no chest films"):
        load_films(tmp_path, "train", 64)


class TestAugmentation:
    def test_masks_move_with_their_film(self):
        square = torch.zeros(6, 1, 64, 64, dtype=torch.uint8)
        square[:, :, 20:44, 16:40] = 255
        still = FilmAugmentation(gamma=0, contrast=0, noise=0)
        films, masks = augment_films(square, square, still, torch.Generator().manual_seed(3))
        torch.testing.assert_close((films + 1) / 2, masks)
        assert not torch.equal(masks[0], masks[1])

    def test_nothing_to_change_gives_the_film_back(self):
        square = torch.zeros(1, 1, 64, 64, dtype=torch.uint8)
        square[:, :, 20:44, 16:40] = 255
        none = FilmAugmentation(0, 0, 0, 0, 0, 0, 0)
        _, masks = augment_films(square, square, none, torch.Generator().manual_seed(3))
        torch.testing.assert_close(masks * 255, square.float(), atol=0.05, rtol=0)

    def test_films_are_never_mirrored(self):
        left = torch.zeros(50, 1, 64, 64, dtype=torch.uint8)
        left[:, :, :, :16] = 255
        _, masks = augment_films(left, left, FilmAugmentation(), torch.Generator().manual_seed(3))
        assert bool((masks[..., :32].sum((1, 2, 3)) > masks[..., 32:].sum((1, 2, 3))).all())


class TestLoss:
    def test_right_outline_costs_less_than_a_wider_one(self):
        masks = torch.zeros(1, 3, 32, 32)
        masks[:, :, 8:24, 8:24] = 1
        wide = torch.zeros_like(masks)
        wide[:, :, 8:24, 4:28] = 1
        costs = [heart_loss(20 * m - 10, masks, 0.2) for m in (masks, wide)]
        assert costs[0] < 0.01 < costs[1]

    def test_one_stray_pixel_costs_more_where_it_widens_the_structure(self):
        masks = torch.zeros(1, 1, 32, 32)
        masks[:, :, 8:24, 8:24] = 1
        above, beside = masks.clone(), masks.clone()
        above[0, 0, 4, 16] = 1
        beside[0, 0, 16, 4] = 1
        assert heart_loss(20 * above - 10, masks, 0.2) < heart_loss(20 * beside - 10, masks, 0.2)


@pytest.mark.shared_data
class TestTraining:
    def test_loss_falls_and_every_epoch_is_reported(self, through):
        losses = [report.loss for report in through[1]]
        assert [report.epoch for report in through[1]] == [1, 2, 3]
        assert losses[-1] < losses[0]

    def test_same_seed_gives_the_same_weights(self, parts, through):
        again = train_unet(*parts, CONFIG, CPU).network.state_dict()
        assert all(torch.equal(again[n], t) for n, t in through[0].network.state_dict().items())

    def test_another_seed_gives_other_weights(self, parts, through):
        other = train_unet(*parts, replace(CONFIG, seed=1), CPU).network
        assert not torch.equal(other.head.weight, through[0].network.head.weight)

    def test_run_that_was_interrupted_ends_with_the_same_weights(self, parts, through, tmp_path):
        checkpoint = tmp_path / "run.safetensors"
        with pytest.raises(InterruptedError):
            train_unet(*parts, CONFIG, CPU, _stop_in_second, checkpoint)
        again = train_unet(*parts, CONFIG, CPU, None, checkpoint)
        assert again.epoch == through[0].epoch
        for name, tensor in through[0].network.state_dict().items():
            torch.testing.assert_close(again.network.state_dict()[name], tensor, rtol=1e-5, atol=1e-6)

    def test_checkpoint_of_another_run_is_refused(self, parts, tmp_path):
        checkpoint = tmp_path / "run.safetensors"
        train_unet(*parts, replace(CONFIG, epochs=1), CPU, None, checkpoint)
        with pytest.raises(TrainingError, match="other settings or pictures"):
            train_unet(*parts, CONFIG, CPU, None, checkpoint)

    def test_file_that_is_no_checkpoint_is_refused(self, parts, tmp_path):
        checkpoint = tmp_path / "run.safetensors"
        checkpoint.write_bytes(b"not a checkpoint")
        with pytest.raises(TrainingError, match="not a checkpoint"):
            train_unet(*parts, CONFIG, CPU, None, checkpoint)


def _stop_in_second(report):
    if report.epoch == 2:
        raise InterruptedError
