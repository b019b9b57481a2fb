"""Files as analysts have them on the page "Score a cohort": other names, units and codes, questions, templates."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.cli.main import main
from riskmodels.errors import FileError
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import CohortMapping, ColumnMapping, Role, Visits
from riskmodels.tabular.model import load_shipped
from tests.interop.table.test_header_rows import as_excel
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


def chosen(page: AppTest, label: str):
    return next(s for s in page.selectbox if s.label == label)


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
        chosen(uploaded, "Delimiter").set_value(",").run()
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


class TestCells:
    """What cells tell beside numbers: units beside and inside, both pressures, dates of birth."""

    def test_unit_that_is_not_accepted_is_asked_and_the_column_can_be_left_out(self, page):
        rows = "\n".join(f"{40 + i},male,{20 + i}" for i in range(25))
        upload(page, f"age,sex,CRP (nmol/L)\n{rows}\n")
        assert "which is not one of mg/L or mg/dL" in said(page)
        assert page.button(key="cohort_score").disabled
        asked = question(page, "In which unit is “CRP (nmol/L)”")
        assert asked.options == ["mg/L", "mg/dL", "Leave the column out"]
        asked.set_value("out:").run()
        assert not page.button(key="cohort_score").disabled
        assert mapping(page).column("CRP (nmol/L)").role is Role.CARRIED

    def test_units_beside_and_both_pressures_are_shown_and_scored(self, page):
        rows = "\n".join(
            f"{40 + i},male,{'80' if i % 2 else '176.4'},{'kg' if i % 2 else 'lb'},{120 + i}/80" for i in range(25)
        )
        upload(page, f"age,sex,weight,weight_unit,BP\n{rows}\n")
        assert "unit of “weight” is that of “weight_unit” in each row" in said(page)
        assert "“BP” holds both pressures" in said(page)
        page.selectbox(key=next(s.key for s in page.selectbox if s.label == "Column in the file")).set_value(
            "weight"
        ).run()
        assert next(s for s in page.selectbox if s.label == "Unit").value == "by “weight_unit”"
        assert counts(score(page))[:2] == (25, 25)

    def test_day_that_ages_are_counted_on_is_asked(self, page):
        rows = "\n".join(f"{1940 + i}-05-01,female" for i in range(20))
        upload(page, f"date_of_birth,sex\n{rows}\n")
        assert page.button(key="cohort_score").disabled
        asked = next(d for d in page.date_input if "Age is counted on it" in d.label)
        asked.set_value(date(2020, 12, 31)).run()
        assert mapping(page).as_of == "2020-12-31"
        assert counts(score(page))[:2] == (20, 20)


class TestHowItIsWritten:
    """What was guessed of a file is shown with its first rows, and can be changed."""

    POLISH = "pesel;wiek;płeć;ciśnienie\n1;50;mężczyzna;120\n2;61;kobieta;130\n"

    def test_guessed_encoding_is_said_beside_the_first_rows(self, page):
        upload(page, self.POLISH.encode("cp1250"))
        assert "Windows-1250 (Central Europe)" in said(page)
        assert "Part of this is a guess" in said(page)
        shown = next(d.value for d in page.dataframe if "płeć" in d.value)
        assert shown["płeć"].tolist() == ["mężczyzna", "kobieta"]

    def test_wrong_guess_can_be_changed(self, page):
        upload(page, "vârstă,sex\n50,m\n60,f\n".encode("cp1250"))
        assert any("vârstã" in d.value for d in page.dataframe)
        chosen(page, "Encoding").set_value("cp1250").run()
        page.button(key="cohort_read_again").click().run()
        assert any("vârstă" in d.value for d in page.dataframe)

    def test_sheets_with_a_table_stand_open_to_choose(self, page):
        rows = [["id", "age", "sex"], ["P1", 63, "male"]]
        upload(page, as_excel([["Read me"]], rows, [["id", "alter"], ["P9", 40]]), "book.xlsx")
        sheet = next(r for r in page.radio if r.label == "Sheet")
        assert (sheet.value, sheet.options) == ("sheet 1", ["sheet 1", "sheet 2"])
        sheet.set_value("sheet 2").run()
        assert any("alter" in d.value for d in page.dataframe)

    def test_sheet_that_cannot_be_read_is_said_and_the_other_stays(self, page, monkeypatch):
        rows = [["id", "age", "sex"], ["P1", 63, "male"]]
        upload(page, as_excel(rows, [["id", "age"], ["P2", 50]]), "book.xlsx")

        def refuse(*args):
            raise FileError("The sheet is damaged.", hint="Save it again.")

        monkeypatch.setattr("ui.cohort.state.read_upload", refuse)
        next(r for r in page.radio if r.label == "Sheet").set_value("sheet 1").run()
        assert "The sheet is damaged" in page.error[0].value
        assert "1 row, 3 columns" in page.expander[0].label

    def test_units_below_the_names_are_read_and_can_be_unsaid(self, page):
        rows = [["Clinic"], [], ["id", "age", "sex", "chol", "hdl"], ["", "years", "", "mmol/L", "mmol/L"]]
        upload(page, as_excel([*rows, ["P1", 63, "male", 5.2, 1.1]]), "book.xlsx")
        assert mapping(page).column("chol [mmol/L]").unit == "mmol/L"
        assert "header in row 3, units in row 4" in said(page)
        next(c for c in page.checkbox if "holds units" in c.label).uncheck().run()
        page.button(key="cohort_read_again").click().run()
        assert any("chol" in d.value for d in page.dataframe)


class TestMappingFile:
    """The template as a file: the same for the page and for the command line."""

    def test_mapping_of_the_command_line_answers_the_pages_questions(self, page, tmp_path):
        lines = "\n".join(f"{40 + i},{i % 2}" for i in range(30))
        (tmp_path / "a.csv").write_text(f"age,sex\n{lines}\n")
        assert main(["columns", str(tmp_path / "a.csv"), "--out", str(tmp_path / "m.json")]) == 1
        stored = json.loads((tmp_path / "m.json").read_text())
        for code in stored["columns"][1]["codes"]:
            code["means"] = {"0": "male", "1": "female"}[code["text"]]
        upload(page, (tmp_path / "a.csv").read_bytes())
        assert mapping(page).questions()
        giver = next(f for f in page.file_uploader if "template (JSON)" in f.label)
        giver.set_value(("m.json", json.dumps(stored).encode(), "application/json")).run()
        assert not mapping(page).questions()
        assert {code.text: code.means for code in mapping(page).column("sex").codes} == {"0": "male", "1": "female"}

    def test_mapping_of_other_columns_is_refused_by_name(self, page):
        upload(page, "age,sex\n50,male\n60,female\n")
        other = Layout("x", CohortMapping((ColumnMapping("ward"),), {}, {}, Visits.ALL)).to_json()
        giver = next(f for f in page.file_uploader if "template (JSON)" in f.label)
        giver.set_value(("m.json", other.encode(), "application/json")).run()
        assert "“ward”" in page.error[0].value.replace("\\", "")


class TestLongTable:
    """One row an observation: the page says what becomes of the rows, and keeps saying it until they are scored."""

    @staticmethod
    def observations(dates: str = "2024-0{}-11") -> str:
        lines = ["patient_id,test,value,unit,date"]
        for i in range(12):
            for month in (1, 2):
                day = dates.format(month)
                lines += [f"P{i},Age,{50 + i},years,{day}", f"P{i},Sex,{1 + i % 2},,{day}"]
                lines += [f"P{i},SBP,{120 + month},mmHg,{day}", f"P{i},Total cholesterol,{190 + i},mg/dL,{day}"]
        return "\n".join(lines)

    def test_remarks_and_counts_stay_while_questions_are_answered(self, page):
        upload(page, self.observations())
        remark = "96 observations become 12 rows, one a patient: 48 latest values are kept"
        assert remark in said(page)
        question(page, "What does “1” mean").set_value("female").run()
        assert remark in said(page)
        question(page, "What does “2” mean").set_value("male").run()
        assert remark in said(page)
        assert counts(score(page))[0] == 12

    def test_a_row_can_be_a_day_and_age_and_sex_serve_it(self, page):
        upload(page, self.observations())
        next(r for r in page.radio if "become one row" in r.label).set_value("day").run()
        assert "become 24 rows, one a patient and day" in said(page)

    def test_dates_that_can_be_read_in_two_ways_are_a_choice(self, page):
        upload(page, self.observations("0{}/02/2024"))
        written = next(r for r in page.radio if "Dates in" in r.label)
        assert written.options == ["day/month/year", "month/day/year"]
        written.set_value("%m/%d/%Y").run()
        assert "(month/day/year)" in said(page)

    def test_it_can_be_read_row_by_row(self, page):
        upload(page, self.observations())
        next(b for b in page.button if b.label == "Read every row as a visit").click().run()
        assert "96 rows, 5 columns" in page.expander[0].label
