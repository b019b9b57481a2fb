"""Two languages: names and phrases as data (labels.csv, phrases.csv, plain.csv); English names are the vocabulary's.

What follows from grammar alone (lists, percentages, a fact with its unit) is here; nothing decides what is said.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from riskmodels.scores.inputs import variable_of
from riskmodels.units import Unit, from_canonical
from riskmodels.vocabulary import NO_YES, Variable, inside


class Language(StrEnum):
    """A language that a patient's case is told in."""

    ENGLISH = "en"
    CHINESE = "zh"

    @property
    def label(self) -> str:
        """What it calls itself."""
        return "中文" if self is Language.CHINESE else "English"


@cache
def read_phrases(name: str) -> Mapping[str, Mapping[str, str]]:
    """Phrases of a file beside this one: by key, then language; no English where that is worded elsewhere."""
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as handle:
        return {row.pop("key"): row for row in csv.DictReader(handle)}


@cache
def _chinese() -> Mapping[tuple[str, str], str]:
    with (files(__package__) / "labels.csv").open(encoding="utf-8") as handle:
        return {(row["kind"], row["name"]): row["zh"] for row in csv.DictReader(handle)}


def chinese(kind: str, name: str) -> str:
    """The Chinese of a name.

    Args:
        kind: ``variable``, ``choice``, ``unit``, ``outcome``, …, as in labels.csv.
        name: as the program calls it.

    Raises:
        KeyError: when it has none; a test keeps every name in the file.
    """
    return _chinese()[kind, name]


class Words:
    """How one language says things.

    Args:
        language: which.
        name: of the file with its phrases.
    """

    def __init__(self, language: Language, name: str = "phrases") -> None:
        self.language, self._phrases = language, read_phrases(name)
        self.is_english = language is Language.ENGLISH

    def say(self, key: str, **parts: str) -> str:
        """A phrase with its parts filled in."""
        return self._phrases[key][self.language].format(**parts)

    def listed(self, parts: Iterable[str]) -> str:
        """Names one after another: ``waist, HDL cholesterol``, ``腰围、血糖``."""
        return (", " if self.is_english else "、").join(parts)

    def told(self, facts: Iterable[str]) -> str:
        """Facts one after another, each with its value."""
        return (", " if self.is_english else "，").join(facts)

    def clauses(self, parts: Iterable[str]) -> str:
        """Clauses one after another."""
        return ("; " if self.is_english else "；").join(parts)

    def sentences(self, parts: Iterable[str]) -> str:
        """Sentences one after another; empty ones are left out."""
        return (" " if self.is_english else "").join(part for part in parts if part)

    def inside(self, label: str) -> str:
        """A label within a sentence."""
        return inside(label) if self.is_english else label

    def name(self, kind: str, name: str, english: str) -> str:
        """A name: English as given, Chinese of the file."""
        return english if self.is_english else chinese(kind, name)

    def label(self, name: str) -> str:
        """What a variable is called: ``Told of angina``, ``既往诊断心绞痛``."""
        return self.name("variable", name, variable_of(name).label.replace("Told: ", "Told of "))

    def labels(self, names: Iterable[str]) -> str:
        """Variables one after another within a sentence."""
        return self.listed(self.inside(self.label(name)) for name in names)

    def value(self, name: str, value: float, unit: Unit | None = None) -> str:
        """A known value with its unit, or a choice."""
        variable = variable_of(name)
        if self.is_english:
            return variable.format(value, unit if variable.units else None)
        return _choice(variable, value) if variable.choices else chinese_number(value, unit or variable.units[0])

    def fact(self, name: str, value: float, unit: Unit | None = None) -> str:
        """A known fact: ``Waist 108 cm``, ``Smoking: never``, ``腰围108 cm``."""
        told, variable = self.value(name, value, unit), variable_of(name)
        if self.is_english:
            return f"{self.label(name)}{':' if variable.choices else ''} {told}"
        return f"{self.label(name)}{'：' if variable.choices else ''}{told}"

    def percent(self, text: str) -> str:
        """A percentage as :mod:`riskmodels.probability` words it, in this language."""
        if self.is_english:
            return text
        for key in ("at_least", "at_most", "under", "over"):
            word = f"{key.replace('_', ' ')} "
            if text.startswith(word):
                return self._phrases[key]["zh"].format(risk=self.percent(text.removeprefix(word)))
        return text

    def finished(self, text: str) -> str:
        """A whole text: Chinese writes no space before the per cent sign."""
        return text if self.is_english else text.replace(" %", "%")


def _choice(variable: Variable, value: float) -> str:
    word = next(choice.word for choice in variable.choices if choice.code == value)
    return chinese("choice", word if variable.choices == NO_YES else f"{variable.name}.{word}")


def chinese_number(value: float, unit: Unit) -> str:
    """A canonical value in a unit: ``54岁``, ``108 cm``."""
    number = f"{from_canonical(float(value), unit):z,.{unit.decimals}f}"
    own = _chinese().get(("unit", unit.symbol))
    return f"{number}{own}" if own else f"{number} {unit.symbol}"
