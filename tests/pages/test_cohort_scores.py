"""Published scores on the page "Score a cohort": columns of the download, scatter and reclassification."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.waiting import run_until
from ui.cohort.scores import MOST_POINTS, draw_scatter, finding, reclassified

ROOT = Path(__file__).resolve().parents[2]
HEADER = (
    "age,sex,systolic_bp [mmHg],bp_medication,total_cholesterol [mg/dL],hdl_cholesterol [mg/dL],"
    "cholesterol_medication,diabetes,smoking,egfr,bmi"
)
ROWS = ("50,female,160,yes,200,45,no,yes,never,90,35", "35,male,120,no,180,50,no,no,never,95,24")


@pytest.fixture
def scored(worker: None) -> AppTest:
    """A cohort of PREVENT's worked example and a man of 35, scored."""
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    page = app.switch_page("pages/2_Cohort.py").run()
    data = "\n".join((HEADER, *ROWS)).encode()
    page.file_uploader(key="cohort_upload").set_value(("cohort.csv", data, "text/csv")).run()
    page.button(key="cohort_score").click().run()
    run_until(page, lambda: "cohort_cancel" not in {button.key for button in page.button})
    page.session_state["cohort_outcome"] = "cvd_10y"
    return page.run()


def add(page: AppTest, *names: str) -> AppTest:
    page.multiselect(key="cohort_scores").set_value(list(names)).run()
    assert not page.exception
    return page


def extended(page: AppTest) -> pd.DataFrame:
    """The table that is downloaded, as the page keeps it."""
    table: pd.DataFrame = page.session_state["memo.cohort_scores"][1].table
    return table


def captions(page: AppTest) -> str:
    return "\n".join(element.value for element in page.caption)


def html(page: AppTest) -> str:
    bodies = [element.proto.body for element in page.get("html")]
    return "\n".join(body for body in bodies if "cr-counts" in body and not body.startswith("<style>"))


def test_no_score_is_added_unasked(scored: AppTest) -> None:
    assert not scored.exception
    assert scored.multiselect(key="cohort_scores").value == []
    assert html(scored) == ""


def test_chosen_score_becomes_columns_with_value_category_and_problems(scored: AppTest) -> None:
    table = extended(add(scored, "prevent", "pce"))
    assert table["prevent_total_cvd_10y"].iloc[0] == pytest.approx(0.1468393910, abs=1e-9)
    assert table["prevent_category"].iloc[0] == "intermediate"
    assert table["pce_problems"].iloc[1] == "valid for ages 40–79 only"
    assert "AHA PREVENT 2023: 2 rows with a number; Pooled Cohort Equations 2013: 1 row with" in captions(scored)


def test_score_that_no_row_has_the_inputs_for_says_what_is_lacking(scored: AppTest) -> None:
    add(scored, "ckd_epi")
    assert "CKD-EPI 2021: 0 rows with a number (not known: Creatinine)" in captions(scored)


def test_score2_asks_for_the_country_and_uses_it(scored: AppTest) -> None:
    add(scored, "score2")
    assert "not known: Risk region" in extended(scored)["score2_problems"].iloc[1]
    scored.selectbox(key="scores.place").set_value("Germany").run()
    assert extended(scored)["score2_problems"].iloc[1] == "valid for ages 40–89 only"


def test_same_people_by_model_and_score_stand_in_a_table_that_adds_up(scored: AppTest) -> None:
    shown = html(add(scored, "prevent"))
    assert sum(int(n) for n in re.findall(r"<td>(\d+)</td>", shown)) == 2
    assert "below 10 %" in shown
    scored.number_input(key="cohort_score_limit").set_value(0.2).run()
    assert "from 0.2 %" in html(scored)


def test_another_kind_of_score_is_not_compared(scored: AppTest) -> None:
    assert html(add(scored, "ckd_epi")) == ""


def test_scatter_draws_at_most_two_thousand_and_says_so() -> None:
    risk = pd.Series(np.linspace(0.01, 0.5, MOST_POINTS + 500))
    figure = draw_scatter(risk, risk**1.1, "Outcome", "Score", 10.0)
    assert len(figure.data[0].x) == MOST_POINTS
    text = finding(risk, risk**1.1, "Score")
    assert "2,000 of them are drawn" in text
    assert "rank correlation 1.00" in text


def test_rows_without_one_of_the_two_are_left_out_and_counted() -> None:
    risk = pd.Series([0.05, 0.2, np.nan, 0.3])
    score = pd.Series([0.2, 0.3, 0.1, np.nan])
    text = reclassified(risk, score, 0.1, "Score")
    assert "50 % of 2 rows are on the same side of 10 %." in text
    assert "2 rows without one of the two not counted." in text
