"""The page about the image models holds what their cards hold: figures, limits, and what could not be measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from riskmodels.cli.main import main
from riskmodels.evaluation import Plan
from riskmodels.imaging.image_metrics import binary_report, classification_report
from riskmodels.imaging.registry import Found
from riskmodels.shipping.imaging_document import PAGE, PUBLISHED, imaging_card

FEW = Plan(replicates=40)
GRADES = ("none", "mild", "severe")


def finding(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, 80)
    return binary_report(label, np.clip(0.3 * label + rng.random(80) * 0.7, 0, 1), 0.4, FEW)


def grades() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return classification_report(rng.integers(0, 3, 90), rng.dirichlet(np.ones(3), 90), GRADES, plan=FEW, ordinal=True)


def retina(**more: Any) -> dict[str, Any]:
    return {
        "name": "retina",
        "title": "Retinopathy on a photo",
        "kind": "classifier",
        "about": "Grades one photo.",
        "version": "2026-11-24-abcdef01",
        "weights_sha256": "ab" * 32,
        "config": {"side": 448, "augmentation": {"rotation": 180.0}},
        "questions": [{"name": "referable", "label": "Referable (moderate or worse)"}],
        "data": {"name": "IDRiD", "licence": "CC BY 4.0", "photos": {"train": 325, "test": 102}},
        "split": "The official test photos.",
        "defects": ["Six pairs are byte-identical."],
        "limits": ["One camera."],
        "metrics": {"val": {"referable": finding(1)}, "test": {"referable": finding(), "grades": grades()}},
    } | more


def page(*cards: dict[str, Any], retinamnist: dict[str, Any] | None = None) -> str:
    return imaging_card({card["name"]: Found(Path("x"), card) for card in cards}, retinamnist)


def result(acc: float = 0.55, auc: float = 0.76) -> dict[str, Any]:
    return {"runs": [{"seed": s, "acc": acc, "auc": auc} for s in range(3)], "mean": {"acc": acc, "auc": auc}}


def test_intervals_stand_side_by_side() -> None:
    rows = [
        {"set on": "26 films", "half": 0.0348, "coverage": [0.9038, 0.8163, 0.9778]},
        {"set on": "207 films in 3 folds", "half": 0.0412, "coverage": [0.9423, 0.8654, 1.0]},
    ]
    text = page(retina(interval="By folds.", intervals=rows))
    assert "| 26 films | ± 0.0348 | 0.904 (0.816 – 0.978) |" in text
    assert "| 207 films in 3 folds | ± 0.0412 | 0.942 (0.865 – 1.000) |" in text


class TestModel:
    @pytest.mark.parametrize(
        "text",
        [
            "## Retinopathy on a photo",
            "- Licence: CC BY 4.0",
            "- Photos: train 325, test 102",
            "### Split\n\nThe official test photos.",
            "- Six pairs are byte-identical.",
            "- One camera.",
            "side 448, augmentation rotation 180.0",
            "weights SHA-256 `abababababababab…`",
        ],
    )
    def test_page_holds_what_the_card_holds(self, text):
        assert text in page(retina())

    def test_finding_has_its_label_figures_and_intervals(self):
        found = finding()
        value, low, high = found["metrics"]["auroc"]
        text = page(retina())
        assert "|  | Referable (moderate or worse) |" in text
        assert f"| AUROC | {value:.3f} ({low:.3f} – {high:.3f}) |" in text
        assert f"| with the finding | {found['events']} |" in text

    def test_grades_have_their_confusion_matrix(self):
        assert f"| none | {' | '.join(map(str, grades()['confusion'][0]))} |" in page(retina())

    def test_test_pictures_come_before_validation_pictures(self):
        text = page(retina())
        assert 0 < text.index("### On test pictures") < text.index("### On validation pictures")
        assert text.count("look better than they are") == 1

    def test_metrics_that_name_no_part_are_of_the_test_pictures(self):
        text = page(retina(metrics={"referable": finding()}))
        assert "### On test pictures" in text
        assert "validation pictures\n" not in text.split("## Retinopathy")[1]

    def test_what_is_not_estimable_is_said(self):
        empty = binary_report(np.zeros(20), np.linspace(0, 1, 20), 0.5, FEW)
        assert "| AUROC | not estimable |" in page(retina(metrics={"referable": empty}))

    def test_measurement_has_its_figures_counts_and_interval(self):
        counts = {"films": 52, "enlarged": 36, "bootstrap": {"replicates": 2000, "level": 0.95}}
        metrics = {"heart_dice": [0.9412, 0.9301, 0.9502], "ratio_mae": [0.0171, 0.0132, 0.0215]}
        card = {
            "name": "heart_size",
            "kind": "heart size",
            "metrics": metrics,
            "test": counts,
            "interval": "Conformal.",
        }
        text = page(retina(**card))
        assert (
            "### On test films\n\n- Films: 52\n- Enlarged: 36\n\nIn brackets: 95 % bootstrap intervals (2,000" in text
        )
        assert "| Overlap of the heart with the drawn one (Dice) | 0.941 (0.930 – 0.950) |" in text
        assert "| Ratio: mean absolute difference | 0.0171 (0.0132 – 0.0215) |" in text
        assert "### Interval\n\nConformal." in text

    def test_figures_of_unknown_names_are_listed(self):
        text = page(retina(metrics={"test": {"films": 52, "overlap": {"heart": 0.9412}}}))
        assert "| Films | 52 |" in text
        assert "| Overlap, heart | 0.941 |" in text

    def test_card_without_metrics_makes_no_empty_table(self):
        assert "### On test" not in page(retina(metrics={}))


class TestBenchmark:
    def test_published_figures_stand_beside_ours(self):
        text = page(retina(), retinamnist=result())
        assert "| ResNet-18, 28 px | 0.524 | 0.717 |" in text
        assert "| Google AutoML Vision | 0.531 | 0.750 |" in text
        assert "| this code, seed 2 | 0.550 | 0.760 |" in text
        assert "10.1038/s41597-022-01721-8" in text

    def test_result_may_stand_on_the_card(self):
        assert "seed 2" in page(retina(retinamnist=result()))

    def test_worse_figure_is_called_worse(self):
        text = page(retina(), retinamnist=result(acc=0.53))
        assert "accuracy 0.530 is above ResNet-18, 28 px's 0.524" in text
        assert "accuracy 0.530 is not above Google AutoML Vision's 0.531" in text
        assert "AUC 0.760 is above Google AutoML Vision's 0.750" in text

    def test_without_a_result_there_is_no_table(self):
        assert PUBLISHED[0][0] not in page(retina())


def test_page_says_what_was_never_measured_and_how_to_make_it_again():
    text = page(retina())
    assert "no subgroup could be measured" in text
    assert "make train-imaging" in text


def test_page_in_docs_is_that_of_the_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    current = PAGE.read_text(encoding="utf-8")
    monkeypatch.setattr("riskmodels.shipping.imaging_document.PAGE", tmp_path / PAGE.name)
    assert main(["imaging", "card"]) == 0
    assert (tmp_path / PAGE.name).read_text(encoding="utf-8") == current, "run python -m riskmodels imaging card"
