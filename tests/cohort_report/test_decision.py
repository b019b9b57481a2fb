"""Net benefit on everyone with a known outcome, against numbers computed by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report.decision import MODEL, UNMEASURED, compared_decision_section, decision_section
from riskmodels.evaluation import Plan, net_benefit

PLAN = Plan(20, 1)


def invented() -> tuple[pd.Series, pd.Series]:
    """80 estimated with 10 events, 8 of them among the 20 with 40 %; 20 without an estimate, 10 of them with the event.

    Ten more have no known outcome.
    """
    label = [1] * 8 + [0] * 12 + [1] * 2 + [0] * 58 + [1] * 10 + [0] * 10 + [np.nan] * 10
    risk = [0.4] * 20 + [0.05] * 60 + [np.nan] * 20 + [0.4] * 10
    return pd.Series(label, dtype=float), pd.Series(risk)


def nobody(label: pd.Series) -> pd.Series:
    return pd.Series(False, index=label.index)


def near(table: pd.DataFrame, threshold: float, strategy: str = MODEL) -> pd.Series:
    part = table[table["strategy"] == strategy]
    return part.iloc[int((part["threshold"] - threshold).abs().to_numpy().argmin())]


class TestUntested:
    def test_net_benefit_is_of_all_rows_with_an_outcome(self) -> None:
        label, risk = invented()
        row = near(decision_section(label, risk, nobody(label), PLAN).table, 0.2)
        odds = row["threshold"] / (1 - row["threshold"])
        assert row["net_benefit"] == pytest.approx(8 / 100 - odds * 12 / 100)
        assert row["treat_all"] == pytest.approx(20 / 100 - odds * 80 / 100)
        assert row["flagged"] == pytest.approx(0.2)

    def test_it_differs_from_the_one_of_estimated_rows_alone(self) -> None:
        label, risk = invented()
        row = near(decision_section(label, risk, nobody(label), PLAN).table, 0.2)
        odds = row["threshold"] / (1 - row["threshold"])
        estimated = net_benefit(label, risk, [row["threshold"]])["net_benefit"].iloc[0]
        assert estimated == pytest.approx(8 / 80 - odds * 12 / 80)
        assert estimated / row["net_benefit"] == pytest.approx(100 / 80)

    def test_their_number_and_share_are_said(self) -> None:
        label, risk = invented()
        finding = decision_section(label, risk, nobody(label), PLAN).finding
        assert "20 of 100 rows with a known outcome (20 %) count as untested, not flagged: 20 without an" in finding

    def test_everybody_estimated_is_said_as_well(self) -> None:
        label, risk = (column.iloc[:80] for column in invented())
        finding = decision_section(label, risk, nobody(label), PLAN).finding
        assert "All 80 rows with a known outcome have an estimate." in finding


class TestMeasured:
    def test_measured_rows_are_not_flagged_and_stand_beside_on_the_same_rows(self) -> None:
        label, risk = invented()
        measured = nobody(label)
        measured.iloc[:4] = True  # four of those with 40 % and the event
        section = decision_section(label, risk, measured, PLAN)
        acting, as_if = near(section.table, 0.2), near(section.table, 0.2, UNMEASURED)
        odds = acting["threshold"] / (1 - acting["threshold"])
        assert acting["net_benefit"] == pytest.approx(4 / 100 - odds * 12 / 100)
        assert as_if["net_benefit"] == pytest.approx(8 / 100 - odds * 12 / 100)
        assert acting["treat_all"] == as_if["treat_all"]
        assert "24 of 100" in section.finding
        assert "20 without an estimate, 4 with the outcome measured" in section.finding

    def test_measured_rows_without_an_estimate_are_counted_once(self) -> None:
        label, risk = invented()
        section = decision_section(label, risk, risk.isna(), PLAN)
        assert set(section.table["strategy"]) == {MODEL}
        assert "20 of 100" in section.finding

    def test_where_all_are_measured_nobody_can_be_flagged(self) -> None:
        label, risk = invented()
        section = decision_section(label, risk, ~nobody(label), PLAN)
        assert (section.table.query("strategy == @MODEL")["net_benefit"] == 0).all()
        assert section.finding.startswith("Nobody can be flagged by an estimate.")


def test_beside_a_score_both_stand_on_the_rows_that_have_both() -> None:
    label, risk = invented()
    score = risk.fillna(0.3).where(risk.index >= 10)  # none for the first ten, one for those refused
    table = compared_decision_section(label, risk, {"Score": score}, PLAN).table
    model, other = near(table, 0.2), near(table, 0.2, "Score")
    odds = model["threshold"] / (1 - model["threshold"])
    # of 70 rows with both, ten with 40 % are left, none of them with the event
    assert model["net_benefit"] == pytest.approx(-odds * 10 / 70)
    assert other["net_benefit"] == model["net_benefit"]
    assert other["treat_all"] == model["treat_all"] == pytest.approx(2 / 70 - odds * 68 / 70)
