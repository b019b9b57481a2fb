"""``score`` reads what the page would read, and stops where the page would ask; ``columns`` writes the mapping."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskmodels.cli.main import main
from riskmodels.cohorts.nhanes import read_demo
from riskmodels.columns import PATIENT_FRAME
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.columns.template import template
from riskmodels.interop.table.source import open_source
from riskmodels.scoring.own_columns import in_own_words
from riskmodels.scoring.sources import open_cohort
from riskmodels.vocabulary import VOCABULARY

COLUMNS = "age sex systolic_bp total_cholesterol hdl_cholesterol glucose smoking diabetes bp_medication".split()
GERMAN = {"age": "Alter", "sex": "Geschlecht", "total_cholesterol": "Gesamtcholesterin [mmol/l]", "smoking": "Raucher"}


def people(rows: int = 60) -> pd.DataFrame:
    """People of the demo cohort in the app's own columns, answers in words."""
    found = read_demo()[COLUMNS].head(rows).reset_index(drop=True)
    words = {name: {c.code: c.word for c in VOCABULARY[name].choices} for name in found if VOCABULARY[name].choices}
    worded = found.assign(**{name: found[name].map(of) for name, of in words.items()})
    return worded.rename(columns={"glucose": "glucose [mg/dL]"})


def german(rows: int = 60) -> pd.DataFrame:
    """The same under German names, cholesterol in mmol/L, men and women as m and w."""
    found = people(rows).rename(columns=GERMAN)
    found["Geschlecht"] = found["Geschlecht"].map({"male": "m", "female": "w"})
    found["Gesamtcholesterin [mmol/l]"] = (found["Gesamtcholesterin [mmol/l]"] / 38.67).round(2)
    return found


class Run:
    """A command in this process: exit code, what it said, and its result."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def score(self, source: Path, *words: object) -> tuple[int, str, str]:
        return self("score", source, self.folder / "out.parquet", "--outcome", "cvd_10y", "--workers", 1, *words)

    def result(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "out.parquet")


@pytest.fixture
def run(tmp_path, capsys) -> Run:
    return Run(tmp_path, capsys)


@pytest.fixture
def expected(run, tmp_path) -> pd.Series:
    """What the own columns give."""
    people().to_csv(tmp_path / "own.csv", index=False)
    assert run.score(tmp_path / "own.csv")[0] == 0
    return run.result()["cvd_10y_risk"]


def answered(path: Path, **means: str) -> None:
    """Write answers to the codes of a mapping's columns, as a person would: ``sex_1="female"``."""
    stored = json.loads(path.read_text())
    for column in stored["columns"]:
        for code in column.get("codes", []):
            code["means"] = means.get(f"{column['header']}_{code['text']}", code["means"])
    path.write_text(json.dumps(stored))


class TestOwnColumns:
    def test_words_need_no_mapping_and_are_read_in_one_stream(self, tmp_path) -> None:
        people().to_csv(tmp_path / "a.csv", index=False)
        found = in_own_words(open_cohort(tmp_path / "a.csv"))
        assert found is not None
        assert found.worded == {"sex", "smoking", "diabetes", "bp_medication"}

    def test_template_needs_no_mapping(self, tmp_path) -> None:
        (tmp_path / "a.csv").write_bytes(template())
        assert in_own_words(open_cohort(tmp_path / "a.csv")) is not None

    @pytest.mark.parametrize("codes", [("0", "1"), ("1", "2"), ("2.0", "1.0")])
    @pytest.mark.parametrize("ending", ["csv", "parquet"])
    def test_numbers_for_sex_stop_with_the_question(self, run, tmp_path, codes, ending) -> None:
        frame = people()
        numbers = frame["sex"].map(dict(zip(("male", "female"), map(float, codes), strict=True)))
        frame["sex"] = numbers
        path = tmp_path / f"a.{ending}"
        frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path, index=False)
        code, out, err = run.score(path)
        assert code == 1
        assert "What does “1” mean in “sex”" in out
        assert "columns[1].codes" in err
        assert "--mapping" in err
        assert not (tmp_path / "out.parquet").exists()

    def test_yes_and_no_as_1_and_2_stop_with_the_question(self, run, tmp_path) -> None:
        frame = people()
        frame["diabetes"] = frame["diabetes"].map({"yes": 1, "no": 2}).astype("Int64")
        frame.to_csv(tmp_path / "a.csv", index=False)
        code, out, _ = run.score(tmp_path / "a.csv")
        assert code == 1
        assert "What does “2” mean in “diabetes”" in out

    def test_yes_and_no_as_1_and_0_are_read(self, run, tmp_path, expected) -> None:
        frame = people()
        frame["bp_medication"] = frame["bp_medication"].map({"yes": 1, "no": 0}).astype("Int64")
        frame.to_csv(tmp_path / "a.csv", index=False)
        assert run.score(tmp_path / "a.csv")[0] == 0
        pd.testing.assert_series_equal(run.result()["cvd_10y_risk"], expected)

    def test_number_far_below_words_is_refused_with_its_row(self, run, tmp_path) -> None:
        frame = pd.concat([people()] * 600, ignore_index=True)
        frame.loc[30_000, "sex"] = "1"
        frame.to_csv(tmp_path / "a.csv", index=False)
        code, _, err = run.score(tmp_path / "a.csv")
        assert code == 1
        assert "Row 30,002: “sex” holds the number “1” among words." in err
        assert not (tmp_path / "out.parquet").exists()

    def test_file_that_says_it_is_a_patient_frame_is_read_by_its_codes(self, run, tmp_path, expected) -> None:
        table = pa.Table.from_pandas(read_demo()[COLUMNS].head(60), preserve_index=False)
        pq.write_table(table.replace_schema_metadata(PATIENT_FRAME), tmp_path / "a.parquet")
        assert run.score(tmp_path / "a.parquet")[0] == 0
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], expected)

    def test_unit_that_the_values_contradict_is_not_taken(self, run, tmp_path, expected) -> None:
        frame = people()
        frame["total_cholesterol"] = (frame["total_cholesterol"] / 38.67).round(3)
        frame.to_csv(tmp_path / "a.csv", index=False)
        code, out, _ = run.score(tmp_path / "a.csv")
        assert code == 0
        assert "“total_cholesterol” → Total cholesterol [mmol/L]" in out
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], expected, rtol=5e-3)

    def test_foreign_column_that_the_page_would_read_is_not_left_out(self, run, tmp_path, expected) -> None:
        people().rename(columns={"systolic_bp": "SBP (mmHg)"}).to_csv(tmp_path / "a.csv", index=False)
        code, out, _ = run.score(tmp_path / "a.csv")
        assert code == 0
        assert "“SBP (mmHg)” → Systolic pressure [mmHg]" in out
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], expected)

    def test_observations_in_own_names_become_patients(self, run, tmp_path) -> None:
        frame = pd.DataFrame({"patient_id": np.repeat([f"P{i}" for i in range(20)], 2), "age": 60, "sex": "male"})
        frame["test"], frame["value"] = ["SBP", "Total cholesterol"] * 20, [142, 210] * 20
        frame["unit"] = ["mmHg", "mg/dL"] * 20
        frame.to_csv(tmp_path / "a.csv", index=False)
        code, out, _ = run.score(tmp_path / "a.csv")
        assert code == 0
        assert "40 observations become 20 rows" in out
        assert len(run.result()) == 20

    def test_later_visits_of_a_record_have_age_and_sex(self, run, tmp_path) -> None:
        frame = people(20)
        frame.insert(0, "record_id", np.repeat(range(10), 2))
        frame.insert(1, "redcap_event_name", ["baseline_arm_1", "month_3_arm_1"] * 10)
        frame.loc[1::2, ["age", "sex"]] = None
        frame.to_csv(tmp_path / "a.csv", index=False)
        code, out, _ = run.score(tmp_path / "a.csv")
        assert code == 0
        assert "serves 10 of its other rows" in out


class TestForeignFiles:
    def test_other_names_units_delimiter_and_encoding_are_read_as_on_the_page(self, run, tmp_path, expected) -> None:
        data = (
            german()
            .rename(columns={"glucose [mg/dL]": "Nüchternglukose (mg/dl)"})
            .to_csv(index=False, sep=";", decimal=",")
        )
        (tmp_path / "a.csv").write_bytes(data.encode("cp1252"))
        code, out, err = run.score(tmp_path / "a.csv")
        assert (code, err) == (0, "")
        assert "Read as CSV, semicolon, decimal comma, Windows-1252" in out
        assert "“Geschlecht” → Sex: m = male, w = female" in out
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], expected, rtol=5e-3)

    def test_sheet_and_header_row_can_be_told(self, run, tmp_path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "notes"
        for row in (
            [["a", "b"], ["c", "d"]],
            [["Export"], [], list(german()), *german().astype(object).to_numpy().tolist()],
        ):
            sheet = book.active if not book.active.max_row > 1 else book.create_sheet("cohort")
            for cells in row:
                sheet.append([None if cell != cell else cell for cell in cells])
        out = io.BytesIO()
        book.save(out)
        (tmp_path / "a.xlsx").write_bytes(out.getvalue())
        code, _, err = run.score(tmp_path / "a.xlsx")
        assert code == 1
        assert "--sheet" in err
        code, said, _ = run.score(tmp_path / "a.xlsx", "--sheet", "cohort", "--header-row", 3)
        assert code == 0
        assert "60 rows read" in said

    def test_file_without_age_stops_with_the_question(self, run, tmp_path) -> None:
        people().drop(columns="age").to_csv(tmp_path / "a.csv", index=False)
        code, out, err = run.score(tmp_path / "a.csv")
        assert code == 1
        assert "Which column holds age" in err
        assert '"role": "value", "variable": "age"' in out

    def test_absent_file_is_said(self, run, tmp_path) -> None:
        code, _, err = run.score(tmp_path / "none.csv")
        assert code == 1
        assert "There is no file" in err


class TestMapping:
    def test_columns_writes_the_pages_template_and_lists_what_is_open(self, run, tmp_path) -> None:
        frame = people()
        frame["sex"] = frame["sex"].map({"male": 0, "female": 1})
        frame.to_csv(tmp_path / "a.csv", index=False)
        code, out, _ = run("columns", tmp_path / "a.csv", "--out", tmp_path / "m.json")
        assert code == 1
        assert "2 questions open" in out
        layout = Layout.from_json((tmp_path / "m.json").read_text())
        assert layout.mapping.columns == tuple(
            Layout.from_json(
                Layout("", propose(take_sample(open_source(tmp_path / "a.csv"))).mapping).to_json()
            ).mapping.columns
        )

    def test_answered_mapping_is_used(self, run, tmp_path, expected) -> None:
        frame = people()
        frame["sex"] = frame["sex"].map({"male": 0, "female": 1})
        frame.to_csv(tmp_path / "a.csv", index=False)
        run("columns", tmp_path / "a.csv", "--out", tmp_path / "m.json")
        answered(tmp_path / "m.json", sex_0="male", sex_1="female")
        assert run("columns", tmp_path / "a.csv", "--mapping", tmp_path / "m.json")[0] == 0
        assert run.score(tmp_path / "a.csv", "--mapping", tmp_path / "m.json")[0] == 0
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], expected)

    def test_column_named_by_hand_gets_its_unit_and_codes(self, run, tmp_path, expected) -> None:
        frame = people().rename(columns={"sex": "zzz", "glucose [mg/dL]": "yyy (mg/dL)"})
        frame.to_csv(tmp_path / "a.csv", index=False)
        run("columns", tmp_path / "a.csv", "--out", tmp_path / "m.json")
        stored = json.loads((tmp_path / "m.json").read_text())
        for column in stored["columns"]:
            if column["header"] == "zzz":
                column |= {"role": "value", "variable": "sex"}
            if column["header"].startswith("yyy"):
                column |= {"role": "value", "variable": "glucose", "unit": "mg/dL"}
        (tmp_path / "m.json").write_text(json.dumps(stored))
        assert run.score(tmp_path / "a.csv", "--mapping", tmp_path / "m.json")[0] == 0
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], expected)

    def test_mapping_with_an_open_question_stops_and_names_the_place(self, run, tmp_path) -> None:
        frame = people()
        frame["sex"] = frame["sex"].map({"male": 0, "female": 1})
        frame.to_csv(tmp_path / "a.csv", index=False)
        run("columns", tmp_path / "a.csv", "--out", tmp_path / "m.json")
        code, _, err = run.score(tmp_path / "a.csv", "--mapping", tmp_path / "m.json")
        assert code == 1
        assert f"Answer in {tmp_path / 'm.json'}: columns[1].codes[" in err

    def test_mapping_of_another_file_names_the_columns(self, run, tmp_path) -> None:
        people().to_csv(tmp_path / "a.csv", index=False)
        people().drop(columns="glucose [mg/dL]").assign(ward=1).to_csv(tmp_path / "b.csv", index=False)
        run("columns", tmp_path / "a.csv", "--out", tmp_path / "m.json")
        code, _, err = run.score(tmp_path / "b.csv", "--mapping", tmp_path / "m.json")
        assert code == 1
        assert "not in the file: “glucose [mg/dL]”; not in it: “ward”" in err

    @pytest.mark.parametrize(("text", "said"), [("{", "not a saved mapping"), ("\udcff", "is no saved mapping")])
    def test_file_that_is_no_mapping_is_said(self, run, tmp_path, text, said) -> None:
        people().to_csv(tmp_path / "a.csv", index=False)
        (tmp_path / "m.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        code, _, err = run.score(tmp_path / "a.csv", "--mapping", tmp_path / "m.json")
        assert code == 1
        assert said in err

    def test_answer_that_cannot_be_is_said_with_those_that_can(self, run, tmp_path) -> None:
        people().to_csv(tmp_path / "a.csv", index=False)
        run("columns", tmp_path / "a.csv", "--out", tmp_path / "m.json")
        answered(tmp_path / "m.json", sex_male="man")
        code, _, err = run.score(tmp_path / "a.csv", "--mapping", tmp_path / "m.json")
        assert code == 1
        assert "“male” of “sex” cannot mean “man”. Write one of female, male" in err

    def test_folder_of_parquet_files_is_read_by_a_mapping(self, run, tmp_path, expected) -> None:
        frame = german()
        (tmp_path / "in").mkdir()
        frame.iloc[:25].to_parquet(tmp_path / "in" / "a.parquet", index=False)
        frame.iloc[25:].to_parquet(tmp_path / "in" / "b.parquet", index=False)
        assert run("columns", tmp_path / "in", "--out", tmp_path / "m.json")[0] == 0
        assert run.score(tmp_path / "in", "--mapping", tmp_path / "m.json")[0] == 0
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], expected, rtol=5e-3)


@pytest.mark.shared_data
class TestSharedCase:
    def test_sex_1_female_is_asked_and_then_read(self, run, tmp_path, shared) -> None:
        case = shared / "cases" / "cohort" / "cli_sex_1_female.csv"
        if not case.is_file():
            pytest.skip("the analysts' cases are not there")
        code, out, _ = run.score(case)
        assert code == 1
        assert "What does “1” mean in “sex”" in out
        run("columns", case, "--out", tmp_path / "m.json")
        answered(tmp_path / "m.json", sex_1="female", sex_0="male")
        stored = json.loads((tmp_path / "m.json").read_text())
        for column in stored["columns"]:
            if (
                column.get("unit") == ""
                and VOCABULARY.get(column.get("variable", ""))
                and VOCABULARY[column["variable"]].units
            ):
                column["unit"] = VOCABULARY[column["variable"]].unit
        (tmp_path / "m.json").write_text(json.dumps(stored))
        assert run.score(case, "--mapping", tmp_path / "m.json")[0] == 0
        raw = pd.read_csv(case)
        frame = raw.assign(sex=raw["sex"].map({1: "female", 0: "male"}))
        frame.to_csv(tmp_path / "words.csv", index=False)
        asked = run.result()["cvd_10y_risk"]
        assert run.score(tmp_path / "words.csv")[0] == 0
        np.testing.assert_allclose(run.result()["cvd_10y_risk"], asked)
