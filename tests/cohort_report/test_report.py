from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report import CohortReport, Rule, build_report, published_risks
from riskmodels.cohort_report import report as report_module
from riskmodels.cohort_report.importance import MOST_POINTS, dependence_section, explain_rows
from riskmodels.cohorts import read_uci_heart
from riskmodels.columns import Columns
from riskmodels.errors import InputError
from riskmodels.evaluation import auroc, brier, decile_table
from riskmodels.measured import Measured
from riskmodels.tabular.model import load_shipped

OUTCOME = "dysglycaemia"
ALWAYS = "flow left_out counts distribution groups missing drift importance cloud dependence triage".split()
WITH_OUTCOME = "metrics roc precision_recall calibration decision threshold subgroups".split()


def measured(demo: Any) -> pd.Series:
    """Whether HbA1c or fasting glucose answers the outcome of each row."""
    return pd.Series(Measured(Columns.of(demo.frame)).decides(OUTCOME), index=demo.frame.index)


class TestSections:
    def test_all_are_there_in_order(self, report: CohortReport) -> None:
        assert [s.key for s in report] == [*ALWAYS, *WITH_OUTCOME]

    def test_without_an_outcome_column_nothing_is_validated(self, demo: Any) -> None:
        found = build_report(demo.frame, demo.prediction, demo.model, OUTCOME, replicates=5)
        assert [s.key for s in found] == ALWAYS
        assert (found.labelled, found.events) == (0, 0)

    def test_every_one_states_a_finding_and_reads_as_text(self, report: CohortReport) -> None:
        for section in report:
            assert section.finding.endswith(".")
            words = section.words()
            assert len(words) == len(section.table)
            assert not words.map(lambda text: text in ("nan", "None")).to_numpy().any(), section.key

    def test_patients_values_only_where_asked_for(self, demo: Any, report: CohortReport) -> None:
        assert not any(s.private for s in report)
        listed = build_report(
            demo.frame, demo.prediction, demo.model, OUTCOME, rule=Rule(count=7), listed=True, replicates=5
        )
        table = listed["triage_list"].table
        assert len(table) == 7
        assert list(table["risk"]) == list(demo.risk.mask(measured(demo)).nlargest(7))
        assert table["reasons"].str.contains("raises").all()


class TestCounts:
    def test_parts_add_up_to_the_rows_read(self, demo: Any, report: CohortReport) -> None:
        table = report["counts"].table
        assert table["n"].iloc[:-1].sum() == table["n"].iloc[-1] == len(demo.frame) == report.read

    def test_measured_rows_are_counted_and_judged_but_not_flagged(self, demo: Any, report: CohortReport) -> None:
        told = int((measured(demo) & demo.risk.notna()).sum())
        assert told > 0
        assert f"{told:,} rows had HbA1c or fasting glucose measured" in report["counts"].finding
        assert f"{told:,} rows with HbA1c or fasting glucose measured cannot be flagged" in report["triage"].finding
        everybody = Rule(threshold=0.0001)
        flagged = build_report(demo.frame, demo.prediction, demo.model, OUTCOME, rule=everybody, replicates=5)
        assert flagged["triage"].table["flagged"].iloc[0] == demo.risk.notna().sum() - told

    def test_estimates_with_a_held_value_are_counted_apart(self, demo: Any) -> None:
        frame = demo.frame.copy()
        frame.loc[frame.index[:40], "bmi"] = demo.model.support[OUTCOME]["bmi"].high + 3
        prediction = demo.model.predict(frame)
        held = int((prediction.held[OUTCOME] != "").sum())
        found = build_report(frame, prediction, demo.model, OUTCOME, replicates=5)["counts"]
        counts = dict(zip(found.table["rows"], found.table["n"], strict=True))
        assert counts["with an estimate, a value counted as the edge of the training data"] == held >= 20
        assert sum(n for rows, n in counts.items() if rows != "read") == counts["read"] == len(frame)
        assert f"({held:,} of them with a value counted as the edge" in found.finding

    def test_histogram_holds_everyone_with_an_estimate(self, demo: Any, report: CohortReport) -> None:
        table = report["distribution"].table
        assert table["n"].sum() == demo.risk.notna().sum() == report.estimated
        assert table["with"].sum() == report.events

    def test_labels_of_refused_rows_do_not_count(self, demo: Any, report: CohortReport) -> None:
        assert report.labelled == (demo.risk.notna() & demo.label.notna()).sum()

    def test_missingness_is_of_all_rows_and_beside_that_of_training(self, demo: Any, report: CohortReport) -> None:
        row = report["missing"].table.set_index("input").loc["bmi"]
        assert row["unknown"] == demo.frame["bmi"].isna().sum()
        assert row["low"] < row["share"] < row["high"]
        assert 0 < row["training"] < 1


class TestValidation:
    def test_metrics_are_those_of_the_evaluation_package(self, demo: Any, report: CohortReport) -> None:
        values = report["metrics"].table.set_index("metric")["value"]
        assert values["auroc"] == pytest.approx(auroc(demo.label, demo.risk))
        assert values["brier"] == pytest.approx(brier(demo.label, demo.risk))

    def test_every_metric_has_an_interval_around_or_beside_it(self, report: CohortReport) -> None:
        table = report["metrics"].table
        assert (table["low"] < table["high"]).all()

    def test_deciles_are_those_of_the_evaluation_package(self, demo: Any, report: CohortReport) -> None:
        pd.testing.assert_frame_equal(report["calibration"].table, decile_table(demo.label, demo.risk))

    def test_threshold_is_the_lowest_risk_the_rule_flags(self, demo: Any, report: CohortReport) -> None:
        assert report["threshold"].table["threshold"].iloc[0] == Rule().cut(demo.risk)

    def test_columns_the_analyst_names_are_subgroups_and_rare_levels_are_joined(self, demo: Any) -> None:
        ward = pd.DataFrame({"ward": [f"w{i % 30}" for i in range(len(demo.frame))]}, index=demo.frame.index)
        found = build_report(
            demo.frame, demo.prediction, demo.model, OUTCOME, label=demo.label, subgroups=ward, replicates=5
        )
        levels = found["subgroups"].table.query("by == 'ward'")["level"]
        assert len(levels) == 12
        assert "all others" in set(levels)

    @pytest.mark.parametrize("value", [0.0, 1.0])
    def test_one_class_only_is_not_estimable_everywhere(self, demo: Any, value: float) -> None:
        label = demo.label.where(demo.label.isna(), value)
        found = build_report(demo.frame, demo.prediction, demo.model, OUTCOME, label=label, replicates=5)
        assert found["metrics"].table["value"].isna().all()
        assert set(found["metrics"].words()["In this cohort (95 % interval)"]) == {"not estimable"}
        assert found["decision"].table["net_benefit"].isna().all()
        for key in ("calibration", "decision", "roc", "subgroups"):
            assert "not estimable" in found[key].finding.lower() or "nothing is estimable" in found[key].finding

    def test_no_known_outcome_at_all_is_no_error(self, demo: Any) -> None:
        label = pd.Series(np.nan, index=demo.frame.index)
        found = build_report(demo.frame, demo.prediction, demo.model, OUTCOME, label=label, replicates=5)
        assert found["metrics"].table["value"].isna().all()

    def test_nobody_with_an_estimate_is_no_error(self, demo: Any) -> None:
        frame = demo.frame.assign(age=np.nan).iloc[:50]
        found = build_report(
            frame, demo.model.predict(frame), demo.model, OUTCOME, label=demo.label.iloc[:50], listed=True, replicates=5
        )
        assert found.estimated == 0
        assert [s.key for s in found][:3] == ALWAYS[:3]

    def test_published_score_stands_beside_the_model_on_the_rows_that_have_both(self, demo: Any) -> None:
        frame = demo.frame.assign(bp_medication=0.0, egfr=90.0, cholesterol_medication=0.0, diabetes=0.0)
        prediction = demo.model.predict(frame)
        found = build_report(
            frame, prediction, demo.model, "cvd_10y", label=(demo.label > 0).astype(float), replicates=5
        )
        titles = set(found["comparison_decision"].table["strategy"])
        assert {"Model", "AHA PREVENT 2023"} <= titles == set(found["comparison"].table["strategy"])
        assert set(found["decision"].table["strategy"]) == {"Model"}
        prevent = published_risks(frame, "cvd_10y")["AHA PREVENT 2023"]
        both = prediction.risk["cvd_10y"].notna()
        for score in published_risks(frame, "cvd_10y").values():
            both &= score.notna()
        for key in ("comparison", "comparison_decision"):
            assert f"{both.sum():,} rows" in found[key].finding
            assert f"On {both.sum():,} rows" in found[key].basis
        assert set(found["comparison"].table["n"]) == {both.sum()}
        alone = found["comparison"].table.set_index("strategy")["alone"]
        assert alone["AHA PREVENT 2023"] == prevent.notna().sum() > both.sum()
        assert prevent[both].between(0, 1).all()


class TestReasons:
    def test_importance_is_the_mean_absolute_shapley_value(self, demo: Any, report: CohortReport) -> None:
        kept = demo.frame[demo.risk.notna()]
        expected = demo.model.explain(kept, OUTCOME).values.abs().mean()
        found = report["importance"].table.set_index("input")["importance"]
        assert found["age"] == pytest.approx(expected["age"])
        assert found["waist"] == pytest.approx(expected["waist"])

    def test_cloud_is_small_and_rows_cannot_be_joined(self, report: CohortReport) -> None:
        points = report["cloud"].drawn
        assert points is not None
        assert len(points) <= MOST_POINTS
        assert set(points) == {"input", "label", "shap", "place"}

    def test_unknown_level_is_listed_and_moves_nothing(self, demo: Any) -> None:
        data = demo.frame.iloc[:300].reindex(columns=list(demo.model.inputs))
        section = dependence_section(explain_rows(demo.model, data, OUTCOME), data, ["bmi"])
        unknown = section.table[section.table["x"].isna()].iloc[0]
        assert unknown["n"] == data["bmi"].isna().sum()
        assert (unknown["p10"], unknown["p90"]) == (0, 0)
        assert section.table["n"].sum() == len(data)

    def test_no_group_of_a_dependence_is_of_a_few_people(self, report: CohortReport) -> None:
        table = report["dependence"].table
        assert table.loc[table["x"].notna(), "n"].min() >= 8


class TestLargeCohorts:
    def test_statistics_are_on_a_sample_and_counts_on_all(self, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(report_module, "MOST_ROWS", 400)
        found = build_report(demo.frame, demo.prediction, demo.model, OUTCOME, label=demo.label, replicates=5)
        assert found.computed_on == 400
        assert found["calibration"].table["n"].sum() == 400  # rows with a known outcome come first
        assert found["counts"].table["n"].iloc[-1] == len(demo.frame)
        assert found["drift"].table.set_index("input").loc["age", "known"] == len(demo.frame)


class TestRefusals:
    def test_rows_that_are_not_the_same(self, demo: Any) -> None:
        with pytest.raises(InputError, match="not of the same rows"):
            build_report(demo.frame, demo.prediction, demo.model, OUTCOME, label=demo.label.iloc[::-1])

    def test_outcome_of_another_model(self, demo: Any) -> None:
        with pytest.raises(InputError, match="does not estimate coronary_disease"):
            build_report(demo.frame, demo.prediction, demo.model, "coronary_disease")


def test_chest_pain_patients_of_four_hospitals() -> None:
    frame, model = read_uci_heart(), load_shipped(device="cpu")["chest_pain"]
    found = build_report(
        frame,
        model.predict(frame),
        model,
        "coronary_disease",
        label=frame["coronary_disease_label"],
        subgroups=frame[["site"]],
        replicates=20,
    )
    assert found.read == 920
    sites = found["subgroups"].table.query("by == 'site'").set_index("level")
    assert set(sites.index) == {"Cleveland", "Hungary", "Switzerland", "VA Long Beach"}
    assert np.isnan(sites.loc["Switzerland", "auroc"])  # fewer than ten without the disease
    assert set(found["drift"].table["verdict"]) == {"little"}  # its own training people
