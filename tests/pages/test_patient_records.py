"""Records on the Patient page, run by Streamlit's AppTest: save, reopen, new visit, merge, delete, leave, drafts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from riskmodels.assessment import assess
from riskmodels.records import LOCAL, Actor, Role, assessments, audit, drafts, patients, visits
from riskmodels.records.facts import make_facts
from riskmodels.records.listing import Query, search
from riskmodels.records.patients import Entered, Facts, Patient
from riskmodels.records.visit_facts import fit
from riskmodels.records.visits import Visit
from riskmodels.vocabulary import VOCABULARY
from tests.pages import fields
from ui.database import database
from ui.models import shipped_models
from ui.patient.examples import EXAMPLES
from ui.record.draft import unit_key

HOME = str(Path(__file__).resolve().parents[2] / "home.py")
WOMAN = EXAMPLES[0]
COLLEAGUE = Actor("colleague", "Dr. Anna K.", frozenset({Role.CARE}))


def open_page(**address: str) -> AppTest:
    """The page as a browser opens it: a session of its own, with what stands in the address."""
    app = AppTest.from_file(HOME, default_timeout=300).run()
    app.switch_page("pages/1_Patient.py")
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def page() -> AppTest:
    return open_page()


def enter(page: AppTest, **facts: float | None) -> AppTest:
    """Type numbers (in the units shown) and choose answers (by code)."""
    fields.enter(page, **facts)
    assert not page.exception
    return page


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def has_button(page: AppTest, key: str) -> bool:
    return any(element.key == key for element in page.button)


def load_woman(page: AppTest) -> AppTest:
    return press(page, f"example.{WOMAN.title}")


def save_new(page: AppTest, label: str = "", day: date | None = None) -> AppTest:
    """Save the form as a record."""
    press(page, "record.save")
    page.text_input(key="record.first.label").set_value(label)
    if day is not None:
        page.date_input(key="record.first.day").set_value(day)
    return press(page, "record.first.save")


def words(page: AppTest) -> str:
    """All that the page says."""
    html = [element.proto.body for element in page.get("html")]
    said = [body for body in html if not body.startswith("<style")]
    return "\n".join([*said, *(e.value for e in page.caption), *(e.value for e in page.markdown)])


def value(page: AppTest, name: str) -> float | None:
    """What stands in a field."""
    found: float | None = fields.field(page, name).value
    return found


def address(page: AppTest, name: str) -> str:
    """A parameter of the address; empty where it is not there."""
    values = page.query_params.get(name, [""])
    return values if isinstance(values, str) else values[0]


def records(deleted: bool = False) -> list[Patient]:
    return [row.patient for row in search(database(), LOCAL, Query(deleted=deleted)).rows]


def only_record() -> Patient:
    (patient,) = records()
    return patient


def visits_of(patient: Patient) -> list[Visit]:
    return visits.of_patient(database(), LOCAL, patient.id)


def store(day: date | None = None, **facts: tuple[float, str]) -> tuple[Patient, Visit]:
    """A record made by somebody else, without a page."""
    known = {"age": (54.0, "years"), "sex": (0.0, ""), **facts}
    fitting = fit(make_facts({name: Entered(*entered) for name, entered in known.items()}))
    answers = assessments.to_keep(assess(fitting.frame, shipped_models()))
    return patients.create(database(), COLLEAGUE, "Bed 4", day or date.today(), fitting.facts, answers)


def save_over(visit: Visit, **facts: tuple[float, str]) -> Visit:
    """Somebody else changes a visit."""
    entered = {**visit.facts.entered, **{name: Entered(*value) for name, value in facts.items()}}
    fitting = fit(make_facts(entered))
    answers = assessments.to_keep(assess(fitting.frame, shipped_models()))
    return visits.save(database(), COLLEAGUE, visit.id, visit.version, visit.day, fitting.facts, answers)


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The SQL statements that are run, without the transactions' own."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = database().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


class TestSave:
    def test_nothing_can_be_saved_while_nothing_is_known(self, page: AppTest) -> None:
        assert page.button(key="record.save").disabled
        assert "Nothing to save yet" in words(page)

    def test_what_was_typed_is_not_saved_until_asked(self, page: AppTest) -> None:
        enter(page, age=54, sex=0.0)
        assert "Not saved" in words(page)
        assert records() == []

    def test_saved_patient_has_a_code_and_needs_no_name(self, page: AppTest) -> None:
        save_new(load_woman(page))
        patient = only_record()
        assert patient.label == ""
        assert f"<b>{patient.code}</b>" in words(page)
        assert re.search(r"saved \d\d:\d\d", words(page))
        assert page.button(key="record.save").disabled

    def test_every_fact_is_kept_as_entered_and_in_canonical_units(self, page: AppTest) -> None:
        save_new(load_woman(page))
        (visit,) = visits_of(only_record())
        assert dict(visit.facts.canonical) == {name: float(v) for name, v in WOMAN.values.items()}
        assert visit.facts.entered["waist"] == Entered(108.0, "cm")

    def test_value_typed_in_another_unit_is_kept_in_that_unit(self, page: AppTest) -> None:
        page.selectbox(key=unit_key("total_cholesterol")).set_value("mmol/L").run()
        save_new(enter(page, age=54, sex=0.0, total_cholesterol=6.1))
        (visit,) = visits_of(only_record())
        assert visit.facts.entered["total_cholesterol"] == Entered(6.1, "mmol/L")
        assert visit.facts.canonical["total_cholesterol"] == pytest.approx(6.1 * 38.67, rel=1e-12)

    def test_unit_switched_after_typing_keeps_what_was_typed(self, page: AppTest) -> None:
        enter(page, age=54, sex=0.0, total_cholesterol=231)
        page.selectbox(key=unit_key("total_cholesterol")).set_value("mmol/L").run()
        save_new(page)
        (visit,) = visits_of(only_record())
        assert visit.facts.entered["total_cholesterol"] == Entered(231.0, "mg/dL")
        assert visit.facts.canonical["total_cholesterol"] == 231.0

    def test_unit_switched_after_saving_is_no_change(self, page: AppTest) -> None:
        save_new(enter(page, age=54, sex=0.0, total_cholesterol=231))
        page.selectbox(key=unit_key("total_cholesterol")).set_value("mmol/L").run()
        assert page.button(key="record.save").disabled

    def test_answers_that_only_scores_ask_for_are_kept(self, page: AppTest) -> None:
        save_new(enter(enter(page, age=54, sex=0.0), high_glucose_ever=1.0))
        (visit,) = visits_of(only_record())
        assert visit.facts.entered["high_glucose_ever"] == Entered(1.0, "")

    def test_assessments_of_both_models_are_kept_and_computed_again_give_the_same(self, page: AppTest) -> None:
        save_new(load_woman(page))
        (visit,) = visits_of(only_record())
        kept = assessments.of_visit(database(), LOCAL, visit.id)
        assert {a.model for a in kept} == set(shipped_models())
        assert all(assessments.recompute(a, shipped_models()).agrees for a in kept)

    def test_patient_of_unknown_age_can_be_saved_and_has_no_number(self, page: AppTest) -> None:
        save_new(enter(page, sex=0.0, waist=100))
        (visit,) = visits_of(only_record())
        estimates = [e for a in assessments.of_visit(database(), LOCAL, visit.id) for e in a.outputs.values()]
        assert estimates
        assert all(estimate.risk is None for estimate in estimates)

    def test_visit_can_be_of_an_earlier_day(self, page: AppTest) -> None:
        save_new(enter(page, age=54, sex=0.0), day=date(2026, 3, 2))
        assert only_record().last_visit == date(2026, 3, 2)

    def test_closing_the_question_saves_nothing(self, page: AppTest) -> None:
        press(enter(page, age=54, sex=0.0), "record.save")
        assert has_button(page, "record.first.save")
        assert records() == []

    def test_label_is_text_and_never_markup(self, page: AppTest) -> None:
        save_new(enter(page, age=54, sex=0.0), label="<img src=x onerror=alert(1)> **bold**")
        assert only_record().label == "<img src=x onerror=alert(1)> **bold**"
        assert "<img" not in words(page)
        assert "&lt;img src=x onerror=alert(1)&gt; **bold**" in words(page)


class TestValuesThatCannotBeUsed:
    def test_are_named_and_nothing_is_saved(self, page: AppTest) -> None:
        press(enter(page, age=54, sex=0.0, systolic_bp=1520), "record.save")
        assert "Systolic pressure 1520 mmHg is outside 60–300. Did you mean 152?" in words(page)
        assert has_button(page, "record.unusable.leave")
        assert records() == []

    def test_left_unknown_the_rest_is_saved(self, page: AppTest) -> None:
        press(enter(page, age=54, sex=0.0, systolic_bp=1520), "record.save")
        press(page, "record.unusable.leave")
        press(page, "record.first.save")
        (visit,) = visits_of(only_record())
        assert set(visit.facts.entered) == {"age", "sex"}
        assert value(page, "systolic_bp") is None

    def test_corrected_they_are_saved(self, page: AppTest) -> None:
        press(enter(page, age=54, sex=0.0, systolic_bp=1520), "record.save")
        press(page, "record.unusable.correct")
        assert not has_button(page, "record.unusable.leave")
        save_new(enter(page, systolic_bp=152))
        assert only_record().visits == 1

    def test_two_that_contradict_each_other_are_not_saved(self, page: AppTest) -> None:
        press(enter(page, age=54, sex=0.0, systolic_bp=120, diastolic_bp=130), "record.save")
        assert has_button(page, "record.unusable.leave")
        assert records() == []


class TestReopen:
    def test_record_survives_a_refresh(self, page: AppTest) -> None:
        save_new(load_woman(page))
        again = open_page(record=address(page, "record"))
        assert value(again, "waist") == 108
        assert value(again, "sex") == 0
        assert again.button(key="record.save").disabled

    def test_values_stand_in_the_unit_they_were_entered_in(self) -> None:
        patient, _ = store(glucose=(6.05, "mmol/L"))
        page = open_page(record=patient.id)
        assert value(page, "glucose") == 6.05
        assert page.selectbox(key=unit_key("glucose")).value == "mmol/L"

    def test_address_holds_nothing_but_random_ids(self, page: AppTest) -> None:
        save_new(load_woman(page), label="Bed 4")
        enter(page, glucose=111)
        assert {name for name in page.query_params} == {"record", "draft"}
        assert re.fullmatch(r"[0-9a-f]{32}", address(page, "record"))
        assert re.fullmatch(r"[0-9a-f]{32}", address(page, "draft"))

    def test_one_opening_is_one_event_whatever_is_typed_afterwards(self) -> None:
        patient, _ = store()
        page = open_page(record=patient.id)
        enter(page, waist=100)
        page.run()
        opened = audit.events(database(), LOCAL, kind="patient", record_id=patient.id).rows
        assert [e.action for e in opened].count(audit.Action.OPEN) == 1

    def test_another_page_opens_a_record(self) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        page = open_page()
        page.session_state["record.wanted"] = patient.id
        page.run()
        assert value(page, "waist") == 99
        assert address(page, "record") == patient.id

    def test_record_that_is_not_there_is_said_in_words(self) -> None:
        page = open_page(record="0" * 32)
        assert "This record is not there" in words(page)
        assert address(page, "record") == ""

    def test_what_was_typed_is_kept_when_a_deleted_record_is_asked_for(self, page: AppTest) -> None:
        patient, _ = store()
        patients.delete(database(), COLLEAGUE, patient.id)
        enter(page, age=61, sex=1.0)
        page.session_state["record.wanted"] = patient.id
        page.run()
        press(page, "record.leave.discard")
        assert "This record is not there" in words(page)
        assert value(page, "age") == 61

    def test_changed_visit_is_saved_over_itself(self) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        page = open_page(record=patient.id)
        press(enter(page, waist=101), "record.save")
        (visit,) = visits_of(patient)
        assert visit.version == 2
        assert visit.facts.entered["waist"] == Entered(101.0, "cm")

    def test_note_of_a_visit_is_not_lost_by_an_edit(self) -> None:
        patient, visit = store()
        fit = Facts(visit.facts.entered, visit.facts.canonical)
        visits.save(database(), COLLEAGUE, visit.id, 1, visit.day, fit, [], note="came with her daughter")
        page = open_page(record=patient.id)
        press(enter(page, waist=101), "record.save")
        assert visits_of(patient)[0].note == "came with her daughter"


class TestTwoEditors:
    def edited_by_both(self) -> tuple[AppTest, Patient]:
        """I change the waist, a colleague glucose and pressure; then I save."""
        patient, visit = store(waist=(99.0, "cm"), glucose=(100.0, "mg/dL"))
        page = open_page(record=patient.id)
        enter(page, waist=101, systolic_bp=150)
        save_over(visit, glucose=(110.0, "mg/dL"), systolic_bp=(140.0, "mmHg"))
        press(page, "record.save")
        return page, patient

    def test_second_is_told_and_nothing_is_overwritten(self) -> None:
        page, patient = self.edited_by_both()
        assert has_button(page, "record.merge.save")
        assert "somebody else at" in words(page)
        (visit,) = visits_of(patient)
        assert visit.version == 2
        assert visit.facts.entered["waist"].value == 99

    def test_theirs_is_proposed_where_i_changed_nothing_and_mine_where_i_did(self) -> None:
        page, _ = self.edited_by_both()
        proposed = {radio.label: radio.value for radio in page.radio if radio.key.startswith("record.merge")}
        assert proposed == {"Waist": "yours", "Glucose": "theirs", "Systolic pressure, changed by both": "yours"}

    def test_merged_visit_is_saved_and_stands_in_the_form(self) -> None:
        page, patient = self.edited_by_both()
        press(page, "record.merge.save")
        (visit,) = visits_of(patient)
        kept = {name: visit.facts.entered[name].value for name in ("waist", "glucose", "systolic_bp")}
        assert kept == {"waist": 101, "glucose": 110, "systolic_bp": 150}
        assert visit.version == 3
        assert {name: value(page, name) for name in kept} == kept
        assert page.button(key="record.save").disabled

    def test_choice_is_followed(self) -> None:
        page, patient = self.edited_by_both()
        next(r for r in page.radio if r.label.startswith("Systolic")).set_value("theirs").run()
        press(page, "record.merge.save")
        assert visits_of(patient)[0].facts.entered["systolic_bp"].value == 140

    def test_not_now_keeps_what_i_typed(self) -> None:
        page, patient = self.edited_by_both()
        press(page, "record.merge.later")
        assert value(page, "waist") == 101
        assert visits_of(patient)[0].version == 2
        assert has_button(page, "record.merge")

    def test_theirs_taken_can_be_undone(self) -> None:
        page, _ = self.edited_by_both()
        press(page, "record.merge.theirs")
        assert value(page, "glucose") == 110
        next(b for b in page.button if b.label == "Undo").click().run()
        assert value(page, "waist") == 101

    def test_saved_once_more_during_the_merge_begins_it_again(self) -> None:
        page, patient = self.edited_by_both()
        save_over(visits_of(patient)[0], waist=(95.0, "cm"))
        press(page, "record.merge.save")
        assert visits_of(patient)[0].version == 3
        assert visits_of(patient)[0].facts.entered["waist"].value == 95
        press(page, "record.merge.save")
        assert visits_of(patient)[0].facts.entered["waist"].value == 101

    def test_merge_that_contradicts_itself_is_not_saved(self) -> None:
        patient, visit = store(systolic_bp=(120.0, "mmHg"), diastolic_bp=(80.0, "mmHg"))
        page = open_page(record=patient.id)
        enter(page, diastolic_bp=100)
        save_over(visit, systolic_bp=(95.0, "mmHg"), diastolic_bp=(70.0, "mmHg"))
        press(page, "record.save")
        assert page.button(key="record.merge.save").disabled

    def test_visit_that_somebody_deleted_becomes_a_new_one(self) -> None:
        patient, visit = store(waist=(99.0, "cm"))
        page = open_page(record=patient.id)
        enter(page, waist=101)
        visits.delete(database(), COLLEAGUE, visit.id)
        press(page, "record.save")
        assert "Somebody else deleted this visit" in words(page)
        press(page, "record.save")
        (saved,) = visits_of(patient)
        assert saved.facts.entered["waist"].value == 101

    def test_record_that_somebody_deleted_leaves_what_was_typed(self) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        page = open_page(record=patient.id)
        enter(page, waist=101)
        patients.delete(database(), COLLEAGUE, patient.id)
        press(page, "record.save")
        assert "Somebody else deleted this record" in words(page)
        assert value(page, "waist") == 101

    def test_label_changed_by_both_is_shown_before_it_is_replaced(self) -> None:
        patient, _ = store()
        page = open_page(record=patient.id)
        patients.rename(database(), COLLEAGUE, patient.id, 1, "Bed 7")
        page.menu_button(key="record.more").click("Change the label").run()
        page.text_input(key=f"record.rename.{patient.id}").set_value("Bed 9")
        press(page, "record.rename.save")
        assert "Somebody else changed it to “Bed 7”" in words(page)
        assert only_record().label == "Bed 7"
        press(page, "record.rename.save")
        assert only_record().label == "Bed 9"


class TestNewVisit:
    LAST = date.today() - timedelta(days=800)

    def begin(self, carry: bool = True) -> tuple[AppTest, Patient]:
        facts = {"height": (164.0, "cm"), "weight": (88.0, "kg"), "glucose": (109.0, "mg/dL"), "diabetes": (1.0, ""),
                 "stroke": (0.0, ""), "systolic_bp": (142.0, "mmHg"), "bp_medication": (1.0, ""),
                 "smoking": (0.0, "")}  # fmt: skip
        patient, _ = store(self.LAST, **facts)
        page = press(open_page(record=patient.id), "record.new")
        if not carry:
            page.checkbox(key="record.begin.carry").set_value(False).run()
        return press(page, "record.begin"), patient

    def test_begins_with_what_does_not_change_and_nothing_else(self) -> None:
        page, _ = self.begin()
        known = {name: value(page, name) for name in VOCABULARY if value(page, name) is not None}
        assert known == {"age": 56, "sex": 0, "height": 164, "diabetes": 1}

    def test_what_is_too_old_is_named_before_and_not_carried(self) -> None:
        patient, _ = store(self.LAST, waist=(99.0, "cm"))
        page = press(open_page(record=patient.id), "record.new")
        assert f"Too old, not carried. Of {self.LAST.isoformat()}: waist 99 cm." in words(page)
        press(page, "record.begin")
        assert value(page, "waist") is None

    def test_age_moved_on_is_told_with_its_origin(self) -> None:
        page, _ = self.begin()
        assert f"54 at the visit of {self.LAST.isoformat()}, 2 years before. Check the birthday." in words(page)

    def test_can_begin_empty(self) -> None:
        page, _ = self.begin(carry=False)
        assert all(value(page, name) is None for name in VOCABULARY)

    def test_is_not_saved_until_asked_and_then_is_the_second(self) -> None:
        page, patient = self.begin()
        assert len(visits_of(patient)) == 1
        press(enter(page, glucose=120), "record.save")
        assert [v.day for v in visits_of(patient)] == [self.LAST, date.today()]
        assert "glucose" in visits_of(patient)[1].facts.entered

    def test_earlier_visit_is_shown_as_it_was(self) -> None:
        page, patient = self.begin()
        press(enter(page, glucose=120), "record.save")
        page.selectbox(key="record.visit").set_value(visits_of(patient)[0].id).run()
        assert value(page, "glucose") == 109

    def test_timeline_is_offered_and_the_form_comes_back(self) -> None:
        page, _ = self.begin()
        press(enter(page, glucose=120), "record.save")
        page.segmented_control(key="record.view").set_value("Timeline").run()
        assert not page.exception
        assert not page.main.number_input
        page.segmented_control(key="record.view").set_value("This visit").run()
        assert value(page, "glucose") == 120


class TestCarriedForward:
    """A visit two months ago: its values stand in the new one, each with its date."""

    LAST = date.today() - timedelta(days=60)
    FACTS = MappingProxyType(
        {"weight": (88.0, "kg"), "height": (164.0, "cm"), "glucose": (109.0, "mg/dL"), "fasting_hours": (9.0, "h"),
         "systolic_bp": (142.0, "mmHg"), "diastolic_bp": (86.0, "mmHg"), "smoking": (0.0, "")}
    )  # fmt: skip

    def begin(self) -> tuple[AppTest, Patient]:
        patient, _ = store(self.LAST, **self.FACTS)
        return press(press(open_page(record=patient.id), "record.new"), "record.begin"), patient

    def test_one_lab_typed_changes_no_other_fact(self) -> None:
        page, patient = self.begin()
        press(enter(page, systolic_bp=150, diastolic_bp=90), "record.save")
        saved = visits_of(patient)[1].facts
        assert saved.entered["systolic_bp"] == Entered(150.0, "mmHg")
        assert saved.entered["weight"] == Entered(88.0, "kg", self.LAST.isoformat())
        assert saved.entered["smoking"] == Entered(0.0, "", self.LAST.isoformat())
        assert saved.canonical["glucose"] == 109

    def test_the_estimates_are_those_of_the_visit_before(self) -> None:
        patient, _ = store(self.LAST, **self.FACTS)
        page = open_page(record=patient.id)
        before = answers(page)
        press(press(page, "record.new"), "record.begin")
        assert answers(page) == before
        assert before

    def test_estimates_say_what_is_carried_and_from_when(self) -> None:
        page, _ = self.begin()
        assert f"6 facts are of an earlier day: {self.LAST.isoformat()}." in words(page)

    def test_hours_fasted_go_with_the_glucose_they_were_told_of(self) -> None:
        page, _ = self.begin()
        enter(page, glucose=131)
        assert value(page, "fasting_hours") is None
        assert "Gone with what it was measured with: hours fasted before it 9 h." in words(page)
        assert "Replaced: glucose 109 mg/dL → 131 mg/dL." in words(page)

    def test_all_are_dropped_and_taken_again(self) -> None:
        page, _ = self.begin()
        press(page, "carried.drop")
        assert [value(page, name) for name in ("weight", "systolic_bp", "smoking")] == [None] * 3
        assert value(page, "height") == 164
        press(page, "carried.keep")
        assert [value(page, name) for name in ("weight", "systolic_bp", "smoking")] == [88, 142, 0]

    def test_what_was_asked_again_is_of_this_visit(self) -> None:
        page, patient = self.begin()
        press(press(page, "carried.again"), "record.save")
        saved = visits_of(patient)[1].facts.entered
        assert saved["smoking"] == Entered(0.0, "")
        assert saved["weight"].when == self.LAST.isoformat()

    def test_dates_survive_a_refresh(self) -> None:
        page, patient = self.begin()
        again = open_page(record=patient.id, draft=address(page, "draft"))
        press(again, "record.save")
        assert visits_of(patient)[1].facts.entered["weight"].when == self.LAST.isoformat()

    def test_a_visit_with_carried_values_opens_unchanged(self) -> None:
        page, patient = self.begin()
        press(page, "record.save")
        assert "changes not saved" not in words(open_page(record=patient.id))


def answers(page: AppTest) -> str:
    """The estimates as the page says them."""
    return "".join(e.proto.body for e in page.get("html") if "cr-answers" in e.proto.body)


class TestDelete:
    def ask(self, page: AppTest, what: str) -> AppTest:
        page.menu_button(key="record.more").click(what).run()
        assert not page.exception
        return page

    def test_visit_is_named_before_it_is_deleted(self) -> None:
        patient, visit = store()
        page = self.ask(open_page(record=patient.id), "Delete this visit")
        assert f"The visit of {visit.day.isoformat()} of {patient.code}" in words(page)
        press(page, "record.delete.keep")
        assert len(visits_of(patient)) == 1

    def test_deleted_visit_can_be_brought_back_for_thirty_days(self) -> None:
        patient, visit = store(waist=(99.0, "cm"))
        page = self.ask(open_page(record=patient.id), "Delete this visit")
        press(page, "record.delete.go")
        assert visits_of(patient) == []
        assert (date.today() + timedelta(days=30)).isoformat() in words(page)
        assert value(page, "waist") is None
        press(page, "record.undo")
        assert [v.id for v in visits_of(patient)] == [visit.id]
        assert value(page, "waist") == 99

    def test_deleted_record_leaves_an_empty_form_and_can_be_brought_back(self) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        page = self.ask(open_page(record=patient.id), "Delete the record")
        assert patient.code in words(page)
        press(page, "record.delete.go")
        assert records() == []
        assert value(page, "waist") is None
        assert address(page, "record") == ""
        press(page, "record.undo")
        assert only_record().id == patient.id
        assert value(page, "waist") == 99


class TestLeaving:
    def changed(self) -> tuple[AppTest, Patient]:
        patient, _ = store(waist=(99.0, "cm"))
        page = enter(open_page(record=patient.id), waist=101)
        return press(page, "clear"), patient

    def test_is_asked_about_changes(self) -> None:
        page, patient = self.changed()
        assert f"What stands in the form of {patient.code}" in words(page)
        assert value(page, "waist") == 101

    def test_stay_keeps_everything(self) -> None:
        page, patient = self.changed()
        press(page, "record.leave.stay")
        assert value(page, "waist") == 101
        assert address(page, "record") == patient.id

    def test_saved_first_and_then_left(self) -> None:
        page, patient = self.changed()
        press(page, "record.leave.save")
        assert visits_of(patient)[0].facts.entered["waist"].value == 101
        assert value(page, "waist") is None
        assert address(page, "record") == ""

    def test_discarded_changes_come_back_by_undo(self) -> None:
        page, patient = self.changed()
        press(page, "record.leave.discard")
        assert value(page, "waist") is None
        next(b for b in page.button if b.label == "Undo").click().run()
        assert value(page, "waist") == 101
        assert address(page, "record") == patient.id

    def test_without_changes_nothing_is_asked(self) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        page = press(open_page(record=patient.id), "clear")
        assert not has_button(page, "record.leave.stay")
        assert value(page, "waist") is None

    def test_unsaved_patient_can_be_saved_before_another_record_is_opened(self, page: AppTest) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        enter(page, age=61, sex=1.0)
        page.session_state["record.wanted"] = patient.id
        page.run()
        press(press(page, "record.leave.save"), "record.first.save")
        assert len(records()) == 2
        assert value(page, "waist") == 99


class TestDrafts:
    def test_what_is_typed_survives_a_refresh(self, page: AppTest) -> None:
        page.selectbox(key=unit_key("glucose")).set_value("mmol/L").run()
        enter(page, age=61, glucose=6.1)
        again = open_page(draft=address(page, "draft"))
        assert value(again, "age") == 61
        assert value(again, "glucose") == 6.1
        assert again.selectbox(key=unit_key("glucose")).value == "mmol/L"

    def test_undo_survives_it_as_well(self, page: AppTest) -> None:
        enter(page, age=61, waist=99)
        press(page, "clear")
        again = open_page(draft=address(page, "draft"))
        assert value(again, "age") is None
        next(b for b in again.button if b.label == "Undo").click().run()
        assert value(again, "waist") == 99

    def test_number_behind_a_rounded_one_survives_it(self, page: AppTest) -> None:
        enter(page, age=54, sex=0.0, total_cholesterol=231)
        page.selectbox(key=unit_key("total_cholesterol")).set_value("mmol/L").run()
        again = open_page(draft=address(page, "draft"))
        assert value(again, "total_cholesterol") == 6.0
        again.selectbox(key=unit_key("total_cholesterol")).set_value("mg/dL").run()
        assert value(again, "total_cholesterol") == 231

    def test_changes_of_a_record_survive_it_and_meet_what_was_saved_since(self) -> None:
        patient, visit = store(waist=(99.0, "cm"))
        page = enter(open_page(record=patient.id), waist=101)
        save_over(visit, waist=(95.0, "cm"))
        again = open_page(record=patient.id, draft=address(page, "draft"))
        assert value(again, "waist") == 101
        assert "Saved since you opened it" in words(again)
        press(again, "record.save")
        assert has_button(again, "record.merge.save")

    def test_new_visit_survives_it(self) -> None:
        patient, _ = store(date.today() - timedelta(days=40), waist=(99.0, "cm"))
        page = press(press(open_page(record=patient.id), "record.new"), "record.begin")
        again = open_page(record=patient.id, draft=address(page, "draft"))
        assert value(again, "waist") == 99  # carried
        press(enter(again, waist=103), "record.save")
        assert len(visits_of(patient)) == 2

    def test_goes_when_it_is_saved(self, page: AppTest) -> None:
        enter(page, age=61, sex=1.0)
        draft_id = address(page, "draft")
        assert drafts.load(database(), LOCAL, draft_id) is not None
        save_new(page)
        assert drafts.load(database(), LOCAL, draft_id) is None
        assert address(page, "draft") == ""

    def test_of_another_person_is_as_if_it_were_not_there(self, page: AppTest) -> None:
        enter(page, age=61)
        content = drafts.load(database(), LOCAL, address(page, "draft"))
        theirs = drafts.save(database(), COLLEAGUE, None, content or {})
        again = open_page(draft=theirs)
        assert value(again, "age") is None
        assert address(again, "draft") == ""

    def test_of_a_record_that_was_deleted_keeps_what_was_typed(self) -> None:
        patient, _ = store()
        page = enter(open_page(record=patient.id), waist=101)
        patients.delete(database(), COLLEAGUE, patient.id)
        again = open_page(record=patient.id, draft=address(page, "draft"))
        assert value(again, "waist") == 101
        assert "This record is not there" in words(again)

    @pytest.mark.parametrize("content", [{}, {"opened": None, "content": {"fields": {"age": "x"}}}, {"opened": 3}])
    def test_of_another_version_of_the_app_is_left_alone(self, content: dict[str, object]) -> None:
        page = open_page(draft=drafts.save(database(), LOCAL, None, content))
        assert value(page, "age") is None


class TestCost:
    def test_run_without_a_change_asks_the_database_nothing(self) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        page = enter(open_page(record=patient.id), waist=101)
        with counted_statements() as seen:
            page.segmented_control(key="why.scale").set_value("log-odds").run()
        assert [statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))] == []

    def test_run_with_a_change_writes_the_draft_once(self) -> None:
        patient, _ = store(waist=(99.0, "cm"))
        page = enter(open_page(record=patient.id), waist=101)
        with counted_statements() as seen:
            enter(page, waist=102)
        changed = [statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))]
        assert len(changed) == 1
        assert changed[0].startswith("UPDATE draft")


class TestReportSentence:
    def test_tells_that_it_is_not_saved_as_a_record(self) -> None:
        from ui.record.text import report_sentence

        assert report_sentence(None, changed=True) == "What it shows is not saved as a record."

    def test_names_the_record_once_it_is_saved(self) -> None:
        from ui.record.state import Opened
        from ui.record.text import report_sentence

        patient, visit = store()
        record = Opened(patient, (visit,), visit, visit.day)
        expected = f"It is saved as record {patient.code}, visit of {visit.day.isoformat()}."
        assert report_sentence(record, changed=False) == expected
        assert "with changes that were not saved" in report_sentence(record, changed=True)


class TestWithoutADatabase:
    def test_estimates_are_given_and_saving_says_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        database.clear()
        monkeypatch.setenv("DATABASE_URL", "mysql://nobody@localhost/none")
        page = open_page()
        load_woman(page)
        assert "cr-answers" in words(page)
        assert "DATABASE_URL is neither SQLite nor PostgreSQL" in words(page)
