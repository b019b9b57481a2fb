"""The plan of care of one patient: which rules apply and why, and which ones an unknown fact would decide."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from riskmodels.care.guidance.facts import PatientFacts, Scores
from riskmodels.care.guidance.rules import AREAS, CHECK, Rule, Source, read_rules, worded
from riskmodels.care.guidance.words import capital
from riskmodels.care.wording import Units
from riskmodels.vocabulary import VOCABULARY, inside

#: facts that say whether a patient is pregnant: a rule that asks for neither is not for pregnancy
_PREGNANCY = ("pregnant", "pregnancy")


@dataclass(frozen=True)
class Line:
    """One line of the plan, in words.

    Args:
        rule: what it stands on.
        why: the patient's facts for which it applies, with values and units.
        what, dose, first, again: as in the rule, values in the units asked for.
    """

    rule: Rule
    why: str = field(repr=False)
    what: str
    dose: str
    first: str
    again: str

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where it comes from."""
        return self.rule.cited

    @property
    def cited(self) -> str:
        """What its sources are called, one after another."""
        return "; ".join(source.short for source in self.sources)


@dataclass(frozen=True)
class Undecided:
    """What an unknown fact, or several together, would decide.

    Args:
        missing: names of the variables that are not known.
        rules: those they would decide.
    """

    missing: tuple[str, ...]
    rules: tuple[Rule, ...]

    @property
    def text(self) -> str:
        """“eGFR; whether told of heart failure”."""
        return "; ".join(asked(VOCABULARY[name].label) for name in self.missing)


def asked(label: str) -> str:
    """A variable's label as what is asked: “whether told of heart failure”, “eGFR”."""
    told, colon, disease = label.partition(": ")
    if colon:
        return f"whether {told.lower()} of {disease}"
    return f"whether the patient {inside(label)}" if label.startswith(("Takes", "Drinks")) else inside(label)


@dataclass(frozen=True)
class CarePlan:
    """What guidelines say for one patient.

    Args:
        lines: every rule that applies, in the order of the areas.
        undecided: what would decide the others that may apply; the least to ask first.
    """

    lines: tuple[Line, ...] = field(repr=False)
    undecided: tuple[Undecided, ...]

    @property
    def checks(self) -> list[Line]:
        """Prompts that a value or a medicine decides."""
        return [line for line in self.lines if line.rule.kind == CHECK]

    @property
    def steps(self) -> dict[str, list[Line]]:
        """The others by the heading of their area, in its order; only areas with any."""
        steps = [line for line in self.lines if line.rule.kind != CHECK]
        found = {label: [line for line in steps if line.rule.area == area] for area, label in AREAS.items()}
        return {label: lines for label, lines in found.items() if lines}


def plan_of_care(patient: pd.Series, scores: Scores | None = None, units: Units | None = None) -> CarePlan:
    """What guidelines say for a patient.

    Args:
        patient: one row of a PatientFrame.
        scores: results of published scores for this patient (one row each), by name in the registry.
        units: unit to word a value in, by variable; canonical where absent.

    Returns:
        The lines that apply and what would decide others. In pregnancy only rules that ask for it.
    """
    facts, taken = PatientFacts(patient, scores or {}, units or {}), set[str]()
    lines, unclear = list[Line](), list[tuple[tuple[str, ...], Rule]]()
    pregnant = facts.value("pregnant") == 1
    for rule in read_rules():
        if taken.intersection(rule.groups) or (pregnant and not rule.when.names(*_PREGNANCY)):
            continue
        holds = rule.when.holds(facts)
        if holds:
            taken.update(rule.groups)
            lines.append(_line(rule, facts))
        elif holds is None:
            unclear.append((_missing(rule, facts), rule))
    return CarePlan(tuple(lines), _gathered([(missing, rule) for missing, rule in unclear if missing]))


def _line(rule: Rule, facts: PatientFacts) -> Line:
    texts = (worded(text, facts.units) for text in (rule.what, rule.dose, rule.first, rule.again))
    return Line(rule, why(rule, facts), *texts)


def why(rule: Rule, facts: PatientFacts) -> str:
    """The facts for which a rule applies, as one sentence without its full stop.

    Args:
        rule: one that applies.
        facts: the patient.
    """
    told = rule.when.true_ones(facts)
    limits = {
        each.name: tuple(o.limit(facts) for o in told if o.name == each.name and o.number == o.number) for each in told
    }
    words = [facts.words(each, limits[each.name]) for each in told]
    words = [word for word in dict.fromkeys(words) if word]
    text = "; ".join(word for word in words if not any(word in other and word != other for other in words))
    return capital(text)


def _missing(rule: Rule, facts: PatientFacts) -> tuple[str, ...]:
    open_facts = [each.name for each in rule.when.undecided(facts)]
    return tuple(dict.fromkeys(need for name in open_facts for need in facts.needs(name)))


def _gathered(unclear: list[tuple[tuple[str, ...], Rule]]) -> tuple[Undecided, ...]:
    found: dict[tuple[str, ...], list[Rule]] = {}
    for missing, rule in unclear:
        found.setdefault(missing, []).append(rule)
    ordered = sorted(found.items(), key=lambda item: (len(item[0]), -len(item[1])))
    return tuple(Undecided(missing, tuple(rules)) for missing, rules in ordered)
