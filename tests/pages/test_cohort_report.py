"""Report and recalibration on the page "Score a cohort"."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.tabular.versions import VersionStore
from tests.waiting import run_until
from ui.models import shipped_models

ROOT = Path(__file__).resolve().parents[2]


def cohort(rows: int = 260) -> str:
    """Men and women of 30–79 with a diabetes outcome as text, as a score of 10 and more, and as 1 = yes, 2 = no."""
    rng = np.random.default_rng(7)
    age, bmi = rng.integers(30, 80, rows), rng.normal(29, 5, rows).clip(18, 48)
    happened = rng.random(rows) < 1 / (1 + np.exp(-(0.05 * (age - 55) + 0.15 * (bmi - 29))))
    happened, words = happened.astype(int), ("no", "yes")
    lines = [
        f"P{i},{age[i]},{'male' if i % 2 else 'female'},{bmi[i]:.1f},"
        f"{words[happened[i]]},{10 * happened[i] + i % 8},x{i},{2 - happened[i]}"
        for i in range(rows)
    ]
    return "patient_id,age,sex,bmi,new_diabetes,stage,remark,coded\n" + "\n".join(lines)


@pytest.fixture
def scored(worker: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path / "versions"))
    monkeypatch.setattr("ui.cohort.report.REPLICATES", 20)
    monkeypatch.setattr("ui.cohort.recalibration.REPLICATES", 20)
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    page = app.switch_page("pages/2_Cohort.py").run()
    page.file_uploader(key="cohort_upload").set_value(("cohort.csv", cohort().encode(), "text/csv")).run()
    page.button(key="cohort_score").click().run()
    return until(page, lambda: "cohort_cancel" not in {b.key for b in page.button})


def until(page: AppTest, done) -> AppTest:
    run_until(page, done)
    assert not page.exception
    return page


def report(page: AppTest) -> list[str]:
    """Make the report and give the titles of its sections."""
    page.button(key="cohort_report").click().run()
    until(page, lambda: any("Spread" in h.value for h in page.subheader) or page.error)
    return [h.value for h in page.subheader]


class TestReport:
    def test_without_an_outcome_column_it_describes_the_cohort(self, scored):
        titles = report(scored)
        assert {"Who was estimated", "Unknown values", "Drift against the training people", "Triage"} <= set(titles)
        assert "Calibration" not in titles

    def test_with_an_outcome_column_it_validates(self, scored):
        scored.selectbox(key="cohort_outcome_column").set_value("new_diabetes").run()
        assert any("with a known outcome" in c.value for c in scored.caption)
        titles = report(scored)
        assert {"Calibration", "Sensitivity and specificity", "Is acting on it worth it"} <= set(titles)
        assert {"From the rows read to the figures", "Who is left out, and how they differ"} <= set(titles)
        assert any(m.value.startswith("260 read → 260 with a known outcome → ") for m in scored.markdown)
        assert any(c.value.startswith("On 260 rows with a known outcome.") for c in scored.caption)

    def test_column_of_1_and_2_asks_what_each_means_with_its_count(self, scored):
        scored.selectbox(key="cohort_outcome_column").set_value("coded").run()
        yes, no = (sum(line.endswith(f",{n}") for line in cohort().splitlines()) for n in (1, 2))
        asked = {n: scored.radio(key=f"cohort_outcome_means_coded_{n}") for n in (1, 2)}
        assert [asked[n].label for n in (1, 2)] == [f"“1” · {yes} rows", f"“2” · {no} rows"]
        assert [asked[n].value for n in (1, 2)] == [None, None]
        assert scored.button(key="cohort_report").disabled
        asked[1].set_value("It happened").run()
        assert scored.button(key="cohort_report").disabled
        scored.radio(key="cohort_outcome_means_coded_2").set_value("It did not happen").run()
        assert any(c.value.startswith(f"{yes} events in 260 rows") for c in scored.caption)
        assert {"Calibration"} <= set(report(scored))

    def test_column_of_stages_asks_from_which_one_on(self, scored):
        scored.selectbox(key="cohort_outcome_column").set_value("stage").run()
        assert scored.button(key="cohort_report").disabled
        scored.number_input(key="cohort_outcome_from").set_value(10).run()
        assert not scored.button(key="cohort_report").disabled

    def test_column_that_is_no_outcome_is_refused_in_words(self, scored):
        scored.selectbox(key="cohort_outcome_column").set_value("remark").run()
        assert "neither yes nor no" in scored.error[0].value
        assert scored.button(key="cohort_report").disabled


class TestRecalibration:
    def test_version_is_saved_put_in_force_and_rolled_back(self, scored):
        scored.selectbox(key="cohort_outcome_column").set_value("new_diabetes").run()
        report(scored)
        scored.button(key="cohort_recalibrate").click().run()
        until(scored, lambda: any("Before and after" in h.value for h in scored.subheader))
        scored.button(key="cohort_version_save").click().run()
        scored.run()
        version = scored.selectbox(key="version_choice.population").value
        scored.button(key="version_force.population").click().run()
        assert shipped_models()["population"].version == version
        scored.button(key="version_back.population").click().run()
        assert shipped_models()["population"].version != version

    def test_version_for_one_group_says_so_and_needs_a_confirmation(self, scored):
        scored.selectbox(key="cohort_outcome_column").set_value("new_diabetes").run()
        scored.selectbox(key="cohort_recalibration_group").set_value("sex").run()
        scored.selectbox(key="cohort_recalibration_group.sex").set_value("female").run()
        scored.button(key="cohort_recalibrate").click().run()
        until(scored, lambda: any("Before and after" in h.value for h in scored.subheader))
        scored.button(key="cohort_version_save").click().run()
        scored.run()
        put = scored.button(key="version_force.population")
        assert put.disabled
        confirm = next(box for box in scored.checkbox if "although it is only for people whose" in box.label)
        assert "sex" in confirm.label
        assert "female" in confirm.label
        confirm.check().run()
        scored.button(key="version_force.population").click().run()
        assert shipped_models()["population"].card["derived"]["group"] == {"column": "sex", "value": "female"}

    def test_column_with_too_many_values_makes_no_groups(self, scored):
        scored.selectbox(key="cohort_outcome_column").set_value("new_diabetes").run()
        scored.selectbox(key="cohort_recalibration_group").set_value("remark").run()
        assert "different values" in scored.error[0].value
        assert scored.button(key="cohort_recalibrate").disabled

    def test_local_prevalence_is_found_on_the_file(self, scored):
        scored.session_state["cohort.open"] = True
        scored.run()
        scored.number_input(key="cohort.prevalence.diabetes").set_value(9.0).run()
        scored.text_input(key="cohort.prevalence_why").set_value("Practice audit 2025").run()
        assert any("of a file scored here" in c.value for c in scored.caption)
        scored.button(key="cohort.prevalence_save").click().run()
        saved = VersionStore().versions("population")[0]
        assert saved.derived["stated"] == pytest.approx(0.09)
