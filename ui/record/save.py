"""Saving, merging, renaming, deleting and bringing back: each one transaction, each answered by a line on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from riskmodels.records import assessments, patients, signals, visit_facts, visits
from riskmodels.records import carry as carrying
from riskmodels.records.facts import make_facts
from riskmodels.records.patients import UNDO, Entered, Facts, Patient, PatientConflictError
from riskmodels.records.visit_facts import Fitting
from riskmodels.records.visits import Difference, Visit, VisitConflictError
from ui import clock as record_clock
from ui.database import database
from ui.models import answer_to
from ui.record import draft, state, talk
from ui.record import facts as record_facts
from ui.record.state import Opened
from ui.record.talk import Step
from ui.sign_in.account import current_actor

MINE, THEIRS = "yours", "theirs"


@dataclass(frozen=True)
class Choice:
    """A fact that two people's states of a visit do not agree on, and whose is taken unless somebody chooses.

    Args:
        difference: name, mine and theirs.
        default: theirs where I did not touch it since I opened the visit, else mine.
        both: whether both of us changed it.
    """

    difference: Difference = field(repr=False)
    default: str
    both: bool


def begin(then: Step | None = None) -> None:
    """Callback of *Save*: at once where all is known, else a dialog that asks what is missing.

    Args:
        then: where to go once it is saved.
    """
    if visit_facts.fit(record_facts.facts_of_form()).unusable:
        talk.ask("unusable", then)
    elif state.opened() is None:
        talk.ask("first", then)
    elif save():
        follow(then)


def follow(then: Step | None) -> None:
    """Go where the dialog was to lead, or close it."""
    state.go(then) if then else talk.ask(None)


def without_unusable(then: Step | None = None) -> None:
    """Callback: make the values that cannot be used unknown, which can be undone, and save."""
    problems = visit_facts.fit(record_facts.facts_of_form()).unusable
    draft.forget([p.field for p in problems], "Left unknown")
    begin(then)


def create(label: str, day: date) -> bool:
    """Save the form as a new patient with a first visit.

    Args:
        label: the team's own name for the patient; may be empty.
        day: of the visit.

    Returns:
        Whether it was saved; where not, a line on the page says why.
    """
    fitting = visit_facts.fit(record_facts.facts_of_form())
    if fitting.unusable:
        return False
    answers = _answers(fitting, day)
    made = talk.guarded(lambda: patients.create(database(), current_actor(), label, day, fitting.facts, answers))
    if made is None:
        return False
    patient, visit = made
    _saved(Opened(patient, (visit,), visit, visit.day))
    return True


def save() -> bool:
    """Save the form as the visit that is open, or as a new one of the open record; a conflict opens the merge.

    Returns:
        Whether it was saved.
    """
    record = state.opened()
    if record is None:
        return False
    return _write(record, visit_facts.fit(record_facts.facts_of_form()), record.day)


def save_merged(theirs: Visit, facts: Facts, day: date) -> bool:
    """Save what was chosen over the visit as the other one left it, and show it in the form.

    Args:
        theirs: as it was compared; when it was saved once more since, the merge begins again.
        facts: chosen.
        day: chosen.
    """
    record = state.opened()
    if record is None or not _write(replace(record, visit=theirs), visit_facts.fit(facts), day):
        return False
    record_facts.show(facts)
    return True


def _write(record: Opened, fitting: Fitting, day: date) -> bool:
    if fitting.unusable:
        return False
    answers = _answers(fitting, day)
    try:
        visit = talk.guarded(lambda: _written(record, fitting.facts, day, answers))
    except VisitConflictError as conflict:
        meet(conflict.theirs)
        return False
    if visit is None:
        state.look_again(at_once=True)
        return False
    now = talk.guarded(lambda: state.read(record.patient.id))
    _saved(replace(now, visit=visit, day=visit.day) if now else replace(record, visit=visit, day=visit.day))
    return True


def _answers(fitting: Fitting, day: date) -> list[assessments.NewAssessment]:
    old = visit_facts.old_tests(fitting.facts, day)
    return assessments.to_keep(answer_to(fitting.frame, draft.chosen_units(), old))


def _written(record: Opened, facts: Facts, day: date, answers: list[assessments.NewAssessment]) -> Visit:
    where, who = database(), current_actor()
    if record.visit is None:
        return visits.add(where, who, record.patient.id, day, facts, answers)
    before = record.visit
    return visits.save(where, who, before.id, before.version, day, facts, answers, note=before.note)


def _saved(record: Opened) -> None:
    state.set_opened(record)
    talk.tell_nothing()
    before = draft.undo_available()
    if before and (before.opened is None or before.opened.patient.id == record.patient.id):
        draft.set_undo(None)


def meet(theirs: Visit) -> None:
    """Show the merge: somebody else saved the visit first."""
    record = state.opened()
    if record is not None:
        others = tuple(theirs if v.id == theirs.id else v for v in record.visits)
        state.set_opened(replace(record, visits=others))
        talk.ask("merge")


def take_theirs(theirs: Visit) -> None:
    """Callback: show the visit as the other one saved it; what stood in the form can be brought back."""
    record = state.opened()
    if record is not None:
        if record.changed:
            draft.remember_undo("Took theirs")
        state.show(replace(record, visit=theirs, day=theirs.day))
    talk.ask(None)


def choices(record: Opened, theirs: Visit) -> list[Choice]:
    """What is to be chosen before the form can be saved over what somebody else saved.

    Args:
        record: open here.
        theirs: the visit as it stands in the database.
    """
    mine = record_facts.facts_of_form()
    my_changes = {d.name for d in visits.differences(mine, record.base)}
    their_changes = {d.name for d in visits.differences(theirs.facts, record.base)}
    return [
        Choice(d, MINE if d.name in my_changes else THEIRS, d.name in my_changes and d.name in their_changes)
        for d in visits.differences(mine, theirs.facts)
    ]


def merged(theirs: Visit, chosen: Mapping[str, str]) -> Facts:
    """The facts that result.

    Args:
        theirs: the visit as it stands in the database.
        chosen: :data:`MINE` or :data:`THEIRS` by differing fact; what does not differ is the same in both.
    """
    mine = record_facts.facts_of_form()
    kept: dict[str, Entered] = dict(mine.entered)
    for name, whose in chosen.items():
        value = theirs.facts.entered.get(name) if whose == THEIRS else mine.entered.get(name)
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return make_facts(kept)


def rename(label: str) -> bool:
    """Give the open record another label; when somebody else changed it first, theirs is shown and nothing is lost."""
    record = state.opened()
    if record is None:
        return False
    try:
        patient = talk.guarded(
            lambda: patients.rename(database(), current_actor(), record.patient.id, record.patient.version, label)
        )
    except PatientConflictError as conflict:
        state.set_opened(replace(record, patient=conflict.theirs))
        return False
    if patient is not None:
        state.set_opened(replace(record, patient=patient))
    return patient is not None


def set_day(day: date) -> None:
    """Change the day of the visit in the form; what a new visit carries, and the age, move with it where untouched."""
    record = state.opened()
    if record is None:
        return
    state.set_opened(replace(record, day=day))
    if record.visit is None and record.start.entered:
        before, start = record.start.entered, carrying.carry(record.visits, day).facts
        state.set_opened(replace(record, day=day, start=start))
        for name in {*before, *start.entered}:
            if draft.entered(name) == before.get(name):
                draft.put(name, start.entered.get(name))


def delete_visit(visit: Visit) -> None:
    """Callback: take a visit out of sight; the line on the page brings it back."""
    record = state.opened()
    if record is None or not _done(lambda: visits.delete(database(), current_actor(), visit.id)):
        return
    draft.set_undo(None)
    now = talk.guarded(lambda: state.read(record.patient.id))
    if now is not None:
        state.show(now)
    until = (record_clock.today() + UNDO).isoformat()
    words = f"The visit of {visit.day.isoformat()} of {record.patient.code} was deleted. It can be brought back"
    talk.tell(f"{words} until {until}.", undo=("visit", visit.id))


def delete_record(patient: Patient) -> None:
    """Callback: take a record with all its visits out of sight; the line on the page brings it back."""
    if not _done(lambda: patients.delete(database(), current_actor(), patient.id)):
        return
    state.close()
    draft.set_undo(None)
    until = (record_clock.today() + UNDO).isoformat()
    words = f"The record {patient.code} was deleted. It can be brought back until {until}, also in Find a record."
    talk.tell(words, undo=("patient", patient.id))


def _done(act: Callable[[], None]) -> bool:
    """Do it and close the dialog; whether it was done."""

    def did() -> bool:
        act()
        return True

    talk.ask(None)
    return bool(talk.guarded(did))


def bring_back(kind: str, identifier: str) -> None:
    """Callback of the offer to undo a deletion: restore it, and open it unless the form holds what is not saved.

    Args:
        kind: ``visit``, ``signal_study`` or ``patient``.
        identifier: of what was deleted.
    """
    where, who = database(), current_actor()
    if kind == "visit":
        visit = talk.guarded(lambda: visits.restore(where, who, identifier))
        if visit is not None:
            talk.tell_nothing()
            _show_again(visit)
        return
    if kind == "signal_study":
        if talk.guarded(lambda: signals.restore(where, who, identifier)) is not None:
            talk.tell_nothing()
        return
    patient = talk.guarded(lambda: patients.restore(where, who, identifier))
    if patient is not None:
        talk.tell_nothing()
        state.leave_for(Step("open", patient.id))


def _show_again(visit: Visit) -> None:
    """A visit that was brought back joins its record's; it stands in the form where nothing is lost by it."""
    record = state.opened()
    if record is None or record.patient.id != visit.patient_id:
        return
    untouched = not record.changed
    now = talk.guarded(lambda: state.read(visit.patient_id))
    if now is None:
        return
    if untouched:
        state.show(replace(now, visit=visit, day=visit.day))
    else:
        state.set_opened(replace(record, patient=now.patient, visits=now.visits))
