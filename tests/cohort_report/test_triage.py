from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report.triage import Rule, triage_list, triage_section
from riskmodels.errors import InputError

RISK = pd.Series([0.1, 0.5, np.nan, 0.3, 0.5, 0.2], index=list("abcdef"))


class TestRule:
    def test_highest_so_many(self) -> None:
        assert list(RISK.index[Rule(count=2).flag(RISK)]) == ["b", "e"]

    def test_whoever_is_tied_with_the_last_is_flagged_too(self) -> None:
        assert list(RISK.index[Rule(count=1).flag(RISK)]) == ["b", "e"]

    def test_more_than_there_are_flags_everyone_with_an_estimate(self) -> None:
        assert Rule(count=100).flag(RISK).sum() == 5

    def test_share_is_of_those_with_an_estimate(self) -> None:
        assert list(RISK.index[Rule(share=0.6).flag(RISK)]) == ["b", "d", "e"]

    def test_threshold_includes_itself(self) -> None:
        assert list(RISK.index[Rule(threshold=0.3).flag(RISK)]) == ["b", "d", "e"]

    def test_nobody_without_an_estimate_is_flagged(self) -> None:
        assert not any(rule.flag(RISK)["c"] for rule in (Rule(count=6), Rule(share=1), Rule(threshold=0.01)))

    def test_cut_is_the_lowest_risk_flagged(self) -> None:
        assert Rule(share=0.6).cut(RISK) == 0.3

    def test_cut_of_nobody_is_unknown(self) -> None:
        assert np.isnan(Rule().cut(pd.Series([np.nan, np.nan])))

    def test_highest_tenth_when_nothing_is_given(self) -> None:
        assert Rule().share == 0.1

    @pytest.mark.parametrize(
        "given", [{"share": 0.1, "threshold": 0.2}, {"share": 0.0}, {"share": 1.1}, {"count": 0}, {"threshold": 15.0}]
    )
    def test_what_makes_no_sense_is_refused(self, given: dict[str, float]) -> None:
        with pytest.raises(InputError):
            Rule(**given)  # type: ignore[arg-type]


class TestSection:
    def test_the_analysts_rule_comes_first_and_others_follow(self) -> None:
        table = triage_section(RISK, Rule(threshold=0.25)).table
        assert table["flagged"].iloc[0] == 3
        assert len(table) == 5

    def test_nobody_with_an_estimate_is_said(self) -> None:
        assert "flags nobody" in triage_section(pd.Series([np.nan]), Rule()).finding


class TestList:
    def test_highest_first_with_reasons_in_words(self) -> None:
        frame = pd.DataFrame({"age": [60.0, 40.0], "glucose": [130.0, 80.0]}, index=["p1", "p2"])
        risk = pd.DataFrame({"risk": [0.2, 0.4], "low": [0.1, 0.3], "high": [0.3, 0.5]}, index=frame.index)
        reasons = pd.DataFrame({"age": [0.5, -0.2], "glucose": [0.9, 0.0]}, index=frame.index)
        section = triage_list(frame, risk, reasons, Rule(share=1))
        assert list(section.table["row"]) == ["p2", "p1"]
        assert section.table["reasons"].iloc[1] == "Glucose 130 mg/dL raises; Age 60 years raises"
        assert section.private
