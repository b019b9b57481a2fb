"""The texts of a card: percentages, Markdown that cannot be broken by what stands in it, one paragraph an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from riskmodels.assessment import Answer, Assessment
from riskmodels.interop.fhir.read import FhirPatient, Found, Medicine
from riskmodels.percent import percent_text
from riskmodels.scores.prevent import BANDS, MAIN, RATED
from riskmodels.scores.registry import REGISTRY
from riskmodels.tabular.holding import held_text
from riskmodels.tabular.support import bounded
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

#: characters a summary may have (CDS Hooks: fewer than 140)
LONGEST_SUMMARY = 139
#: results that were not used, and codes that nothing is read from, at most, that a card names
MOST_NAMED = 6
#: characters of a sender's words for a code, and of the name of a medicine
LONGEST_NAME = 80
_PREVENT_WORDS = {
    "total_cvd_10y": "all cardiovascular disease",
    "ascvd_10y": "ASCVD",
    "heart_failure_10y": "heart failure",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")
NOT_A_DIAGNOSIS = (
    "An estimate by a statistical model for a person to weigh, not a diagnosis. It says what is likely in people with "
    "these values, not what a treatment would change."
)


def estimated(answer: Answer) -> str:
    """An estimate as it is to be read: ``12 %``, ``at least 12 %``."""
    return bounded(answer.bound, percent_text(answer.risk))


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
    return f"{label} (then about {percent_text(best['low'])} to {percent_text(best['high'])})"


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
        f"**{outcome.label}: {estimated(answer)}** "
        f"(90 % interval {percent_text(answer.low)} to {percent_text(answer.high)}). "
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


def _by_name(patient: FhirPatient) -> list[str]:
    """Which medicines count by their name alone, and as what."""
    return [
        f"matched by name, not by a code: {_listed(medicines)}, counted as “{VOCABULARY[name].label}”"
        for name, medicines in patient.by_name.items()
        if name in VOCABULARY
    ]


def _listed(medicines: Sequence[Medicine]) -> str:
    """Medicines by name, each once, as many as a card names."""
    names = list(dict.fromkeys(shortened(medicine.name, LONGEST_NAME) for medicine in medicines))
    rest = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{'; '.join(names[:MOST_NAMED])}{rest}"


def remarks(patient: FhirPatient, more: Iterable[str] = ()) -> list[str]:
    """What to look at: remarks on values and on the data as a whole, and what was not used with the reason."""
    lines = [f"{f.label}: {f.remark}" for f in _known(patient) if f.remark]
    lines += [*_by_name(patient), *patient.remarks, *more]
    unused = [f"{p.what}, not used: {p.reason}{f' ({p.count} times)' if p.count > 1 else ''}" for p in patient.problems]
    lines += unused[:MOST_NAMED]
    if len(unused) > MOST_NAMED:
        lines.append(f"{len(unused) - MOST_NAMED} more kinds of results were not used")
    if patient.unmatched:
        lines.append(f"Medicines that no field of the model is read from: {_listed(patient.unmatched)}")
    lines += [not_read(patient)] if patient.unknown else []
    return [f"- {_sentence(plain(line))}" for line in lines if line]


def not_read(patient: FhirPatient) -> str:
    """What nothing is read from, by name: ``Nothing is read from 4 entries: simvastatin 20 MG (2 times), 1234-5``."""
    number = sum(unknown.count for unknown in patient.unknown)
    named = [
        f"{shortened(u.code.text or u.code.code, LONGEST_NAME)}{f' ({u.count} times)' if u.count > 1 else ''}"
        for u in patient.unknown[:MOST_NAMED]
    ]
    more = len(patient.unknown) - MOST_NAMED
    named += [f"{more} more {'code' if more == 1 else 'codes'}"] if more > 0 else []
    return f"nothing is read from {number} {'entry' if number == 1 else 'entries'}: {', '.join(named)}"


def published(assessment: Assessment) -> str:
    """PREVENT beside the estimate that was learnt from it: its main numbers, and why there are none or not all."""
    score, row = REGISTRY["prevent"], assessment.prevent.row()
    if row["problems"]:
        return f"**{score.title}: no number.** {_sentence(plain(row['problems']))}"
    category = {RATED: f" ({row['category']})"}
    numbers = [
        f"{_PREVENT_WORDS[name]} {percent_text(row[name], BANDS.edges)}{category.get(name, '')}"
        for name in MAIN
        if row[name] == row[name]
    ]
    withheld = f" {_sentence(plain(row['problems_bmi']))}" if row["problems_bmi"] else ""
    told = f"{', '.join(numbers)} in 10 years (published equation, {row['model']} model)"
    return f"**{score.title}:** {_sentence(told)}{withheld}"
