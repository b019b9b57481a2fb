"""The shipped retina model: its figures, its refusals, and the way it is made."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skimage
from PIL import Image, ImageFilter

from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.model import SHIPPED
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.results import Picture
from riskmodels.imaging.training import ImageConfig
from riskmodels.shipping import retina, retinamnist
from riskmodels.shipping.camera_shift import summary
from riskmodels.shipping.say import Say

SAMPLE = SHIPPED.parent / "samples" / "healthy_retina.jpg"
BUNDLED = Path(skimage.__file__).parent / "data"


@pytest.fixture(scope="module")
def model():
    return ImageClassifier.load(SHIPPED / "retina", "cpu")


def photo(pixels):
    return Picture(np.asarray(pixels, np.uint8), "PNG")


@pytest.fixture(scope="module")
def test_rows(shared):
    table = retina.read_labels(shared)
    return table[table["split"] == "test"]


def first(shared, rows):
    return Image.open(shared / retina.FOLDER / "img512" / rows["file"].iloc[1]).convert("RGB")


@pytest.mark.shared_data
def test_figures_of_the_card_come_out_again_on_the_test_photos(model, shared, test_rows):
    report = retina.evaluate_retina(model, retina.read_part(shared, test_rows, model.config))
    for question in ("referable", "any", "oedema"):
        for metric, (value, low, high) in model.card["metrics"]["test"][question]["metrics"].items():
            assert report[question]["metrics"][metric] == pytest.approx([value, low, high], abs=0.02), metric


def test_card_holds_on_simulated_cameras(model):
    total = summary(model.card["camera_shift"])
    assert total["auroc_loss"] <= 0.02
    assert total["auroc_loss"] < summary(model.card["former"][0]["camera_shift"])["auroc_loss"]
    assert total["doubled"] == 0 or total["flagged"] >= 0.9


def test_what_the_map_shows_is_worth_five_times_what_random_places_are(model):
    falls = model.card["deletion"]
    assert falls["map"][0] >= 5 * falls["random"][0]
    assert falls["map_less_grad_cam"][2] >= 0  # not clearly less than Grad-CAM's


def test_card_reaches_what_was_seen(model):
    found = model.card["metrics"]["test"]
    assert found["referable"]["metrics"]["auroc"][0] >= 0.9
    assert found["any"]["metrics"]["auroc"][0] >= 0.87
    assert found["referable"]["n"] == 102


def test_weights_are_small():
    assert (SHIPPED / "retina" / "model.safetensors").stat().st_size <= 20_000_000


def test_sample_of_another_camera_has_low_ranks_and_no_probability(model):
    reading = model.read(open_picture(SAMPLE.read_bytes()))
    assert reading.refused == ""
    assert "another camera" in reading.caution
    assert reading.scale == ()
    assert not any(finding.calibrated for finding in reading.findings)
    assert reading.findings[0].rank < 0.5


def test_thresholds_on_the_card_are_two_and_were_measured(model):
    for question in model.questions:
        assert question.threshold <= question.confirmation
        assert 0 < question.prevalence < 1
        told = model.card["points"][question.name]
        assert set(told["screening"]) == set(told["confirmation"]) == {"sensitivity", "specificity"}


@pytest.mark.parametrize("name", ["chelsea.png", "page.png", "text.png", "coffee.png", "astronaut.png"])
def test_pictures_of_other_things_are_refused(model, name):
    reading = model.read(photo(Image.open(BUNDLED / name).convert("RGB")))
    assert reading.refused
    assert reading.findings == ()


@pytest.mark.parametrize("name", ["chelsea.png", "page.png", "coffee.png", "moon.png", "hubble_deep_field.jpg"])
def test_features_alone_tell_pictures_of_other_things(model, name):
    square = model.square(photo(Image.open(BUNDLED / name).convert("RGB")))[0]
    described = model.network.backbone.describe(square)[1]
    assert model.familiarity.distance(described)[0] > model.familiarity.limit


@pytest.mark.shared_data
def test_chest_film_is_refused(model, shared):
    film = Image.open(shared / "images" / "wingspan_ctr_512" / "img" / "wingspan_001.jpg").convert("RGB")
    assert model.read(photo(film)).refused


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda image: image.filter(ImageFilter.GaussianBlur(4)), "blurred"),
        (lambda image: image.point(lambda v: v * 0.12), "dark"),
    ],
)
def test_blurred_or_dark_photo_is_refused_with_the_reason(model, shared, test_rows, change, word):
    image = first(shared, test_rows)
    assert model.read(photo(image)).refused == ""
    assert word in model.read(photo(change(image))).refused.lower()


@pytest.mark.shared_data
def test_map_changes_when_the_weights_are_randomised(model, shared, test_rows):
    import torch

    picture = photo(first(shared, test_rows))
    other = ImageClassifier.load(SHIPPED / "retina", "cpu")
    rng = torch.Generator().manual_seed(0)
    for parameter in (p for branch in other.network.backbone.branches for p in branch.blocks[5:].parameters()):
        if parameter.ndim > 1:
            parameter.copy_(torch.randn(parameter.shape, generator=rng) * parameter.std())
    maps = [m.heatmap(picture, "referable").ravel() for m in (model, other)]
    assert np.corrcoef(maps)[0, 1] < 0.7


@pytest.mark.shared_data
def test_shipping_writes_a_model_with_its_figures(shared, tmp_path, monkeypatch):
    table = retina.read_labels(shared)
    few = pd.concat([part.groupby("dr_grade").head(4) for _, part in table.groupby("split")])
    monkeypatch.setattr(retina, "read_labels", lambda _: few)
    monkeypatch.setattr(retina, "CONFIG", replace(retina.CONFIG, side=96, frozen_blocks=9, members=2))
    told: list[str] = []
    retina.ship_retina(shared, tmp_path / "retina", say=Say(told.append), device="cpu", epochs=1)
    shipped = ImageClassifier.load(tmp_path / "retina", "cpu")
    assert shipped.card["metrics"]["test"]["referable"]["n"] == 20
    assert shipped.card["refusals"]["photos"] == 20
    assert any("AUROC" in line for line in told)
    assert set(shipped.card["ranks"]) == set(shipped.card["points"]) == {q.name for q in shipped.questions}


@pytest.mark.shared_data
def test_judged_again_a_model_has_its_figures_anew_and_the_same_weights(shared, tmp_path, monkeypatch):
    from riskmodels.shipping.judge import judge_retina

    table = retina.read_labels(shared)
    few = pd.concat([part.groupby("dr_grade").head(9) for _, part in table.groupby("split")])
    monkeypatch.setattr(retina, "read_labels", lambda _: few)
    monkeypatch.setattr("riskmodels.shipping.site_trial.PHOTOS", 30)
    shutil.copytree(SHIPPED / "retina", tmp_path / "retina")
    told: list[str] = []
    judge_retina(shared, tmp_path / "retina", say=Say(told.append), device="cpu")
    again, before = (ImageClassifier.load(folder, "cpu") for folder in (tmp_path / "retina", SHIPPED / "retina"))
    assert again.card["weights_sha256"] == before.card["weights_sha256"]
    assert again.card["points"]["referable"]["with"] + again.card["points"]["referable"]["without"] == 41
    assert all(0 <= share <= 1 for share in again.card["site_trial"]["recognised"].values())
    assert any("another camera" in line for line in told)


@pytest.mark.shared_data
def test_retinamnist_runs_once_a_seed(shared, monkeypatch):
    monkeypatch.setattr(retinamnist, "SEEDS", (0, 1))
    config = ImageConfig(side=32, frozen_blocks=15, epochs=1, batch=64, members=2)
    result = retinamnist.run_retinamnist(shared, say=Say(lambda _: None), device="cpu", config=config)
    assert [run["seed"] for run in result["runs"]] == [0, 1]
    assert result["mean"]["acc"] == pytest.approx(sum(run["acc"] for run in result["runs"]) / 2)
    assert 0.5 < result["mean"]["auc"] < 1


def test_published_figures_of_retinamnist_are_beaten():
    import json

    from riskmodels.cli.imaging import RETINAMNIST

    mean = json.loads(RETINAMNIST.read_text(encoding="utf-8"))["mean"]
    assert mean["acc"] > 0.531
    assert mean["auc"] > 0.717
