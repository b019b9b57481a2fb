"""Files as analysts have them on the page "Score a cohort": other names, units and codes, questions, templates."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.interop.columns.mapping import Role, Visits
from riskmodels.tabular.model import load_shipped
from tests.waiting import run_until
from ui import text

ROOT = Path(__file__).resolve().parents[2]
GERMAN = (
    "Patientennummer;Alter (Jahre);Geschlecht;RR syst. (mmHg);Gesamtcholesterin (mmol/l);HDL-Cholesterin (mmol/l);"
    "HbA1c (mmol/mol);Raucher\n"
    "P1;63;m;152;6,1;1,1;41;ja\nP2;41;w;118;4,9;1,6;34;nein\nP3;55;w;130;5,2;1,4;<20;nein\n"
)


@pytest.fixture
def page(worker: None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/2_Cohort.py").run()


def upload(page: AppTest, data: str | bytes, name: str = "cohort.csv") -> AppTest:
    content = data.encode() if isinstance(data, str) else data
    page.file_uploader(key="cohort_upload").set_value((name, content, "text/csv"))
    return page.run()


def score(page: AppTest) -> AppTest:
    page.button(key="cohort_score").click().run()
    return run_until(page, lambda: "cohort_cancel" not in {button.key for button in page.button})


def mapping(page: AppTest):
    (kept,) = page.session_state["cohort_mappings"].values()
    return kept


def counts(page: AppTest) -> tuple[int, ...]:
    line = next(m.value for m in page.markdown if " read = " in m.value)
    return tuple(int(n.replace(",", "")) for n in re.findall(r"\*\*([\d,]+)\*\*", line))


def question(page: AppTest, words: str):
    return next(r for r in page.radio if words in r.label.replace("\\", ""))


def said(page: AppTest) -> str:
    texts = [*(c.value for c in page.caption), *(m.value for m in page.markdown)]
    return "\n".join(texts).replace("\\", "")


def hdl_file() -> str:
    """Twenty-five people whose HDL could be mmol/L of healthy or of no people at all: 3.9 to 6.9 fits neither well."""
    rng = np.random.default_rng(1)
    lines = [f"{40 + i},{'male' if i % 2 else 'female'},{hdl:.1f}" for i, hdl in enumerate(rng.uniform(4.0, 6.5, 25))]
    return "age,sex,hdl\n" + "\n".join(lines)


@pytest.mark.shared_data
class TestUciHeart:
    @pytest.fixture
    def uploaded(self, page: AppTest, shared: Path) -> AppTest:
        return upload(page, (shared / "cohorts" / "uci_heart_4sites" / "uci_heart_processed.csv").read_bytes())

    def test_raw_file_is_recognised_without_a_question(self, uploaded):
        assert "UCI Heart Disease" in said(uploaded)
        assert not uploaded.radio

    def test_raw_file_is_scored_for_coronary_disease(self, uploaded):
        read, scored, missing, _ = counts(score(uploaded))
        assert read == scored + missing == 920
        assert scored > 800
        uploaded.session_state["cohort_outcome"] = "coronary_disease"
        assert "estimates flagged" in said(uploaded.run())
        assert uploaded.session_state["cohort_outcome"] == "coronary_disease"


class TestGerman:
    @pytest.fixture
    def uploaded(self, page: AppTest) -> AppTest:
        return upload(page, GERMAN.encode("cp1252"))

    def test_how_it_is_written_stands_in_one_line(self, uploaded):
        assert "semicolon, decimal comma" in said(uploaded)

    def test_headers_units_and_codes_are_understood(self, uploaded):
        understood = {c.variable: c.unit for c in mapping(uploaded).columns if c.role is Role.VALUE}
        assert understood["total_cholesterol"] == "mmol/L"
        assert understood["hba1c"] == "mmol/mol"
        assert {"age", "sex", "systolic_bp", "hdl_cholesterol"} <= set(understood)

    def test_it_is_scored_in_canonical_units(self, uploaded):
        score(uploaded)
        assert counts(uploaded)[:2] == (3, 3)
        table = next(d.value for d in uploaded.dataframe if "Reasons" in d.value).set_index("Row")
        frame = pd.DataFrame({"age": [63.0], "sex": [1.0], "systolic_bp": [152.0], "smoking": [2.0]})
        frame = frame.assign(total_cholesterol=6.1 * 38.67, hdl_cholesterol=1.1 * 38.67, hba1c=41 / 10.929 + 2.15)
        expected = float(load_shipped(device="cpu")["population"].predict(frame).risk["cvd_10y"].iloc[0])
        assert text.risk(expected) in " ".join(map(str, table.iloc[0]))

    def test_comparator_is_told_and_counts_as_unknown(self, uploaded):
        table = next((d.value for d in uploaded.dataframe if "Effect" in d.value), None)
        assert table is not None
        assert "<20" in set(table["Value"])

    def test_another_delimiter_can_be_forced(self, uploaded):
        uploaded.selectbox(key="cohort_format_delimiter").set_value(",").run()
        uploaded.button(key="cohort_read_again").click().run()
        assert "Read as CSV, comma" in said(uploaded)


class TestQuestions:
    @pytest.fixture
    def asked(self, page: AppTest) -> AppTest:
        return upload(page, hdl_file())

    def test_ambiguous_unit_blocks_scoring_and_says_how_many_are_left(self, asked):
        assert asked.button(key="cohort_score").disabled
        assert "1 question left before scoring" in said(asked)
        assert question(asked, "In which unit is “hdl”").value is None

    def test_answer_opens_scoring_and_stays_changeable(self, asked):
        question(asked, "In which unit").set_value("mmol/L").run()
        assert not asked.button(key="cohort_score").disabled
        assert mapping(asked).column("hdl").unit == "mmol/L"
        question(asked, "In which unit").set_value("mg/dL").run()
        assert mapping(asked).column("hdl").unit == "mg/dL"

    def test_sex_codes_are_asked_one_by_one(self, page):
        rows = "\n".join(f"{40 + i},{1 + i % 2}" for i in range(10))
        upload(page, f"age,sex\n{rows}\n")
        assert "2 questions left" in said(page)
        question(page, "What does “1” mean").set_value("female").run()
        assert "1 question left" in said(page)
        question(page, "What does “2” mean").set_value("male").run()
        assert counts(score(page))[:2] == (10, 10)

    def test_missing_age_column_is_asked_for(self, page):
        upload(page, "years on earth,sex\n63,male\n41,female\n")
        box = next(r for r in [*page.radio, *page.selectbox] if "holds age" in r.label)
        box.set_value("column:years on earth").run()
        assert mapping(page).column("years on earth").variable == "age"

    def test_column_can_be_read_as_something_else(self, page):
        upload(page, "age,sex,druck\n63,male,152\n41,female,118\n")
        page.selectbox(key=next(s.key for s in page.selectbox if s.label == "Column in the file")).set_value(
            "druck"
        ).run()
        next(s for s in page.selectbox if s.label == "Read as").set_value("Systolic pressure").run()
        assert mapping(page).column("druck").variable == "systolic_bp"
        assert "3 of 3 columns used" in "\n".join(e.label for e in page.expander)


class TestVisits:
    DATA = "patient_id,visit_date,age,sex\nA,2024-01-01,50,male\nA,2024-05-01,50,male\nB,2024-01-01,41,female\n"

    def test_every_row_is_scored_unless_the_latest_is_chosen(self, page):
        assert counts(score(upload(page, self.DATA)))[:2] == (3, 3)

    def test_latest_visit_leaves_the_earlier_out_and_counts_them(self, page):
        question(upload(page, self.DATA), "several rows").set_value(Visits.LATEST).run()
        read, scored, missing, earlier, _ = counts(score(page))
        assert (read, scored, missing, earlier) == (3, 2, 0, 1)


class TestTemplates:
    def test_saved_template_is_recognised_with_its_answers(self, page):
        upload(page, hdl_file())
        question(page, "In which unit").set_value("mmol/L").run()
        page.text_input(key="cohort_layout_name").set_value("Our lab").run()
        page.button(key="cohort_layout_save").click().run()
        again = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300).switch_page("pages/2_Cohort.py").run()
        upload(again, hdl_file().replace("40,", "45,"))
        assert "Recognised: read as in your template “Our lab”" in said(again)
        assert not again.button(key="cohort_score").disabled

    def test_removed_template_is_gone(self, page, own_data):
        upload(page, "age,sex\n63,male\n")
        page.text_input(key="cohort_layout_name").set_value("Once").run()
        page.button(key="cohort_layout_save").click().run()
        next(b for b in page.button if (b.key or "").startswith("cohort_layout_") and b.label == "Remove").click().run()
        assert not list(own_data.glob("templates/*/*.json"))
