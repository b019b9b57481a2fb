"""What is known of a patient on one day: as entered, with the unit, and in the vocabulary's units; both are kept.

A unit that was taken for another is the error nobody sees afterwards. So the two are compared whenever facts are
written (:func:`checked`), and facts that do not agree are refused.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from riskmodels.errors import UnitError
from riskmodels.interop.fhir.dates import read_moment
from riskmodels.records.errors import RecordsError
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.units import find_unit, to_canonical
from riskmodels.vocabulary import VOCABULARY, Variable

#: characters, as the columns of the tables have room for them
LONGEST_LABEL, LONGEST_NOTE, LONGEST_SOURCE = 120, 2000, 32
LONGEST_KEY = 400
#: of what is kept beside a value
LONGEST_REMARK = 400
#: what of a value is kept beside its number and unit, where there is any
_TOLD = ("when", "source", "note")
FIRST_DAY = date(1900, 1, 1)
#: the first place on earth where a day begins is so far ahead of UTC
_AHEAD = timedelta(hours=14)
_ORDER = {name: place for place, name in enumerate((*VOCABULARY, *EXTRA_INPUTS))}
#: joiners that some scripts need inside a word; other invisible characters go
_JOINERS = "\u200c\u200d"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entered:
    """A value as it was entered.

    Args:
        value: the number in ``unit``, or the code of a choice.
        unit: its symbol; empty for choices and yes/no.
        when: ISO date of the measurement, as exactly as it was told, where it has one of its own; empty where it is of
            the day of the visit.
        source: the code under which another system reported it, with its system: ``LOINC 2093-3``; empty where it was
            typed.
        note: what has to be known of it: whose date it is, that it was used although its method speaks against it.
    """

    value: float = field(repr=False)
    unit: str
    when: str = field(default="", repr=False)
    source: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class Facts:
    """What is known; what is not known does not stand here.

    Args:
        entered: by variable, as typed.
        canonical: by variable, in the vocabulary's units.
    """

    entered: Mapping[str, Entered] = field(repr=False)
    canonical: Mapping[str, float] = field(repr=False)


def canonical(name: str, value: Entered) -> float:
    """A value as entered → in the canonical unit; the code of a choice as it is."""
    if not value.unit:
        return value.value
    return float(to_canonical(value.value, find_unit(VOCABULARY[name].units, value.unit)))


def make_facts(entered: Mapping[str, Entered]) -> Facts:
    """Facts from what was entered; the canonical value follows from it, so that the two always agree."""
    return Facts(dict(entered), {name: canonical(name, value) for name, value in entered.items()})


def checked(facts: Facts) -> Facts:
    """The facts as plain numbers, once every one of them is known to mean the same in both forms.

    Raises:
        RecordsError: for a name that is no variable, a number that is none, a unit or a code that the variable does not
            have, or a canonical value that is not the entered one. Which field and what to do stand in the error.
    """
    if set(facts.entered) != set(facts.canonical):
        lone = sorted(set(facts.entered) ^ set(facts.canonical))[0]
        raise _refused(lone, f"{_label(lone)} stands in one form only, as entered or converted.", "Enter it again.")
    names = in_order(facts.canonical)
    for name in names:
        _refuse_disagreement(name, facts.entered[name], facts.canonical[name])
    return Facts(
        {n: _checked_entered(n, facts.entered[n]) for n in names},
        {n: float(facts.canonical[n]) for n in names},
    )


def _checked_entered(name: str, entered: Entered) -> Entered:
    kept = {
        part: _short_enough(name, f"{_label(name)}, {part}", " ".join(_visible(text).split()), LONGEST_REMARK)
        for part, text in (("source", entered.source), ("note", entered.note))
    }
    return Entered(float(entered.value), entered.unit, _checked_when(name, entered.when), **kept)


def _checked_when(name: str, when: str) -> str:
    if when and read_moment(when) is None:
        raise _refused(name, f"{_label(name)}: its date is none.", "Enter the value again.")
    return when


def checked_day(day: date) -> date:
    """A visit's day.

    Raises:
        RecordsError: when it has not begun anywhere, or lies before 1900.
    """
    if day > (datetime.now(UTC) + _AHEAD).date():
        raise _refused("day", f"Day of the visit: {day:%Y-%m-%d} is in the future.", "Enter today or a day before.")
    if day < FIRST_DAY:
        raise _refused("day", f"Day of the visit: {day.isoformat()} is before 1900.", "Correct the year.")
    return day


def checked_hash(text: str, of: str, hint: str) -> str:
    """A hash of a file.

    Args:
        text: SHA-256, hexadecimal.
        of: the file, as the person calls it.
        hint: how to come by one.

    Raises:
        RecordsError: when it is none.
    """
    if not _HASH.fullmatch(text):
        raise RecordsError(f"The {of} has no SHA-256 hash.", hint=hint, log=f"record refused: {of}_hash")
    return text


def checked_label(text: str) -> str:
    """A patient's label in one line, without characters that cannot be seen.

    Raises:
        RecordsError: when it is longer than :data:`LONGEST_LABEL`; it is not cut.
    """
    return _short_enough("label", "Label", " ".join(_visible(text).split()), LONGEST_LABEL)


def search_key(text: str) -> str:
    """A label without case and accents: *Müller* is found and sorted as *muller*."""
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    return plain.casefold()[:LONGEST_KEY]


def checked_note(text: str) -> str:
    """A visit's note, its lines kept.

    Raises:
        RecordsError: when it is longer than :data:`LONGEST_NOTE`; it is not cut.
    """
    lines = (" ".join(_visible(line).split()) for line in text.splitlines())
    return _short_enough("note", "Note", "\n".join(lines).strip(), LONGEST_NOTE)


def checked_source(text: str) -> str:
    """Where a visit came from, a word such as ``form`` or ``fhir``.

    Raises:
        RecordsError: when it is no short word.
    """
    return _short_enough("source", "Source", " ".join(_visible(text).split()), LONGEST_SOURCE)


def entered_json(facts: Facts) -> dict[str, Any]:
    """The entered form for the table."""
    return {
        name: {"value": entered.value, "unit": entered.unit}
        | {part: told for part in _TOLD if (told := getattr(entered, part))}
        for name, entered in facts.entered.items()
    }


def facts_of(entered: Mapping[str, Any], canonical: Mapping[str, float]) -> Facts:
    """Facts from the table's two columns."""
    return Facts(
        {
            name: Entered(float(e["value"]), str(e["unit"]), *(str(e.get(part, "")) for part in _TOLD))
            for name, e in entered.items()
        },
        {name: float(value) for name, value in canonical.items()},
    )


def in_order(names: Iterable[str]) -> list[str]:
    """Names of variables in the order of the vocabulary.

    Raises:
        RecordsError: for a name that is no variable.
    """
    return sorted(names, key=lambda name: _ORDER[_variable(name).name])


def _variable(name: str) -> Variable:
    found = VOCABULARY.get(name) or EXTRA_INPUTS.get(name)
    if found is None:
        raise _refused("", "A fact has a name that is no variable.", "Leave it out, or correct its name.")
    return found


def _label(name: str) -> str:
    return _variable(name).label


def _refuse_disagreement(name: str, entered: Entered, canonical: float) -> None:
    variable = _variable(name)
    if not (math.isfinite(entered.value) and math.isfinite(canonical)):
        raise _refused(name, f"{variable.label} is no number.", "Enter it again, or leave it out where not known.")
    if variable.choices:
        _refuse_choice(variable, entered, canonical)
        return
    try:
        unit = find_unit(variable.units, entered.unit)
    except UnitError as error:
        raise _refused(name, f"{variable.label}: {error.message}", error.hint) from None
    # a number shown after its unit was switched is rounded to the unit's decimals
    rounding = 0.5 * 10.0**-unit.decimals * abs(unit.factor) + 1e-9 * abs(canonical)
    if abs(to_canonical(float(entered.value), unit) - canonical) > rounding * (1 + 1e-6):
        raise _refused(
            name,
            f"{variable.label}: {entered.value:g} {unit.symbol} is not {canonical:g} {variable.unit}.",
            "Check the unit and enter it again.",
        )


def _refuse_choice(variable: Variable, entered: Entered, canonical: float) -> None:
    if entered.unit:
        raise _refused(variable.name, f"{variable.label} has no unit.", "Leave the unit out.")
    if canonical != entered.value or canonical not in [choice.code for choice in variable.choices]:
        accepted = ", ".join(choice.label for choice in variable.choices)
        raise _refused(variable.name, f"{variable.label}: there is no such answer.", f"Choose one of: {accepted}.")


def _visible(text: str) -> str:
    """Without control, format and surrogate characters; those that separate become a space."""

    def kept(character: str) -> str:
        if character.isspace():
            return " "
        hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs")
        return "" if hidden and character not in _JOINERS else character

    return "".join(map(kept, text))


def _short_enough(name: str, label: str, text: str, most: int) -> str:
    if len(text) > most:
        raise _refused(name, f"{label}: {len(text)} characters are more than {most}.", "Shorten it.")
    return text


def _refused(name: str, message: str, hint: str) -> RecordsError:
    return RecordsError(message, hint=hint, log=f"record refused: {name}" if name else "record refused")
