"""What stands under a field of the form: what was derived from it, what it is read as, and problems in words."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as shown

from riskmodels.checks import Checked, Meant, Severity
from riskmodels.checks.two_units import feet_and_inches, find_doubt
from riskmodels.records.carry import with_age
from riskmodels.records.facts import LONGEST_REMARK
from riskmodels.units import from_canonical
from riskmodels.vocabulary import VOCABULARY, Kind, Variable
from ui.record import draft, fhir_import
from ui.record import facts as record_facts
from ui.record import state as record_state
from ui.text import plain


@dataclass(frozen=True)
class Note:
    """A line under a field.

    Args:
        text: Markdown.
        meant: what was perhaps meant, each with the words of its button.
    """

    text: str = shown(repr=False)
    meant: tuple[tuple[str, Meant], ...] = shown(default=(), repr=False)


def notes_of(variable: Variable, checked: Checked) -> tuple[Note, ...]:
    """The lines under a variable's field.

    Args:
        variable: of the vocabulary.
        checked: the form's patient.
    """
    found = _problems(variable, checked)
    if variable.kind is Kind.NUMBER and not any(note.meant for note in found):
        found += _doubts(variable)
    texts = [*_derived(variable, checked), *_imported(variable)]
    if variable.name == "hdl_cholesterol":
        texts += _non_hdl()
    if variable.name == "age":
        texts += _age_carried()
    if variable.name == "height":
        texts += _height_in_feet()
    return (*found, *map(Note, texts))


def _problems(variable: Variable, checked: Checked) -> list[Note]:
    mine = [p for p in checked.problems if p.field == variable.name and p.severity is not Severity.ROW]
    return [
        Note(f":material/error: {p.text}", ((_words(variable, p.meant), p.meant),) if p.meant else ()) for p in mine
    ]


def _doubts(variable: Variable) -> list[Note]:
    number = draft.content().fields[variable.name]
    if number is None:
        return []
    doubt = find_doubt(variable.name, draft.known(), draft.unit_of(variable.name), number)
    return [Note(doubt.text, tuple((_words(variable, m), m) for m in doubt.meant))] if doubt else []


def _words(variable: Variable, meant: Meant) -> str:
    """``It is lb``, ``It is 152``, ``It is 5 ft 6 in``."""
    if meant.unit != draft.unit_of(variable.name).symbol:
        return f"It is {meant.unit}"
    if variable.name == "height" and meant.unit == "in":
        return f"It is {feet_and_inches(meant.number)}"
    return f"It is {meant.number:g}"


def _derived(variable: Variable, checked: Checked) -> list[str]:
    if variable.name not in checked.derived or not checked.derived[variable.name].iloc[0]:
        return []
    return [f"{variable.label} {variable.format(draft.known()[variable.name])}, derived: {variable.derived}"]


def _imported(variable: Variable) -> list[str]:
    """Date and source of a value from another system while it stands as it came: ``Glucose: 2026-10-14, LOINC …``."""
    value = draft.entered(variable.name)
    if value is None or not value.source:
        return []
    told = ", ".join(filter(None, (value.when or fhir_import.when_measured(variable.name), value.source)))
    return [plain(f"{variable.label}: {told}{f'; {value.note}' if value.note else ''}", LONGEST_REMARK)]


def _height_in_feet() -> list[str]:
    """Height as it is said where it is measured in inches."""
    height, unit = draft.known()["height"], draft.unit_of("height")
    if unit.symbol != "in" or height != height:
        return []
    inches = float(from_canonical(height, unit))
    return [f"{VOCABULARY['height'].format(height, unit)} = {feet_and_inches(inches)}"]


def _age_carried() -> list[str]:
    """How the age of a new visit was moved on from the last one, while it stands as it was."""
    record = record_state.opened()
    told = with_age(record.visits, record.day) if record else None
    if record is None or told is None or record.visit is not None:
        return []
    carried = record.start.entered.get("age")
    note = record_facts.age_note(told, record.day) if carried and draft.entered("age") == carried else ""
    return [note] if note else []


def _non_hdl() -> list[str]:
    total, hdl = (draft.known()[name] for name in ("total_cholesterol", "hdl_cholesterol"))
    if total - hdl != total - hdl:
        return []
    shown_value = VOCABULARY["total_cholesterol"].format(total - hdl, draft.unit_of("total_cholesterol"))
    return [f"Non-HDL cholesterol {shown_value}, derived"]
