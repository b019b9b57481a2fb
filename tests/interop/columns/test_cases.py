"""Files in which a name misleads: negated and resembling names, boxes to tick, outcomes, copies coded anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.interop.columns.apply import Applied, apply
from riskmodels.interop.columns.boxes import ticked_code
from riskmodels.interop.columns.edits import read_as_role, read_as_variable
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import (
    UNANSWERED,
    UNKNOWN,
    WHICH_COPY,
    Asks,
    CohortMapping,
    Combine,
    Role,
)
from riskmodels.interop.columns.propose import Proposal, propose
from riskmodels.interop.columns.recoded import NO_COPY, recodings, with_copy
from riskmodels.interop.columns.resembling import left_unused, resemblance
from riskmodels.interop.columns.sample import Sample, take_sample
from riskmodels.interop.table.source import open_source

BASE = {"age": [50, 60, 70, 40], "sex": ["m", "f", "m", "f"]}


def looked_at(data: bytes | Path) -> tuple[Sample, Proposal]:
    sample = take_sample(open_source(data))
    return sample, propose(sample)


def of(**columns: object) -> tuple[Sample, Proposal]:
    return looked_at(pd.DataFrame(BASE | columns).to_csv(index=False).encode())


def applied(mapping: CohortMapping, sample: Sample) -> Applied:
    return apply(mapping, sample.cells)


def case(shared: Path, name: str) -> tuple[Sample, Proposal]:
    return looked_at(shared / "cases" / "cohort" / name)


class TestNegatedNames:
    @pytest.mark.shared_data
    def test_case_is_asked_and_its_ones_are_never_a_yes(self, shared: Path) -> None:
        sample, proposal = case(shared, "negated_names.csv")
        asked = {q.header: q.choices for q in proposal.mapping.questions() if q.asks is Asks.MEANING}
        assert asked["No diabetes"] == ("diabetes", "carried")
        assert set(asked) == {"No diabetes", "No hypertension", "No heart attack"}
        read = read_as_variable(proposal.mapping, sample, "No diabetes", "diabetes")
        assert {c.means for c in read.column("No diabetes").codes} == {UNANSWERED}

    @pytest.mark.parametrize("name", ["No stroke", "kein_Diabetes", "Sin diabetes", "无糖尿病", "non-diabetic"])
    def test_others_are_asked_too(self, name: str) -> None:
        _, proposal = of(**{name: [1, 0, 1, 1]})
        assert proposal.column(name).mapping.role is Role.ASKED
        assert proposal.column(name).distribution == "1 in 3 rows, 0 in 1 row"

    def test_answered_one_by_one_it_turns_round(self) -> None:
        sample, proposal = of(**{"No stroke": [1, 0, 1, 1]})
        mapping = read_as_variable(proposal.mapping, sample, "No stroke", "stroke")
        mapping = mapping.with_code("No stroke", "1", "no").with_code("No stroke", "0", "yes")
        assert applied(mapping, sample).frame["stroke"].tolist() == [0, 1, 0, 0]

    def test_left_out_it_is_not_asked_again(self) -> None:
        sample, proposal = of(**{"No stroke": [1, 0, 1, 1]})
        assert read_as_role(proposal.mapping, sample, "No stroke", Role.CARRIED).questions() == ()


class TestResemblingNames:
    def test_unused_one_is_told_with_what_is_in_it_and_what_it_costs(self) -> None:
        _, proposal = of(**{"HDL ratio": [3.1, 4.2, 5.3, 2.2]})
        (told,) = left_unused(proposal, proposal.mapping)
        assert "“ratio” makes it another thing" in told
        assert "3.1 in 1 row" in told
        assert told.endswith("HDL cholesterol is unknown in every row.")

    def test_it_is_not_told_where_the_input_is_held(self) -> None:
        _, proposal = of(**{"HDL ratio": [3.1, 4.2, 5.3, 2.2], "hdl": [50, 60, 55, 45]})
        assert left_unused(proposal, proposal.mapping) == []

    def test_without_age_no_row_gets_an_estimate(self) -> None:
        frame = pd.DataFrame({"age at diagnosis": [50, 60], "sex": ["m", "f"]})
        _, proposal = looked_at(frame.to_csv(index=False).encode())
        assert "no row gets an estimate" in " ".join(left_unused(proposal, proposal.mapping))

    def test_misspelt_name_is_asked(self) -> None:
        _, proposal = of(cholestrol=[200, 210, 190, 250])
        assert proposal.column("cholestrol").mapping.could_be == ("total_cholesterol",)

    @pytest.mark.parametrize(
        ("name", "word"),
        [
            ("sbp change", "change"),
            ("mother diabetes", "mother"),
            ("glucose 2h", "2h"),
            ("bp med date", "date"),
            ("糖尿病家族", "家族"),
        ],
    )
    def test_word_that_makes_it_another_thing_is_named(self, name: str, word: str) -> None:
        found = resemblance(name)
        assert found is not None
        assert found.other == word
        assert not found.asked

    def test_french_height_or_german_waist_is_asked_with_both(self) -> None:
        _, proposal = of(Taille=[160, 170, 180, 175])
        (question,) = proposal.mapping.questions()
        assert set(question.choices) == {"height", "waist", "carried"}


@pytest.mark.parametrize(("name", "role"), [("visit_date", Role.DATE), ("statin start date", Role.CARRIED)])
def test_date_of_a_fact_is_not_that_of_the_visit(name: str, role: Role) -> None:
    _, proposal = of(**{name: ["2024-01-31", "2023-05-01", "2024-02-02", "2020-01-01"]})
    assert proposal.column(name).mapping.role is role


class TestOutcomes:
    @pytest.mark.shared_data
    def test_case_keeps_history_and_offers_events(self, shared: Path) -> None:
        sample, proposal = case(shared, "framingham_outcomes.csv")
        assert proposal.mapping.questions() == ()
        roles = {c.header: c.mapping.role for c in proposal.columns}
        assert {h for h, role in roles.items() if role is Role.OUTCOME} == {"DEATH", "ANGINA", "STROKE", "CVD"}
        frame = applied(proposal.mapping, sample).frame
        assert len(frame) == 60
        assert frame[["stroke", "angina", "heart_attack", "coronary_disease"]].sum().sum() == 0

    def test_event_beside_a_history_is_an_outcome(self) -> None:
        _, proposal = of(hx_mi=[0, 0, 1, 0], mi=[1, 0, 0, 1])
        assert proposal.column("hx_mi").variable == "heart_attack"
        assert proposal.column("mi").mapping.role is Role.OUTCOME

    def test_event_with_its_time_is_an_outcome(self) -> None:
        _, proposal = of(stroke=[1, 0, 0, 1], time_to_stroke=[100, 3000, 3000, 20])
        assert proposal.column("stroke").mapping.role is Role.OUTCOME

    def test_history_in_a_file_with_a_follow_up_is_asked(self) -> None:
        _, proposal = of(stroke=[1, 0, 0, 1], death=[0, 0, 1, 0])
        assert proposal.column("death").mapping.role is Role.OUTCOME
        (question,) = proposal.mapping.questions()
        assert (question.header, question.choices) == ("stroke", ("stroke", "outcome", "carried"))

    def test_diabetes_before_and_medicines_are_not_asked_there(self) -> None:
        _, proposal = of(prior_stroke=[1, 0, 0, 1], diabetes=[0, 0, 1, 0], death=[0, 0, 1, 0])
        assert proposal.mapping.questions() == ()

    @pytest.mark.parametrize("name", ["incident_diabetes", "mi_event", "Tod", "死亡", "primary endpoint", "stroke_fu"])
    def test_name_of_an_event_is_an_outcome(self, name: str) -> None:
        _, proposal = of(**{name: [1, 0, 0, 1]})
        assert proposal.column(name).mapping.role is Role.OUTCOME

    @pytest.mark.parametrize(
        "name", ["death_date", "father died", "redcap_event_name", "age at death", "days to death"]
    )
    def test_when_and_to_whom_is_none(self, name: str) -> None:
        _, proposal = of(**{name: [1, 0, 0, 1]})
        assert proposal.column(name).mapping.role is Role.CARRIED

    def test_rivals_are_asked_and_not_merged(self) -> None:
        _, proposal = of(stroke=[1, 0, 0, 1], cva=[0, 0, 0, 1])
        assert [q.asks for q in proposal.mapping.questions()] == [Asks.COMBINE]
        assert "stroke" not in proposal.mapping.combine


class TestBoxes:
    @pytest.fixture
    def redcap(self) -> tuple[Sample, Proposal]:
        boxes = {"smoke___1": [1, 0, 0, 0], "smoke___2": [0, 1, 0, 1], "smoke___3": [0, 0, 0, 1]}
        return of(**boxes)

    def test_which_box_is_which_is_one_question(self, redcap: tuple[Sample, Proposal]) -> None:
        _, proposal = redcap
        assert proposal.mapping.combine == {"smoking": Combine.CHECKED}
        (question,) = proposal.mapping.questions()
        assert (question.asks, question.variable) == (Asks.BOXES, "smoking")

    def test_answered_it_is_one_value_a_row_and_two_ticks_are_a_problem(self, redcap: tuple[Sample, Proposal]) -> None:
        sample, proposal = redcap
        mapping = proposal.mapping
        for header, means in {"smoke___1": "never", "smoke___2": "former", "smoke___3": "current"}.items():
            mapping = mapping.with_code(header, "1", means)
        assert mapping.questions() == ()
        found = applied(mapping, sample)
        np.testing.assert_array_equal(found.frame["smoking"], [0, 1, np.nan, np.nan])
        problem = found.problems.iloc[0]
        assert (problem["row"], problem["column"]) == (5, "smoke___1, smoke___2, smoke___3")
        assert problem["value"] == "former smoker and current smoker"
        assert problem["effect"] == "unused"

    def test_it_is_saved_and_read_again(self, redcap: tuple[Sample, Proposal]) -> None:
        _, proposal = redcap
        mapping = proposal.mapping.with_code("smoke___1", "1", "never")
        again = Layout.from_json(Layout("x", mapping).to_json()).mapping
        assert again.combine == {"smoking": Combine.CHECKED}
        assert [q.asks for q in again.questions()] == [Asks.BOXES]

    @pytest.mark.shared_data
    def test_case_is_asked_once_over_the_set(self, shared: Path) -> None:
        _, proposal = case(shared, "redcap_checkboxes.csv")
        assert [q.asks for q in proposal.mapping.questions()] == [Asks.BOXES, Asks.CODE, Asks.CODE]
        assert all(code.means in (UNANSWERED, UNKNOWN) for code in proposal.column("smoke___1").mapping.codes)

    def test_single_box_is_asked_both_ways(self) -> None:
        _, proposal = of(diabetes___1=[1, 0, 1, 0])
        questions = proposal.mapping.questions()
        assert {(q.asks, q.header, q.code) for q in questions} == {
            (Asks.CODE, "diabetes___1", "1"),
            (Asks.CODE, "diabetes___1", "0"),
        }

    @pytest.mark.parametrize(
        "headers",
        [
            ("smoking_never", "smoking_former", "smoking_current"),
            ("smoking_status_never smoked", "smoking_status_formerly smoked", "smoking_status_current smoker"),
            ("Smoking (choice=Never)", "Smoking (choice=Former smoker)", "Smoking (choice=Current smoker)"),
        ],
    )
    def test_boxes_whose_names_tell_need_no_answer(self, headers: tuple[str, ...]) -> None:
        ticks = (["1", "0", "0", "0"], ["0", "1", "0", "0"], ["0", "0", "1", "0"])
        sample, proposal = of(**dict(zip(headers, ticks, strict=True)))
        assert proposal.mapping.questions() == ()
        np.testing.assert_array_equal(applied(proposal.mapping, sample).frame["smoking"], [0, 1, 2, np.nan])

    def test_words_of_a_labelled_export_are_ticks(self) -> None:
        _, proposal = of(smoke___1=["Checked", "Unchecked"] * 2, smoke___2=["Unchecked", "Checked"] * 2)
        code = ticked_code(proposal.mapping.column("smoke___1"))
        assert code is not None
        assert (code.text, code.means) == ("checked", UNANSWERED)


#: rows of the copies as they are published, and the same patients in UCI's own codes
HEADERS = "age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal"
COPY = f"""{HEADERS},target
63,1,3,145,233,1,0,150,0,2.3,0,0,1,1
37,1,2,130,250,0,1,187,0,3.5,0,0,2,1
41,0,1,130,204,0,0,172,0,1.4,2,0,2,1
44,1,1,120,263,0,1,173,0,0,2,0,3,1
57,1,0,140,192,0,1,148,0,0.4,1,0,1,1
58,1,0,114,318,0,2,140,0,4.4,0,3,1,0
52,1,0,128,204,1,1,156,1,1,1,0,0,0
38,1,2,138,175,0,1,173,0,0,2,4,2,1
"""
UPLOAD = f"""{HEADERS},condition
69,1,0,160,234,1,2,131,0,0.1,1,1,0,0
64,1,0,170,227,0,2,155,0,0.6,1,0,2,0
63,1,0,145,233,1,2,150,0,2.3,2,0,1,0
66,1,1,160,246,0,0,120,1,0,1,3,1,1
58,1,3,114,318,0,1,140,0,4.4,2,3,1,1
59,1,2,126,218,1,0,134,0,2.2,1,1,1,1
"""


class TestCopies:
    @pytest.mark.shared_data
    @pytest.mark.parametrize(("text", "copy"), [(COPY, "heart_csv"), (UPLOAD, "heart_cleveland_upload")])
    def test_answered_the_patients_are_those_of_the_original(self, shared: Path, text: str, copy: str) -> None:
        sample, proposal = looked_at(text.encode())
        assert [q.asks for q in proposal.mapping.questions()] == [Asks.COPY]
        mapping = with_copy(proposal.mapping, sample, copy)
        assert mapping.questions() == ()
        found = applied(mapping, sample).frame.reset_index(drop=True)
        raw, original = looked_at(shared / "cohorts/uci_heart_4sites/uci_heart_processed.csv")
        own = applied(original.mapping, raw).frame.reset_index(drop=True)
        key = ["age", "sex", "systolic_bp", "total_cholesterol", "max_heart_rate"]
        both = found.merge(own, on=key, suffixes=("", "_own"))
        assert len(both) == len(found)
        for name in ("chest_pain_type", "resting_ecg", "st_slope", "major_vessels", "thallium_scan"):
            np.testing.assert_array_equal(both[name], both[f"{name}_own"], err_msg=name)

    def test_outcome_of_one_copy_is_the_other_way_round(self) -> None:
        sample, proposal = looked_at(COPY.encode())
        column = with_copy(proposal.mapping, sample, "heart_csv").column("target")
        assert column.role is Role.OUTCOME
        assert {c.text: c.means for c in column.codes} == {"0": "yes", "1": "no"}

    def test_none_of_them_asks_every_code(self) -> None:
        sample, proposal = looked_at(COPY.encode())
        questions = with_copy(proposal.mapping, sample, NO_COPY).questions()
        assert {q.header for q in questions} == {"cp", "restecg", "slope", "thal"}

    def test_answer_can_be_opened_again_and_is_saved(self) -> None:
        sample, proposal = looked_at(COPY.encode())
        mapping = with_copy(proposal.mapping, sample, "heart_csv")
        again = Layout.from_json(Layout("x", mapping).to_json()).mapping
        assert again.recoding == "heart_csv"
        assert again.questions() == ()
        assert with_copy(again, sample, WHICH_COPY).questions() != ()

    @pytest.mark.shared_data
    def test_the_original_is_no_copy(self, shared: Path) -> None:
        _, proposal = looked_at(shared / "cohorts/uci_heart_4sites/uci_heart_processed.csv")
        assert (proposal.mapping.recoding, proposal.mapping.questions()) == ("", ())

    def test_rows_that_both_could_have_are_asked_by_the_name_of_the_outcome(self) -> None:
        row = "44,1,1,120,263,0,1,173,0,0,2,0,3,1\n"
        _, proposal = looked_at(f"{HEADERS},target\n{row * 3}".encode())
        assert proposal.mapping.recoding == WHICH_COPY
        _, original = looked_at(f"{HEADERS},num\n{row * 3}".encode())
        assert original.mapping.recoding == ""

    def test_every_copy_tells_every_code(self) -> None:
        for recoding in recodings().values():
            assert set(recoding.codes) >= {"chest_pain_type", "st_slope", "thallium_scan", "outcome"}
            assert "cp: 0 = " in recoding.in_words()


class TestLayouts:
    def test_saved_by_the_version_before_is_read(self) -> None:
        old = (
            '{"version": 1, "name": "x", "fingerprint": "", "columns": [{"header": "a", "role": "carried"}], '
            '"constants": {}, "combine": {}, "visits": "all"}'
        )
        assert Layout.from_json(old).mapping.recoding == ""

    def test_question_of_a_name_and_codes_of_an_outcome_are_kept(self) -> None:
        _, proposal = of(Taille=[160, 170, 180, 175], death=[0, 1, 0, 1])
        mapping = proposal.mapping
        outcome = replace(mapping.column("death"), codes=())
        again = Layout.from_json(Layout("x", mapping).to_json()).mapping
        assert again.column("Taille").could_be == mapping.column("Taille").could_be
        assert again.column("death") == outcome
