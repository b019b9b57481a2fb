"""Questions of "Score a cohort" about what a column is: names, boxes to tick, outcomes, copies that were coded anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.interop.columns.mapping import Role
from tests.pages.test_cohort_foreign import mapping, page, question, said, upload

__all__ = ["page"]

HEADER = "age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal,target"
COPY = f"""{HEADER}
63,1,3,145,233,1,0,150,0,2.3,0,0,1,1
37,1,2,130,250,0,1,187,0,3.5,0,0,2,1
41,0,1,130,204,0,0,172,0,1.4,2,0,2,1
58,1,0,114,318,0,2,140,0,4.4,0,3,1,0
"""


class TestNames:
    def test_negated_name_is_asked_with_what_is_in_it_and_then_code_by_code(self, page: AppTest) -> None:
        upload(page, "age,sex,No diabetes\n63,male,1\n41,female,0\n50,male,1\n")
        assert "1 question left" in said(page)
        assert "“No diabetes”: 1 in 2 rows, 0 in 1 row" in said(page)
        assert "Told: diabetes is unknown in every row" in said(page)
        question(page, "What is “No diabetes”").set_value("diabetes").run()
        assert "2 questions left" in said(page)
        question(page, "What does “1” mean").set_value("no").run()
        question(page, "What does “0” mean").set_value("yes").run()
        assert not page.button(key="cohort_score").disabled

    def test_it_can_be_left_out_and_taken_again(self, page: AppTest) -> None:
        upload(page, "age,sex,No diabetes\n63,male,1\n41,female,0\n")
        question(page, "What is “No diabetes”").set_value("carried").run()
        assert not page.button(key="cohort_score").disabled
        question(page, "What is “No diabetes”").set_value("diabetes").run()
        assert mapping(page).column("No diabetes").variable == "diabetes"

    def test_resembling_column_that_stays_unused_is_told(self, page: AppTest) -> None:
        upload(page, "age,sex,LDL target\n63,male,70\n41,female,100\n")
        assert "“LDL target” is not used" in said(page)
        assert "LDL cholesterol is unknown in every row" in said(page)
        assert not page.button(key="cohort_score").disabled


class TestBoxes:
    def test_one_question_over_the_set(self, page: AppTest) -> None:
        upload(page, "age,sex,smoke___1,smoke___2,smoke___3\n63,male,1,0,0\n41,female,0,1,0\n50,male,0,0,1\n")
        assert "1 question left" in said(page)
        for label, means in {"smoke___1": "never", "smoke___2": "former", "smoke___3": "current"}.items():
            next(s for s in page.selectbox if s.label.replace("\\", "") == label).set_value(means).run()
        assert not page.button(key="cohort_score").disabled
        assert [c.codes[-1].means for c in mapping(page).holding("smoking")] == ["never", "former", "current"]


class TestCopies:
    def test_one_answer_tells_all_codes(self, page: AppTest) -> None:
        upload(page, COPY)
        assert "1 question left" in said(page)
        question(page, "Which copy is it").set_value("heart_csv").run()
        assert not page.button(key="cohort_score").disabled
        codes = {c.text: c.means for c in mapping(page).column("cp").codes}
        assert codes == {
            "0": "asymptomatic",
            "1": "atypical_angina",
            "2": "non_anginal",
            "3": "typical_angina",
        }


@pytest.mark.shared_data
class TestOutcomes:
    def test_events_are_no_inputs(self, page: AppTest, shared: Path) -> None:
        upload(page, (shared / "cases" / "cohort" / "framingham_outcomes.csv").read_bytes())
        assert mapping(page).column("STROKE").role is Role.OUTCOME
        assert mapping(page).column("PREVSTRK").variable == "stroke"
        assert not page.button(key="cohort_score").disabled
