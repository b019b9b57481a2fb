"""Metrics of image classifiers against scikit-learn, what is not estimable, thresholds, and the tables."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics as sk

from riskmodels.errors import InputError
from riskmodels.evaluation import Plan
from riskmodels.evaluation.calibration import wilson
from riskmodels.imaging.image_metrics import (
    binary_report,
    choose_threshold,
    classification_report,
    report_lines,
    report_markdown,
)

FEW = Plan(replicates=60)


def sample(n: int = 200, k: int = 4, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Labels and fairly good probabilities, rounded so that there are ties."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n)
    scores = rng.normal(size=(n, k)).round(1) + 1.2 * np.eye(k)[labels]
    p = np.exp(scores)
    return labels, p / p.sum(axis=1, keepdims=True)


def report(k: int = 4, **options):
    labels, p = sample(k=k)
    return classification_report(labels, p, [f"grade {i}" for i in range(k)], plan=FEW, **options)


class TestAgainstScikitLearn:
    @pytest.mark.parametrize(
        ("name", "reference"),
        [
            ("accuracy", lambda y, p: sk.accuracy_score(y, p.argmax(1))),
            ("balanced_accuracy", lambda y, p: sk.balanced_accuracy_score(y, p.argmax(1))),
            ("auroc", lambda y, p: sk.roc_auc_score(y, p, multi_class="ovr", average="macro")),
            ("log_loss", sk.log_loss),
            ("f1", lambda y, p: sk.f1_score(y, p.argmax(1), average="macro")),
            ("sensitivity", lambda y, p: sk.recall_score(y, p.argmax(1), average="macro")),
            ("ppv", lambda y, p: sk.precision_score(y, p.argmax(1), average="macro")),
            ("quadratic_kappa", lambda y, p: sk.cohen_kappa_score(y, p.argmax(1), weights="quadratic")),
        ],
    )
    def test_metric_of_four_classes(self, name, reference):
        assert report(ordinal=True)["metrics"][name][0] == pytest.approx(reference(*sample()), rel=1e-5)

    def test_auroc_is_the_loop_of_medmnist(self):
        labels, p = sample()
        expected = sum(sk.roc_auc_score((labels == i).astype(float), p[:, i]) for i in range(4)) / 4
        assert report()["metrics"]["auroc"][0] == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize(
        ("key", "reference"), [("sensitivity", sk.recall_score), ("ppv", sk.precision_score), ("f1", sk.f1_score)]
    )
    def test_each_class(self, key, reference):
        labels, p = sample()
        expected = reference(labels, p.argmax(1), average=None)
        assert [c[key][0] for c in report()["by_class"]] == pytest.approx(list(expected), rel=1e-5)

    def test_specificity_of_each_class_is_the_recall_of_the_rest(self):
        labels, p = sample()
        expected = [sk.recall_score(labels != i, p.argmax(1) != i) for i in range(4)]
        assert [c["specificity"][0] for c in report()["by_class"]] == pytest.approx(expected, rel=1e-5)

    def test_confusion_matrix_has_truth_in_rows(self):
        labels, p = sample()
        assert report()["confusion"] == sk.confusion_matrix(labels, p.argmax(1)).tolist()

    @pytest.mark.parametrize(
        ("name", "reference"),
        [
            ("auroc", lambda y, p: sk.roc_auc_score(y, p)),
            ("auprc", lambda y, p: sk.average_precision_score(y, p)),
            ("brier", lambda y, p: sk.brier_score_loss(y, p)),
            ("sensitivity", lambda y, p: sk.recall_score(y, p >= 0.4)),
            ("specificity", lambda y, p: sk.recall_score(1 - y, p < 0.4)),
            ("ppv", lambda y, p: sk.precision_score(y, p >= 0.4)),
            ("npv", lambda y, p: sk.precision_score(1 - y, p < 0.4)),
        ],
    )
    def test_metric_of_one_finding(self, name, reference):
        labels, p = sample(k=2)
        found = binary_report(labels, p[:, 1], 0.4, FEW)["metrics"][name][0]
        assert found == pytest.approx(reference(labels, p[:, 1]), rel=1e-5)


class TestTwoClasses:
    def test_metrics_are_of_the_second_class(self):
        labels, p = sample(k=2)
        found = report(k=2)
        assert found["positive"] == "grade 1"
        assert found["metrics"]["auroc"][0] == pytest.approx(sk.roc_auc_score(labels, p[:, 1]), rel=1e-5)
        assert found["metrics"]["f1"][0] == pytest.approx(sk.f1_score(labels, p[:, 1] > 0.5), rel=1e-5)

    @pytest.mark.parametrize("thresholds", [0.3, [0.7, 0.3], {"grade 1": 0.3}])
    def test_threshold_decides_what_is_called(self, thresholds):
        labels, p = sample(k=2)
        found = report(k=2, thresholds=thresholds)
        assert found["confusion"] == sk.confusion_matrix(labels, p[:, 1] >= 0.3).tolist()
        assert found["thresholds"] == [0.7, 0.3]


class TestThresholdsOfManyClasses:
    def test_they_decide_each_class_and_leave_accuracy_alone(self):
        labels, p = sample()
        found = report(thresholds=[0.2, 0.2, 0.2, 0.2])
        expected = [sk.recall_score(labels == i, p[:, i] >= 0.2) for i in range(4)]
        assert [c["sensitivity"][0] for c in found["by_class"]] == pytest.approx(expected, rel=1e-5)
        assert found["metrics"]["accuracy"] == report()["metrics"]["accuracy"]

    def test_missing_one_is_named(self):
        with pytest.raises(InputError, match="no threshold for grade 3"):
            report(thresholds={f"grade {i}": 0.2 for i in range(3)})


class TestIntervals:
    def test_value_lies_inside(self):
        outside = [m for m, (v, low, high) in report(ordinal=True)["metrics"].items() if not low <= v <= high]
        assert outside == []

    def test_same_seed_gives_the_same(self):
        assert report() == report()

    def test_patients_with_many_pictures_widen_them(self):
        labels, p = sample(n=40, k=2)
        labels, p, groups = (np.repeat(a, 10, axis=0) for a in (labels, p, np.arange(40)))
        alone = binary_report(labels, p[:, 1], 0.5, Plan(200))["metrics"]["auroc"]
        whole = binary_report(labels, p[:, 1], 0.5, Plan(200, groups=groups))["metrics"]["auroc"]
        assert whole[2] - whole[1] > 2 * (alone[2] - alone[1])

    def test_share_of_one_has_wilsons_interval(self):
        label = np.repeat([0, 1], 20)
        found = binary_report(label, label * 0.8 + 0.1, 0.5, FEW)["metrics"]["sensitivity"]
        assert found == pytest.approx([1, wilson(1, 20)[0], 1], rel=1e-5)

    def test_wilsons_interval_counts_patients_not_pictures(self):
        label = np.repeat([0, 1], 20)
        found = binary_report(label, label * 0.8 + 0.1, 0.5, Plan(60, groups=np.arange(40) // 4))["metrics"]
        assert found["sensitivity"][1] == pytest.approx(wilson(1, 5)[0], rel=1e-5)


class TestNotEstimable:
    def test_one_class_only(self):
        labels, p = sample()
        only = labels == 2
        found = classification_report(labels[only], p[only], list("abcd"), plan=FEW, ordinal=True)
        assert found["metrics"]["auroc"] == [None, None, None]
        assert found["by_class"][2]["specificity"] == [None, None, None]
        assert found["by_class"][0]["sensitivity"] == [None, None, None]

    def test_no_picture(self):
        found = classification_report(np.zeros(0, int), np.zeros((0, 3)), list("abc"), plan=FEW, ordinal=True)
        assert {tuple(v) for v in found["metrics"].values()} == {(None, None, None)}

    def test_finding_that_nobody_has(self):
        found = binary_report(np.zeros(30), np.linspace(0, 1, 30), 0.5, FEW)["metrics"]
        assert found["auroc"] == found["sensitivity"] == [None, None, None]
        assert found["specificity"][0] == 0.5

    def test_finding_without_threshold(self):
        found = binary_report(*(a for a in (np.arange(30) % 2, np.linspace(0, 1, 30))), float("nan"), FEW)
        assert found["metrics"]["sensitivity"] == [None, None, None]
        assert found["metrics"]["auroc"][0] is not None
        assert found["threshold"] is found["counts"] is None

    def test_unknown_labels_are_left_out_with_their_patients(self):
        label, score = np.array([0, 1] * 10 + [np.nan]), np.linspace(0, 1, 21)
        found = binary_report(label, score, 0.5, Plan(60, groups=np.arange(21) // 2))
        assert found["n"] == 20

    def test_report_is_json(self):
        found = report(ordinal=True)
        assert json.loads(json.dumps(found, allow_nan=False)) == found


class TestRefused:
    def test_rows_that_do_not_add_up(self):
        with pytest.raises(InputError, match="do not add up to 1"):
            classification_report([0, 1], [[0.5, 0.6], [0.5, 0.5]], ["a", "b"])

    def test_label_of_no_class(self):
        with pytest.raises(InputError, match="none of the 2 classes"):
            classification_report([0, 2], [[0.5, 0.5], [0.5, 0.5]], ["a", "b"])

    def test_shapes_that_do_not_fit(self):
        with pytest.raises(InputError, match=r"shape \(1, 3\)"):
            classification_report([0], [[0.2, 0.3, 0.5]], ["a", "b"])


class TestChooseThreshold:
    LABEL = np.array([0, 0, 1, 0, 1, 1, 0, 1])
    SCORE = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])

    @pytest.mark.parametrize(("least", "expected"), [(1.0, 0.25), (0.9, 0.25), (0.75, 0.45), (0.25, 0.75)])
    def test_highest_that_is_sensitive_enough(self, least, expected):
        assert choose_threshold(self.LABEL, self.SCORE, least) == pytest.approx(expected)

    def test_youden(self):
        # sensitivity + specificity − 1 is 0.5 at 0.3 and at 0.5: the more sensitive one is taken
        assert choose_threshold(self.LABEL, self.SCORE, "youden") == pytest.approx(0.25)

    def test_youden_is_the_best_of_all(self):
        labels, p = sample(k=2)
        chosen = choose_threshold(labels, p[:, 1], "youden")
        false, true, _ = sk.roc_curve(labels, p[:, 1])
        called = p[:, 1] >= chosen
        assert sk.recall_score(labels, called) + sk.recall_score(1 - labels, ~called) - 1 == pytest.approx(
            (true - false).max()
        )

    def test_tied_scores_are_called_together(self):
        assert choose_threshold([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.1], 0.5) == pytest.approx(0.3)

    @pytest.mark.parametrize("label", [0, 1])
    def test_one_class_gives_none(self, label):
        assert np.isnan(choose_threshold(np.full(5, label), np.linspace(0, 1, 5)))

    def test_impossible_sensitivity_is_refused(self):
        with pytest.raises(InputError, match=r"sensitivity of 90"):
            choose_threshold(self.LABEL, self.SCORE, 90)


class TestTables:
    def test_lines_are_aligned(self):
        lines = report_lines(report())
        rows = lines[lines.index("Each class against the rest") + 1 :][:5]
        assert len({len(row) for row in rows}) == 1
        assert rows[1].startswith("grade 0")

    def test_lines_say_what_is_not_estimable(self):
        text = "\n".join(report_lines(binary_report(np.zeros(30), np.linspace(0, 1, 30), 0.5, FEW)))
        assert "not estimable" in text

    def test_two_classes_name_the_one_that_is_meant(self):
        assert any(line.startswith("Sensitivity of “grade 1”") for line in report_lines(report(k=2)))

    def test_markdown_has_value_and_interval(self):
        found = report()
        value, low, high = found["metrics"]["accuracy"]
        text = report_markdown(found, "Grades")
        assert text.startswith("### Grades\n")
        assert f"| Accuracy | {value:.3f} ({low:.3f} – {high:.3f}) |" in text

    def test_bar_in_a_name_does_not_break_the_table(self):
        labels, p = sample(k=2)
        text = report_markdown(classification_report(labels, p, ["a|b", "c"], plan=FEW))
        assert "| a\\|b |" in text
