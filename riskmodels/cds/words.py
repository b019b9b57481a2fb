"""The texts of a card: percentages, Markdown that cannot be broken by what stands in it, one paragraph an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskmodels.assessment import Answer, Assessment
from riskmodels.interop.fhir.read import FhirPatient, Found
from riskmodels.tabular.holding import held_text
from riskmodels.tabular.support import bounded
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

#: characters a summary may have (CDS Hooks: fewer than 140)
LONGEST_SUMMARY = 139
#: results that were not used, at most, that a card names
MOST_NAMED = 6
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")
NOT_A_DIAGNOSIS = (
    "An estimate by a statistical model for a person to weigh, not a diagnosis. It says what is likely in people with "
    "these values, not what a treatment would change."
)


def percent(risk: float) -> str:
    """A risk (0–1): ``12 %``, ``3.4 %``, ``0.62 %``, ``under 0.01 %``, ``over 99.9 %``."""
    if risk < 0.0001:
        return "under 0.01 %"
    if risk > 0.999:
        return "over 99.9 %"
    return f"{100 * risk:.{0 if risk >= 0.0995 else 1 if risk >= 0.00995 else 2}f} %"


def estimated(answer: Answer) -> str:
    """An estimate as it is to be read: ``12 %``, ``at least 12 %``."""
    return bounded(answer.bound, percent(answer.risk))


def plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _useful(assessment: Assessment, answer: Answer) -> str:
    """What of the unknown would narrow it most; empty where nothing would."""
    settled = answer.outcome.settled_by
    if settled and not answer.settled(assessment.row()):
        return f"{VOCABULARY[settled].label}, which answers it"
    table = assessment.narrowing(answer.outcome.name)
    if table.empty:
        return ""
    best = table.iloc[0]
    label = str(best["label"]).replace("Told: ", "whether told of ")
    return f"{label} (then about {percent(best['low'])} to {percent(best['high'])})"


def summary_of(assessment: Assessment) -> str:
    """The estimates in one line, as many as fit; where there is none, why."""
    line, found = "", assessment.answers()
    for answer in (a for a in found if a.given):
        longer = f"{line}; {answer.outcome.label} {estimated(answer)}".removeprefix("; ")
        if len(longer) <= LONGEST_SUMMARY:
            line = longer
    if line:
        return line
    reasons = list(dict.fromkeys(a.refused for a in found))
    return shortened(f"No risk is estimated: {'; '.join(reasons)}")


def shortened(text: str, most: int = LONGEST_SUMMARY) -> str:
    """Text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def paragraph(assessment: Assessment, answer: Answer) -> str:
    """One outcome in Markdown: what, how likely, for whom, and what is not known.

    Args:
        assessment: of one patient.
        answer: one of its answers.
    """
    outcome = answer.outcome
    if answer.by_measurement:
        return f"**{outcome.label}: measured.** {plain(answer.measured)}"
    if not answer.given:
        return f"**{outcome.label}: no estimate.** {_sentence(plain(answer.refused))}"
    lines = [
        f"**{outcome.label}: {estimated(answer)}** (90 % interval {percent(answer.low)} to {percent(answer.high)}). "
        f"{_sentence(outcome.definition)} Valid for {outcome.population}."
    ]
    if answer.held:
        lines.append(_sentence(plain(held_text(answer.held))))
    unknown = assessment.unknown(outcome.name)
    if answer.measured:
        lines.append(plain(answer.measured))
    elif unknown:
        useful, inputs = _useful(assessment, answer), assessment.model(outcome.name).inputs_of(outcome.name)
        known = f"{len(unknown)} of its {len(inputs)} inputs are not known"
        lines.append(f"{known}; most useful to know: {useful}." if useful else f"{known}.")
    if answer.caution:
        lines.append(f"Caution: {_sentence(plain(answer.caution))}")
    return " ".join(lines)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def values_table(patient: FhirPatient) -> str:
    """What the answers stand on: each value as reported and its date."""
    rows = [f"| {plain(f.label)} | {plain(_value(f))} | {f.when or '–'} |" for f in _known(patient)]
    return "\n".join(["| Used | Value | Date |", "|---|---|---|", *rows])


def _known(patient: FhirPatient) -> list[Found]:
    return [found for name, found in patient.found.items() if name in VOCABULARY]


def _value(found: Found) -> str:
    variable = VOCABULARY[found.name]
    unit = find_unit(variable.units, found.unit) if found.unit else None
    return variable.format(found.value, unit)


def remarks(patient: FhirPatient, more: Iterable[str] = ()) -> list[str]:
    """What to look at: remarks on values and on the data as a whole, and what was not used with the reason."""
    lines = [f"{f.label}: {f.remark}" for f in _known(patient) if f.remark]
    lines += [*patient.remarks, *more]
    unused = [f"{p.what}, not used: {p.reason}{f' ({p.count} times)' if p.count > 1 else ''}" for p in patient.problems]
    lines += unused[:MOST_NAMED]
    if len(unused) > MOST_NAMED:
        lines.append(f"{len(unused) - MOST_NAMED} more kinds of results were not used")
    if patient.unknown:
        number = sum(u.count for u in patient.unknown)
        lines.append(f"{number} {'entry has a code' if number == 1 else 'entries have codes'} nothing is read from")
    return [f"- {_sentence(plain(line))}" for line in lines if line]
