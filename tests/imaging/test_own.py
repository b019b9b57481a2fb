"""Train your own: from a folder to a model that the page can offer."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from riskmodels.cli.main import main
from riskmodels.errors import InputError, ModelFileError, TrainingError
from riskmodels.imaging.model import SHIPPED
from riskmodels.imaging.own import OwnTask, train_own
from riskmodels.imaging.registry import FOLDERS_VARIABLE, find_models
from riskmodels.imaging.results import Picture
from riskmodels.imaging.training import ImageConfig

from .conftest import KINDS, texture

CONFIG = ImageConfig(side=96, frozen_blocks=14, epochs=1, members=2)


def test_textures_are_told_apart_on_the_test_part(own_result):
    assert own_result.report["metrics"]["accuracy"][0] >= 0.8
    assert np.sum(own_result.report["confusion"]) == own_result.report["n"]


def test_card_says_what_it_was_trained_on(own_result):
    card = json.loads((own_result.folder / "card.json").read_text())
    assert card["data"]["classes"] == sorted(KINDS)
    assert sum(sum(counts) for counts in card["data"]["pictures"].values()) == 14 * len(KINDS)
    assert card["split"] == "by picture"
    assert any("patient" in limit for limit in card["limits"])


def test_model_is_found_and_reads_a_new_picture(own_result, monkeypatch):
    monkeypatch.setenv(FOLDERS_VARIABLE, str(own_result.folder.parent))
    model = find_models()["textures"].load("cpu")
    reading = model.read(Picture(texture("fine", 99), "PNG"))
    assert reading.refused == ""
    assert max(reading.scale, key=lambda share: share.probability).label == "fine"
    assert sum(share.probability for share in reading.scale) == pytest.approx(1)
    for finding in reading.findings:
        assert 0 <= finding.low <= finding.probability <= finding.high <= 1


def test_each_class_is_asked_for_where_none_is_the_finding(own_result):
    card = json.loads((own_result.folder / "card.json").read_text())
    assert [question["label"] for question in card["questions"]] == sorted(KINDS)
    assert "positive" not in card


def test_few_validation_pictures_leave_it_uncalibrated_and_its_card_says_so(own_result):
    card = json.loads((own_result.folder / "card.json").read_text())
    assert card["temperatures"] == {"class": 1.0}
    calibration, thresholds = card["cautions"]
    assert "not calibrated: that takes 50 validation pictures, there were" in calibration
    assert "Few validation pictures for its thresholds (“coarse” " in thresholds
    assert set(card["cautions"]) <= set(own_result.notes)


def test_card_tells_what_is_refused_of_other_kinds(own_result):
    refused = json.loads((own_result.folder / "card.json").read_text())["other_kinds"]
    assert refused["own_test_pictures_refused"] == 0
    assert min(refused["refused_when_held_out"].values()) >= 0.9


def test_unlike_picture_is_refused_by_the_model(own_result, monkeypatch):
    monkeypatch.setenv(FOLDERS_VARIABLE, str(own_result.folder.parent))
    model = find_models()["textures"].load("cpu")
    colours = np.random.default_rng(0).integers(0, 255, (224, 224, 3)).astype(np.uint8)
    reading = model.read(Picture(colours, "PNG"))
    assert "unlike" in reading.refused
    assert reading.findings == ()


def test_every_shipped_folder_is_offered(monkeypatch):
    monkeypatch.delenv(FOLDERS_VARIABLE, raising=False)
    shipped = {folder.name for folder in SHIPPED.iterdir() if folder.is_dir()}
    assert set(find_models()) == shipped, "name its folder in _ORDER of riskmodels/imaging/registry.py"


def test_kind_that_is_not_known_is_told_and_not_read_as_another(tmp_path, monkeypatch):
    (tmp_path / "bones").mkdir()
    card = {"format": 1, "name": "bones", "title": "Age of bones", "kind": "bone age", "version": "1"}
    (tmp_path / "bones" / "card.json").write_text(json.dumps(card))
    (tmp_path / "bones" / "model.safetensors").touch()
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path))
    with pytest.raises(ModelFileError, match="“bone age” is no kind of image model"):
        find_models()["bones"].load("cpu")


def test_finding_that_is_no_class_is_refused_with_the_classes(texture_folder, tmp_path):
    with pytest.raises(InputError, match="no class “wavy”") as refused:
        train_own(OwnTask("x", texture_folder, tmp_path, False, CONFIG, positive="wavy"), print)
    assert refused.value.hint == "The classes are: coarse, fine, middle."


def test_lowest_grade_is_no_finding(texture_folder, tmp_path):
    with pytest.raises(TrainingError, match="lowest grade"):
        train_own(OwnTask("x", texture_folder, tmp_path, True, CONFIG, positive="coarse"), print)


def test_name_that_is_a_path_is_refused(texture_folder, tmp_path):
    with pytest.raises(TrainingError, match="cannot be a model's name"):
        train_own(OwnTask("../x", texture_folder, tmp_path, False, CONFIG), print)


def test_name_of_a_shipped_model_is_refused(texture_folder, tmp_path):
    with pytest.raises(TrainingError, match="shipped"):
        train_own(OwnTask("retina", texture_folder, tmp_path, False, CONFIG), print)


def test_pictures_that_do_not_fit_into_memory_are_refused_with_a_smaller_side(texture_folder, tmp_path):
    huge = replace(CONFIG, side=9600)
    with pytest.raises(TrainingError, match="--side"):
        train_own(OwnTask("big", texture_folder, tmp_path, False, huge), print)


def test_command_trains_prints_its_figures_and_resumes(texture_folder, tmp_path, capsys):
    (tmp_path / "data").mkdir()
    for kind in ("coarse", "fine"):
        (tmp_path / "data" / kind).mkdir()
        for seed in range(10):
            Image.fromarray(texture(kind, seed)).save(tmp_path / "data" / kind / f"{seed}.png")
    command = ["imaging", "train", "--data", str(tmp_path / "data"), "--task", "stripes", "--side", "64"]
    command += [
        "--epochs",
        "1",
        "--out",
        str(tmp_path),
        "--resume",
        str(tmp_path / "run.safetensors"),
        "--device",
        "cpu",
    ]
    for _ in range(2):
        assert main(command) == 0
    printed = capsys.readouterr().out
    for word in ("Accuracy", "Sensitivity", "Specificity", "epoch 1 of at most 1"):
        assert word in printed
    assert (tmp_path / "stripes" / "model.safetensors").is_file()


def test_empty_folder_is_refused_on_one_line(tmp_path, capsys):
    assert main(["imaging", "train", "--data", str(tmp_path), "--task", "x"]) == 1
    assert "no class with a file" in capsys.readouterr().err
