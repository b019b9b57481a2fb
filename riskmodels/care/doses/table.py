"""Doses by kidney function and what medicines must not meet: doses.csv and interactions.csv beside this file.

Bands are conditions of :mod:`riskmodels.care.guidance.conditions`, as the labels draw them: some by eGFR, some by
Cockcroft-Gault clearance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from riskmodels.care.guidance.advice import asked
from riskmodels.care.guidance.conditions import Comparison, Condition, parse
from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.care.guidance.rules import Source, read_sources
from riskmodels.care.rows import read_rows
from riskmodels.vocabulary import VOCABULARY, inside

_FACT_WORDS = {
    "clearance": "creatinine clearance, mL/min,",
    "apixaban_points": "of age ≥ 80, weight ≤ 60 kg, creatinine ≥ 1.5 mg/dL",
}
#: by the class of medicine that the record holds and an interaction is with
_TAKEN = {
    "yes": "Taken; the record does not say which: check.",
    "unknown": "Not known whether one is taken: ask.",
    "": "Not in the record: ask.",
}


@dataclass(frozen=True)
class Band:
    """One dose and for whom it is.

    Args:
        when: for whom; None for everybody.
        dose: what the label says of them.
    """

    when: Condition | None
    dose: str

    @property
    def text(self) -> str:
        """“eGFR 30 to below 45”, in the label's own limits."""
        if self.when is None:
            return "any kidney function"
        told = [_limit_text(each) for each in self.when.comparisons()]
        name = _name(next(self.when.comparisons()).name)
        return " ".join([told[0], *(text.removeprefix(f"{name} ") for text in told[1:])])


@dataclass(frozen=True)
class Medicine:
    """One medicine.

    Args:
        name: of the medicine.
        group: what it is for.
        relevant: for whom its dose is shown.
        bands: its doses.
        source: where they come from.
    """

    name: str
    group: str
    relevant: Condition
    bands: tuple[Band, ...]
    source: Source


@dataclass(frozen=True)
class Dose:
    """The dose of one medicine for one patient.

    Args:
        medicine: what it stands on.
        dose: the label's for this patient; empty where what is not known decides.
        why: the patient's fact that decides, or what would have to be known.
    """

    medicine: Medicine
    dose: str = field(repr=False)
    why: str = field(repr=False)


@dataclass(frozen=True)
class Interaction:
    """What a medicine must not meet.

    Args:
        medicine, partner: the two.
        what: what the label says of both together.
        status: whether the record tells that the partner is taken.
        source: where it comes from.
    """

    medicine: str
    partner: str
    what: str
    status: str = field(repr=False)
    source: Source


def doses_for(facts: PatientFacts) -> list[Dose]:
    """The doses of the medicines that may concern a patient.

    Args:
        facts: the patient, as conditions ask.

    Returns:
        In the order of the file; none in pregnancy, when other doses hold.
    """
    if facts.value("pregnant") == 1:
        return []
    return [_dose(medicine, facts) for medicine in read_medicines() if medicine.relevant.holds(facts)]


def _dose(medicine: Medicine, facts: PatientFacts) -> Dose:
    for band in medicine.bands:
        if band.when is None:
            return Dose(medicine, band.dose, "any kidney function")
        if band.when.holds(facts):
            return Dose(medicine, band.dose, "; ".join(_facts_of(band.when, facts)))
    names = [each.name for band in medicine.bands if band.when for each in band.when.undecided(facts)]
    needed = dict.fromkeys(need for name in names for need in facts.needs(name))
    return Dose(medicine, "", f"would need: {'; '.join(asked(VOCABULARY[name].label) for name in needed)}")


def _facts_of(when: Condition, facts: PatientFacts) -> list[str]:
    limits = {
        each.name: tuple(o.number for o in when.comparisons() if o.name == each.name) for each in when.comparisons()
    }
    words = [facts.words(each, limits[each.name]) for each in when.true_ones(facts)]
    return list(dict.fromkeys(word for word in words if word))


def _name(fact: str) -> str:
    return _FACT_WORDS.get(fact) or inside(VOCABULARY[fact].label)


def _limit_text(each: Comparison) -> str:
    """“eGFR from 30”, in the label's own limits."""
    if each.name == "apixaban_points":
        return f"{'two or more' if each.sign == '>=' else 'fewer than two'} {_name(each.name)}"
    sign = {"<": "below", "<=": "to", ">=": "from", ">": "above"}[each.sign]
    return f"{_name(each.name)} {sign} {each.told}"


def interactions_for(facts: PatientFacts) -> list[Interaction]:
    """What the medicines that may concern a patient must not meet.

    Args:
        facts: the patient, as conditions ask.

    Returns:
        In the order of the file, without partners that the record says are not taken.
    """
    if facts.value("pregnant") == 1:
        return []
    return [found for row, relevant in _interactions() for found in _interaction(row, relevant, facts)]


@cache
def _interactions() -> tuple[tuple[dict[str, str], Condition], ...]:
    """Every row of the file with whom it concerns."""
    return tuple((row, parse(row["relevant"])) for row in read_rows(__package__, "interactions.csv"))


def _interaction(row: dict[str, str], relevant: Condition, facts: PatientFacts) -> Iterator[Interaction]:
    taken = facts.value(row["taken"]) if row["taken"] else None
    if taken == 0 or not relevant.holds(facts):
        return
    status = _TAKEN["" if taken is None else "yes" if taken == 1 else "unknown"]
    yield Interaction(row["medicine"], row["partner"], row["what"], status, read_sources()[row["source"]])


@cache
def read_medicines() -> tuple[Medicine, ...]:
    """Every medicine with its bands, in the order of the file."""
    rows = read_rows(__package__, "doses.csv")
    grouped = groupby(rows, key=lambda row: (row["medicine"], row["group"], row["relevant"], row["source"]))
    return tuple(
        Medicine(
            name,
            group,
            parse(relevant),
            tuple(Band(parse(row["band"]) if row["band"] else None, row["dose"]) for row in rows),
            read_sources()[source],
        )
        for (name, group, relevant, source), rows in grouped
    )
