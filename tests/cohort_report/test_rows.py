"""The way from the rows read to the figures, and how those differ who fall out of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report import CohortReport, build_report
from riskmodels.cohort_report import report as report_module
from riskmodels.cohort_report.html import write
from riskmodels.cohort_report.left_out import left_out_section, splits
from riskmodels.cohort_report.rows import LEAST_DESCRIBED, Rows, flow_section, on_compared, on_judged
from riskmodels.evaluation import Plan
from riskmodels.tabular.estimates import Prediction

OUTCOME = "cvd_10y"
SCORE = "AHA PREVENT 2023"
READ, UNKNOWN, REFUSED, UNSCORED = 600, 60, 120, 90


@pytest.fixture(scope="module")
def invented(demo: Any) -> tuple[pd.DataFrame, pd.Series, Prediction, dict[str, pd.Series]]:
    """60 without an outcome, 120 refused of which half have the event, 90 without a score; the others: one in ten."""
    frame = demo.frame[demo.frame["age"].between(40, 75)].iloc[:READ].reset_index(drop=True)
    frame.loc[UNKNOWN : UNKNOWN + REFUSED - 1, "age"] += 20
    place = pd.Series(np.arange(READ))
    refused = (place >= UNKNOWN) & (place < UNKNOWN + REFUSED)
    label = pd.Series(np.where(refused, place % 2 == 0, place % 10 == 0), dtype=float).mask(place < UNKNOWN)
    risk = pd.DataFrame({OUTCOME: np.where(place % 10 == 0, 0.3, 0.05 + place / 10_000)})
    given = demo.model.predict(frame)
    words = pd.DataFrame({OUTCOME: np.where(refused, "age is above 79", "")})
    prediction = replace(given, risk=risk.mask(refused), refused=words, held=words.map(lambda _: ""))
    unscored = place >= READ - UNSCORED
    return (
        frame,
        label,
        prediction,
        {SCORE: (risk[OUTCOME] / 2).mask(unscored), "Rare score": risk[OUTCOME].where(place < 70)},
    )


@pytest.fixture(scope="module")
def rows(invented: Any) -> Rows:
    _, label, prediction, published = invented
    return Rows.of(prediction, OUTCOME, pd.Series(False, index=label.index), label, published)


@pytest.fixture(scope="module")
def found(demo: Any, invented: Any) -> CohortReport:
    frame, label, prediction, published = invented
    return build_report(frame, prediction, demo.model, OUTCOME, label=label, published=published, replicates=20)


class TestFlow:
    def test_each_step_counts_who_is_left(self, rows: Rows) -> None:
        table = flow_section(rows).table.set_index("step")
        assert list(table.index) == ["Read", "With a known outcome", "With an estimate", f"With {SCORE}"]
        assert list(table["n"]) == [600, 540, 420, 330]
        assert list(table["left_out"]) == [0, UNKNOWN, REFUSED, UNSCORED]
        assert table.loc["With an estimate", "why"] == "age is above 79 (120 rows)"

    def test_score_that_too_few_have_is_named_and_not_compared(self, rows: Rows) -> None:
        assert set(rows.scores) == {SCORE}
        assert "Not compared: Rare score, with fewer than 10 rows" in flow_section(rows).finding

    def test_measured_rows_stand_aside(self, invented: Any) -> None:
        _, label, prediction, _ = invented
        measured = pd.Series(label.index >= 500, index=label.index)
        table = flow_section(Rows.of(prediction, OUTCOME, measured, label, {})).table.set_index("step")
        assert (table.loc["Of these measured", "n"], table.loc["Of these measured", "aside"]) == (100, True)

    def test_without_an_outcome_column_the_way_ends_with_the_estimate(self, invented: Any) -> None:
        _, label, prediction, _ = invented
        table = flow_section(Rows.of(prediction, OUTCOME, pd.Series(False, index=label.index), None, {})).table
        assert list(table["step"]) == ["Read", "With an estimate"]
        assert list(table["n"]) == [600, 480]

    def test_all_compare_the_rows_that_have_every_score(self, invented: Any) -> None:
        _, label, prediction, published = invented
        scores = {SCORE: published[SCORE], "Other": published[SCORE].shift(150)}
        two = Rows.of(prediction, OUTCOME, pd.Series(False, index=label.index), label, scores)
        table = flow_section(two).table.set_index("step")
        both = two.judged & scores[SCORE].notna() & scores["Other"].notna()
        assert table.loc["Compared", "n"] == both.sum() < two.judged.sum()
        assert two.alone()["Other"] == (label.notna() & scores["Other"].notna()).sum()


class TestBasis:
    def test_it_says_who_is_left_out_and_their_event_rate(self, rows: Rows) -> None:
        assert on_judged(rows) == (
            "On 420 rows with an estimate and a known outcome. Left out: 120 rows with a known outcome but no estimate "
            "(event rate 50 % against 10 %); 60 rows without a known outcome."
        )
        assert on_compared(rows).startswith("On 330 rows")

    def test_a_few_are_counted_without_a_rate(self, rows: Rows) -> None:
        few = rows.estimated.copy()
        few[rows.told] = True
        few[few.index[100 : 100 + LEAST_DESCRIBED - 1]] = False
        assert "9 rows with a known outcome but no estimate;" in on_judged(replace(rows, estimated=few))

    def test_every_section_says_its_rows(self, found: CohortReport) -> None:
        for section in found:
            assert section.basis or section.key in ("flow", "left_out"), section.key
        assert found["decision"].basis.startswith("On 540 rows with a known outcome.")
        assert "120 of 540 rows with a known outcome (22 %) count as untested" in found["decision"].finding

    def test_a_sample_of_a_large_cohort_is_called_one(
        self, demo: Any, invented: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        frame, label, prediction, _ = invented
        monkeypatch.setattr(report_module, "MOST_ROWS", 200)
        part = build_report(frame, prediction, demo.model, OUTCOME, label=label, published={}, replicates=5)
        assert part["metrics"].basis.startswith("On 200 drawn at random from the 420 rows with an estimate and")
        assert part["decision"].basis.startswith("On 200 drawn at random from the 540 rows with a known outcome.")

    def test_the_file_holds_the_counts(self, found: CohortReport) -> None:
        text = write(found)
        body = text[text.rindex("</script></head>") :]
        for told in (
            "120 rows with a known outcome but no estimate (event rate 50&nbsp;% against 10&nbsp;%)",
            "420 with an",
        ):
            assert told in body
        assert body.index('id="flow"') < body.index('id="counts"')


class TestComparison:
    def test_all_stand_on_the_same_rows_with_the_count_of_each_alone(self, found: CohortReport) -> None:
        table = found["comparison"].table.set_index("strategy")
        assert list(table["n"]) == [330, 330]
        assert table.loc["Model", "alone"] == 420
        assert table.loc[SCORE, "alone"] == 450
        assert table.loc[SCORE, "gain"] == pytest.approx(0)  # half the model's risk: the same order
        assert table.loc["Model", "calibration_in_the_large"] < table.loc[SCORE, "calibration_in_the_large"]

    def test_parts_of_the_cohort_say_who_is_left_out(self, found: CohortReport) -> None:
        table = found["subgroups"].table.query("by == 'sex'")
        assert table["left_out"].sum() == REFUSED
        assert table["left_out_events"].sum() == REFUSED // 2
        assert table["n"].sum() == 420


class TestLeftOut:
    def test_differences_are_those_of_the_definition(self, invented: Any, rows: Rows) -> None:
        frame, label, *_ = invented
        table = left_out_section(frame, rows, ["systolic_bp"], Plan(20, 1)).table
        row = table[table["step"] == "Without an estimate but a known outcome"].set_index("name").loc
        left, kept = frame[rows.told & ~rows.estimated]["age"], frame[rows.judged]["age"]
        spread = np.sqrt((left.var(ddof=0) + kept.var(ddof=0)) / 2)
        assert row["age"]["smd"] == pytest.approx((left.mean() - kept.mean()) / spread)
        assert row["age"]["smd_low"] < row["age"]["smd"] < row["age"]["smd_high"]
        p, q = 0.5, label[rows.judged].mean()
        assert row["event"]["smd"] == pytest.approx((p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2))
        assert (row["event"]["left"], row["event"]["kept"]) == ("50 %", "10 %")

    def test_those_that_differ_most_come_first(self, invented: Any, rows: Rows, demo: Any) -> None:
        frame = invented[0].assign(bmi=lambda f: f["bmi"] + np.where(rows.estimated, 0, 30))
        table = left_out_section(frame, rows, demo.model.inputs_of(OUTCOME), Plan(0)).table
        part = table[table["step"].str.startswith("Without an estimate")]
        inputs = part[~part["name"].isin(["event", "age", "sex"])]
        assert inputs["name"].iloc[0] == "bmi"
        assert inputs["smd"].abs().is_monotonic_decreasing

    def test_a_few_people_are_counted_and_not_described(self, invented: Any, rows: Rows) -> None:
        estimated = rows.estimated | rows.told
        estimated.iloc[100:103] = False
        few = replace(rows, estimated=estimated, scores={})
        section = left_out_section(invented[0], few, ["bmi"], Plan(5))
        assert "3 rows without an estimate but a known outcome: too few" in section.finding
        assert not section.table["step"].str.startswith("Without an estimate").any()

    def test_steps_at_which_nobody_falls_out_are_none(self, rows: Rows) -> None:
        whole = pd.Series(True, index=rows.estimated.index)
        everybody = replace(rows, estimated=whole, label=rows.label.fillna(0.0), scores={})
        assert splits(everybody) == ()

    def test_input_that_never_varies_has_no_difference(self, invented: Any, rows: Rows) -> None:
        frame = invented[0].assign(sex=1.0)
        table = left_out_section(frame, rows, [], Plan(5)).table
        assert table.loc[table["name"] == "sex", "smd"].isna().all()
