"""A classifier: files, reading, reasons."""

import json
import shutil

import numpy as np
import pytest
import torch
from scipy.special import logit

from riskmodels.errors import ModelFileError
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.model import FORMAT
from riskmodels.imaging.own import OwnTask, train_own
from riskmodels.imaging.results import Picture
from riskmodels.imaging.training import ImageConfig
from riskmodels.model_files.folder import write_card, write_model

from .conftest import texture


@pytest.fixture(scope="module")
def model(own_result):
    return ImageClassifier.load(own_result.folder, "cpu")


@pytest.fixture(scope="module")
def graded(texture_folder, tmp_path_factory):
    """The textures as grades, read with their mirror images, by a short backbone."""
    config = ImageConfig(side=96, frozen_blocks=10, depths=(11,), epochs=1, batch=8, members=4)
    task = OwnTask("grades", texture_folder, tmp_path_factory.mktemp("graded"), True, config)
    return ImageClassifier.load(train_own(task, lambda _: None).folder, "cpu")


@pytest.fixture(scope="module")
def picture():
    pixels = texture("middle", 50)
    pixels[:, :112] = texture("fine", 51)[:, :112]
    return Picture(pixels, "PNG")


def test_saved_and_loaded_again_it_says_the_same(model, picture, tmp_path):
    model.save(tmp_path / "again")
    again = ImageClassifier.load(tmp_path / "again", "cpu")
    for one, other in zip(model.read(picture).findings, again.read(picture).findings, strict=True):
        assert one == other


def test_shipped_files_are_small_and_hold_half_precision_kernels(own_result):
    path = own_result.folder / "model.safetensors"
    assert path.stat().st_size < 20_000_000


@pytest.mark.parametrize("damage", ["weights", "card", "kind"])
def test_damaged_model_is_refused(own_result, tmp_path, damage):
    folder = tmp_path / "model"
    shutil.copytree(own_result.folder, folder)
    card = json.loads((folder / "card.json").read_text())
    if damage == "weights":
        with (folder / "model.safetensors").open("ab") as file:
            file.write(b"x")
    elif damage == "card":
        (folder / "card.json").write_text("{")
    else:
        del card["questions"]
        write_card(folder, card)
    with pytest.raises(ModelFileError):
        ImageClassifier.load(folder)


def test_grades_of_an_earlier_version_must_be_trained_again_and_that_is_said(graded, tmp_path):
    folder = tmp_path / "grades"
    tensors, entries = graded.parts()
    a_row_an_output = {"weight": tensors["weight"].repeat(1, 2, 1)}
    write_model(folder, tensors | a_row_an_output, graded.card | entries, FORMAT)
    with pytest.raises(ModelFileError, match="grades was trained by an earlier version") as error:
        ImageClassifier.load(folder, "cpu")
    assert "imaging train" in error.value.hint


@pytest.mark.parametrize("method", ["heatmap", "occlusion"])
def test_maps_lie_on_the_picture_and_reach_from_cold_to_hot(model, picture, method):
    heat = getattr(model, method)(picture, "class_1")
    assert heat.shape == picture.pixels.shape[:2]
    assert heat.dtype == np.float32
    assert heat.min() >= 0
    assert 0.9 < heat.max() <= 1


@pytest.mark.parametrize("made", ["model", "graded"])
def test_places_and_bias_add_up_to_the_log_odds_shown(made, request):
    model, picture = request.getfixturevalue(made), Picture(texture("fine", 51), "PNG")
    findings = model.read(picture).findings
    assert findings
    for found in findings:
        evidence = model.evidence(picture, found.name)
        assert evidence.logit == pytest.approx(logit(found.probability), abs=1e-5)
        assert evidence.on_picture.shape == picture.pixels.shape[:2]


def test_map_shows_the_half_with_the_evidence(model, picture):
    heat = model.heatmap(picture, "class_1")  # fine stripes, left
    assert heat[:, :100].mean() > 2 * heat[:, 124:].mean()


def test_reading_and_explaining_leaves_no_gradients_and_changes_no_weights(model, picture):
    before = {n: t.clone() for n, t in model.network.state_dict().items()}
    model.read(picture)
    model.heatmap(picture, "class_0")
    assert all(p.grad is None for p in model.network.parameters())
    assert all(torch.equal(before[n], t) for n, t in model.network.state_dict().items())
