"""The page "Score a cohort": empty, happy, invalid, already diagnosed, outside support, cancelled."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.waiting import run_until

ROOT = Path(__file__).resolve().parents[2]
GOOD = (
    "patient_id,age,sex,systolic_bp [mmHg],glucose [mg/dL],diabetes,ward\n"
    "A1,63,male,152,118,no,=1+1\n"
    "A2,41,female,118,,no,3 West\n"
    "A3,55,female,130,,yes,3 West\n"
    "A4,,male,130,,no,3 West\n"
    "A5,70,male,1520,high,no,3 West\n"
)


@pytest.fixture
def page(worker: None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/2_Cohort.py").run()


def upload(page: AppTest, data: str | bytes, name: str = "cohort.csv") -> AppTest:
    content = data.encode() if isinstance(data, str) else data
    page.file_uploader(key="cohort_upload").set_value((name, content, "text/csv"))
    return page.run()


def keys(page: AppTest) -> set[str]:
    return {button.key for button in page.button}


def score(page: AppTest) -> AppTest:
    return wait(page.button(key="cohort_score").click().run())


def wait(page: AppTest) -> AppTest:
    """Until nothing is being scored."""
    return run_until(page, lambda: "cohort_cancel" not in keys(page))


def headings(page: AppTest) -> str:
    return "\n".join(expander.label for expander in page.expander)


def counts(page: AppTest) -> tuple[int, ...]:
    """Read, scored, measured where any are, not scored, with problems, as the page states them."""
    line = next(m.value for m in page.markdown if " read = " in m.value)
    return tuple(int(n.replace(",", "")) for n in re.findall(r"\*\*([\d,]+)\*\*", line))


def rows(page: AppTest):
    """The table of scored rows that is shown."""
    return next(d.value for d in page.dataframe if "Risk" in d.value and "Row" in d.value)


class TestEmpty:
    def test_page_offers_a_file_and_the_demo_and_nothing_to_score(self, page):
        assert not page.exception
        assert page.title[0].value == "Score a cohort"
        assert "cohort_demo" in keys(page)
        assert "cohort_score" not in keys(page)

    def test_later_steps_wait(self, page):
        assert [e.label for e in page.expander][1:] == [":gray[Columns and units]", ":gray[Result]"]


class TestHappy:
    @pytest.fixture
    def scored(self, page) -> AppTest:
        return score(upload(page, GOOD))

    def test_demo_cohort_is_scored_with_counts_that_add_up(self, page):
        page.button(key="cohort_demo").click().run()
        assert "20 of 21 columns used" in headings(page)
        assert not page.radio
        read, scored, measured, missing, _ = counts(score(page))
        assert read == scored + measured + missing == 5533
        assert scored > 3000

    def test_invented_patients_are_read_without_a_question(self, page):
        page.button(key="cohort_invented").click().run()
        assert not page.exception
        assert not page.radio
        assert "10,000 invented patients · 10,000 rows, 33 columns" in headings(page)

    def test_demo_cohort_opens_on_an_outcome_that_is_not_measured_in_most_rows(self, page):
        page.button(key="cohort_demo").click().run()
        score(page)
        assert page.segmented_control(key="cohort_outcome").value == "cvd_10y"

    def test_measured_rows_are_told_in_words_and_counted_beside_the_estimates(self, page):
        lines = GOOD.splitlines()
        data = "\n".join([f"{lines[0]},HbA1c [%]", f"{lines[1]},12", *(f"{line}," for line in lines[2:])])
        shown = score(upload(page, f"{data}\n"))
        row = rows(shown).set_index("Row").loc[2]
        assert row["Risk"] == "–"
        assert row["Measured"].startswith("HbA1c 12.0 % meets the ADA criterion for diabetes")
        captions = " ".join(caption.value for caption in shown.caption)
        assert "1 row is answered by HbA1c or fasting glucose, so neither estimated nor flagged: 1 meet" in captions

    def test_file_collapses_to_one_line_with_its_size(self, page):
        assert "cohort\\.csv · 5 rows, 7 columns" in headings(upload(page, GOOD))

    def test_problems_are_listed_by_row_and_column(self, page):
        upload(page, GOOD)
        table = next(d.value for d in page.dataframe if "Effect" in d.value)
        found = set(zip(table["Row"], table["Column"], strict=True))
        assert found == {(5, "age"), (6, "systolic_bp [mmHg]"), (6, "glucose [mg/dL]")}

    def test_good_rows_are_scored_and_bad_rows_keep_their_place(self, scored):
        # row 5 has no age; row 4 has diabetes already, but still a cardiovascular risk
        assert counts(scored) == (5, 4, 1, 2)

    def test_reasons_stand_in_words(self, scored):
        shown = rows(scored).set_index("Row")
        assert re.search(r"(raises|lowers)", shown.loc[2, "Reasons"])

    def test_already_diagnosed_row_says_so_instead_of_a_number(self, scored):
        shown = rows(scored).set_index("Row")
        assert shown.loc[4, "Risk"] == "–"
        assert "already told of diabetes" in shown.loc[4, "Note"]

    def test_impossible_value_is_named_in_the_note_and_the_row_still_scored(self, scored):
        shown = rows(scored).set_index("Row")
        assert shown.loc[6, "Risk"] != "–"
        assert "1520 mmHg is outside" in shown.loc[6, "Note"]

    def test_another_outcome_has_its_own_estimates(self, scored):
        before = rows(scored).set_index("Row").loc[2, "Risk"]
        scored.session_state["cohort_outcome"] = "cvd_10y"
        after = rows(scored.run()).set_index("Row").loc[2, "Risk"]
        assert after not in (before, "–")

    def test_threshold_flags_those_at_or_above_it(self, scored):
        scored.session_state["cohort_mode"] = "Risk threshold"
        scored.run()
        next(s for s in scored.slider if s.label == "Flag a risk of at least").set_value(0.0).run()
        assert "**3 of 3 estimates flagged**" in " ".join(m.value for m in scored.markdown)

    def test_outcome_chosen_for_another_cohort_is_no_obstacle(self, scored):
        scored.session_state["cohort_outcome"] = "coronary_disease"
        scored.run()
        assert not scored.exception
        assert scored.session_state["cohort_outcome"] == "diabetes"

    def test_only_the_rows_asked_for_are_shown(self, scored):
        scored.session_state["cohort_filter"] = "Not estimated"
        assert set(rows(scored.run())["Row"]) == {4, 5}

    def test_result_is_kept_when_the_page_is_left(self, scored):
        scored.switch_page("home.py").run()
        scored.switch_page("pages/2_Cohort.py").run()
        assert counts(scored) == (5, 4, 1, 2)

    def test_same_file_again_needs_no_second_scoring(self, scored):
        first = scored.query_params["job"]
        upload(scored, GOOD, "copy.csv").button(key="cohort_score").click().run()
        assert scored.query_params["job"] == first
        assert counts(scored) == (5, 4, 1, 2)

    def test_file_with_one_cell_edited_is_not_taken_for_the_old_one(self, scored):
        upload(scored, GOOD.replace("118,no", "119,no"))
        assert "cohort_score" in keys(scored)

    def test_discarded_cohort_is_gone(self, scored):
        scored.button(key="cohort_discard").click().run()
        assert [e.label for e in scored.expander][1:] == [":gray[Columns and units]", ":gray[Result]"]


class TestInvalid:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "is empty"),
            ("age,sex\n", "a header but no rows"),
            (b"\x89PNG\r\n\x1a\n\x00", "a PNG image"),
            (b"%PDF-1.7\n", "a PDF"),
            (b"PK\x03\x04xl/workbook.xml", "Excel"),
            (b"PAR1 and no more", "Parquet file is damaged"),
            (b"\x1f\x8b\x08 and no more", "gzip file"),
        ],
    )
    def test_bad_file_has_its_own_message(self, page, data, words):
        upload(page, data, "bad.csv")
        assert words in page.error[0].value.replace("\\", "")
        assert "cohort_score" not in keys(page)

    def test_bad_file_loses_nothing_that_was_there(self, page):
        score(upload(page, GOOD))
        upload(page, b"\x89PNG\r\n\x1a\n\x00", "photo.csv")
        assert "photo" in page.error[0].value
        assert "still cohort" in page.error[0].value
        assert counts(page) == (5, 4, 1, 2)

    def test_message_goes_with_the_next_good_file(self, page):
        upload(page, b"", "bad.csv")
        assert not upload(page, GOOD).error

    def test_message_goes_when_its_file_is_removed(self, page):
        upload(page, b"", "bad.csv")
        page.file_uploader(key="cohort_upload").set_value(None)
        assert not page.run().error

    def test_name_of_the_file_is_shown_as_text_and_never_as_markdown(self, page):
        upload(page, b"", "![x](http://evil.example/a.png).csv")
        assert r"\!\[x\]\(http\:\/\/evil\.example\/a\.png\)" in page.error[0].value


def test_300_mb_are_refused_before_they_are_read():
    def script() -> None:
        from ui.cohort.file import draw_refusal
        from ui.cohort.state import refusal, take_file

        class Huge:
            file_id, name, size = "1", "huge.csv", 300 * 2**20

            def getvalue(self) -> bytes:
                raise AssertionError("must not be read")

        take_file(Huge())
        draw_refusal(refusal(), None)

    (error,) = AppTest.from_function(script).run().error
    assert "The file has 300 MB; up to 200 MB can be uploaded" in error.value


class TestOutsideSupport:
    def test_patient_unlike_all_in_training_gets_no_number_but_the_field(self, page):
        usual = "50,male,80,175,26,95,130\n"
        header = "age,sex,weight [kg],height [cm],bmi,waist [cm],systolic_bp [mmHg]\n"
        data = f"{header}{usual}50,male,300,120,99,199,299\n{usual}"
        shown = rows(score(upload(page, data))).set_index("Row")
        assert shown.loc[2, "Risk"] != "–"
        assert shown.loc[3, "Risk"] == "–"
        assert re.search("Body mass index|Weight|Waist|Systolic", shown.loc[3, "Note"])


class TestCancel:
    @pytest.fixture
    def slow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A scoring that goes on until it is stopped."""

        def endless(job, models_of, pulse, threads, chunk):
            while True:
                time.sleep(0.02)
                pulse.tell(1)
                pulse.check()

        monkeypatch.setattr("riskmodels.scoring.jobs._score", endless)

    def test_progress_is_shown_with_a_way_to_stop_it(self, page, slow):
        upload(page, GOOD).button(key="cohort_score").click().run()
        assert "scoring 5 rows" in headings(page)
        assert "cohort_cancel" in keys(page)

    def test_stopped_scoring_keeps_the_file_and_may_start_again(self, page, slow):
        upload(page, GOOD).button(key="cohort_score").click().run()
        page.button(key="cohort_cancel").click().run()
        wait(page)
        assert any("Stopped after" in c.value for c in page.caption)
        assert "cohort_score" in keys(page)
        assert "5 rows, 7 columns" in headings(page)

    def test_a_new_session_finds_the_running_job_by_the_address(self, page, slow):
        upload(page, GOOD).button(key="cohort_score").click().run()
        again = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300).switch_page("pages/2_Cohort.py")
        again.query_params["job"] = page.query_params["job"]
        assert "scoring 5 rows" in headings(again.run())
        assert "cohort\\.csv" in headings(again)

    def test_browser_that_is_reloaded_before_the_address_has_the_job_finds_it(self, page, slow):
        upload(page, GOOD).button(key="cohort_score").click().run()
        again = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300).switch_page("pages/2_Cohort.py").run()
        assert "scoring 5 rows" in headings(again)
        assert again.query_params["job"] == page.query_params["job"]

    def test_session_that_left_the_job_is_not_led_back_to_it(self, page, slow):
        upload(page, GOOD).button(key="cohort_score").click().run()
        upload(page, GOOD.replace("A1", "B1"), "other.csv")
        assert "scoring 5 rows" not in headings(page)
        assert "job" not in page.query_params


def test_scoring_that_fails_says_so_and_logs_nothing_of_the_cohort(page, monkeypatch, caplog):
    def broken(*args):
        raise ValueError("glucose of A1 is 118")

    monkeypatch.setattr("riskmodels.scoring.jobs._score", broken)
    score(upload(page, GOOD))
    assert "ended with an error" in page.error[0].value
    assert "ValueError" in caplog.text
    assert "118" not in caplog.text
    assert "cohort.csv" not in caplog.text


class TestAfterTheSession:
    def test_finished_job_is_found_by_its_address_with_file_and_columns(self, page):
        score(upload(page, GOOD))
        again = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300).switch_page("pages/2_Cohort.py")
        again.query_params["job"] = page.query_params["job"]
        assert counts(again.run()) == (5, 4, 1, 2)
        again.button(key="cohort_restore").click().run()
        assert "5 of 7 columns used" in headings(again)
        assert counts(again) == (5, 4, 1, 2)

    def test_address_says_nothing_of_the_file(self, page):
        score(upload(page, GOOD))
        assert re.fullmatch("[0-9a-f]{32}", page.query_params["job"])

    def test_without_the_address_it_stands_among_the_scorings_of_the_day(self, page, monkeypatch):
        monkeypatch.setattr("ui.cohort.jobs.MOMENTS", timedelta())
        score(upload(page, GOOD))
        again = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300).switch_page("pages/2_Cohort.py").run()
        again.button(key=f"cohort_job_{page.query_params['job']}").click().run()
        assert counts(again) == (5, 4, 1, 2)

    def test_just_finished_job_is_found_without_the_address(self, page, monkeypatch):
        monkeypatch.setattr("ui.cohort.jobs.MOMENTS", timedelta(hours=1))
        score(upload(page, GOOD))
        again = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300).switch_page("pages/2_Cohort.py").run()
        assert counts(again) == (5, 4, 1, 2)

    def test_unknown_job_is_said_and_forgotten(self, page):
        page.query_params["job"] = "0" * 32
        page.run()
        assert any("no longer kept" in c.value for c in page.caption)
        assert "job" not in page.query_params

    def test_discarded_cohort_leaves_no_file(self, page, own_data):
        score(upload(page, GOOD)).button(key="cohort_discard").click().run()
        assert not list((own_data / "jobs").iterdir())
