"""Which class is the finding: said in training, by whoever reads, or not at all."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from riskmodels.cli.main import main
from riskmodels.errors import InputError
from riskmodels.imaging.model import CLASSIFIER
from riskmodels.imaging.own import OwnTask, train_own
from riskmodels.imaging.positive import classes_to_ask
from riskmodels.imaging.registry import FOLDERS_VARIABLE, Found, find_models
from riskmodels.imaging.results import Picture
from riskmodels.imaging.training import ImageConfig
from riskmodels.model_files.folder import read_card, write_card

from .conftest import texture

CONFIG = ImageConfig(side=64, frozen_blocks=14, epochs=1, members=2)
COARSE = Picture(texture("coarse", 99), "PNG")


@pytest.fixture(scope="module")
def two_kinds(tmp_path_factory):
    root = tmp_path_factory.mktemp("two")
    for kind in ("coarse", "fine"):
        (root / kind).mkdir()
        for seed in range(12):
            Image.fromarray(texture(kind, seed)).save(root / kind / f"{seed}.png")
    return root


def trained(two_kinds, out, name, positive=""):
    return Found(
        *_folder_and_card(train_own(OwnTask(name, two_kinds, out, False, CONFIG, "cpu", positive=positive), print))
    )


def _folder_and_card(result):
    return result.folder, json.loads((result.folder / "card.json").read_text())


@pytest.fixture(scope="module")
def stated(two_kinds, tmp_path_factory):
    """Trained with the class that comes first in the alphabet as the finding."""
    return trained(two_kinds, tmp_path_factory.mktemp("stated"), "stated", "coarse")


@pytest.fixture(scope="module")
def silent(two_kinds, tmp_path_factory):
    """Trained without a word on it."""
    return trained(two_kinds, tmp_path_factory.mktemp("silent"), "silent")


@pytest.fixture
def old(silent, tmp_path):
    """As models of before 2026-12-01 were written: asked for the second of two classes, whichever that is."""
    (tmp_path / "old").mkdir()
    for file in silent.folder.iterdir():
        (tmp_path / "old" / file.name).write_bytes(file.read_bytes())
    card = read_card(tmp_path / "old", "")
    asked = [question | {"threshold": 0.3} for question in card["questions"] if question["level"] == 1]
    write_card(tmp_path / "old", card | {"questions": asked, "name": "old"})
    return Found(tmp_path / "old", read_card(tmp_path / "old", ""))


def members_of(model, picture=COARSE):
    """Calibrated log-odds, (members, outputs)."""
    return model.calibrated(model.see(model.square(picture)[0]).logits)["class"][0]


def findings(found):
    """What is found in a coarse picture, whatever its camera."""
    model = found.load("cpu")
    return {q.label: q.find(model.targets[0], members_of(model)) for q in model.questions}


def test_stated_finding_is_the_only_question_and_nobody_is_asked(stated):
    assert stated.open_classes == ()
    assert stated.card["positive"] == "coarse"
    assert list(findings(stated)) == ["coarse"]


def test_stated_finding_has_the_probability_of_its_class(stated):
    model = stated.load("cpu")
    shares = model.targets[0].shares(members_of(model).mean(0))
    assert findings(stated)["coarse"].probability == pytest.approx(shares[model.targets[0].classes.index("coarse")])
    assert shares.sum() == pytest.approx(1)


def test_report_of_a_stated_finding_is_about_it(stated):
    assert stated.card["metrics"]["positive"] == "coarse"


def test_two_classes_without_a_finding_are_both_asked_for(silent):
    assert silent.open_classes == ("coarse", "fine")
    found = findings(silent)
    assert list(found) == ["coarse", "fine"]
    assert found["coarse"].probability + found["fine"].probability == pytest.approx(1)


def test_whoever_reads_chooses_the_finding(silent):
    for name in silent.open_classes:
        assert list(findings(replace(silent, positive=name))) == [name]


def test_finding_that_is_no_class_is_refused_with_the_classes(silent):
    with pytest.raises(InputError, match="no class “wavy”") as refused:
        replace(silent, positive="wavy").load("cpu")
    assert refused.value.hint == "The classes are: coarse, fine."


def test_older_model_is_asked_for_both_classes_at_one_threshold(old):
    found = findings(old)
    assert found["coarse"].probability + found["fine"].probability == pytest.approx(1)
    assert found["coarse"].threshold + found["fine"].threshold == pytest.approx(1)


def test_map_of_a_class_is_what_speaks_against_the_other(silent):
    model = silent.load("cpu")
    both = [model.evidence(COARSE, question.name) for question in model.questions]
    np.testing.assert_allclose(both[0].places, -both[1].places)
    for evidence, finding in zip(both, findings(silent).values(), strict=True):
        assert 1 / (1 + np.exp(-evidence.logit)) == pytest.approx(finding.probability, abs=1e-5)
    first, second = (model.score(question.name) for question in model.questions)
    logits = model.network(model.square(COARSE)[0])
    assert first(logits).item() == pytest.approx(-second(logits).item())


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"kind": CLASSIFIER, "targets": []},
        {"kind": CLASSIFIER, "targets": ["grade"]},
        {"kind": CLASSIFIER, "targets": [{"ordered": True, "classes": ["none", "some"]}]},
        {"kind": "heart size", "targets": [{"ordered": False, "classes": ["a", "b"]}]},
        {"kind": CLASSIFIER, "positive": "b", "targets": [{"ordered": False, "classes": ["a", "b"]}]},
    ],
)
def test_nobody_is_asked_where_it_is_settled_or_no_classifier(card):
    assert classes_to_ask(card) == ()


def test_command_reads_with_a_finding_and_refuses_one_where_it_is_settled(
    silent, stated, tmp_path, monkeypatch, capsys
):
    Image.fromarray(texture("coarse", 0)).save(tmp_path / "picture.png")
    folders = f"{silent.folder.parent}:{stated.folder.parent}"
    monkeypatch.setenv(FOLDERS_VARIABLE, folders)
    assert set(find_models()) >= {"silent", "stated"}
    assert main(["imaging", "read", "silent", str(tmp_path / "picture.png"), "--positive", "fine"]) == 0
    printed = capsys.readouterr().out
    assert "fine: " in printed
    assert "not calibrated" in printed
    assert "coarse: " not in printed
    assert main(["imaging", "read", "stated", str(tmp_path / "picture.png"), "--positive", "fine"]) == 1
    assert "Leave --positive out" in capsys.readouterr().err
