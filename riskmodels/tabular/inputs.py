"""What a model's inputs are: variables of the vocabulary, and, of a model trained here, columns of a file's own.

An own input is a :class:`~riskmodels.variable.Variable` like any other; the card of the model that was trained on it
says what it is, since nothing else does. Shipped models have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from riskmodels.model_files.card_values import number
from riskmodels.units import Unit
from riskmodels.variable import Choice, Kind, Variable
from riskmodels.vocabulary import VOCABULARY

#: of a card: its own inputs
KEY = "own_inputs"
#: begins the name of every own input, so that none is ever taken for a variable of the vocabulary
PREFIX = "own_"


def own_number(name: str, label: str, unit: str, step: float, *, modifiable: bool = False) -> Variable:
    """An own input that holds numbers.

    Args:
        name: in frames and models; begins with :data:`PREFIX`.
        label: for people.
        unit: as the analyst calls it; empty where there is none. Nothing is converted.
        step: that values are shown in, in that unit.
        modifiable: whether care can change it.
    """
    units = (Unit(unit, unit or "1", step=step),)
    return Variable(name, label, name, units=units, modifiable=modifiable, source="the file it was trained on")


def own_category(name: str, label: str, words: Iterable[str], *, modifiable: bool = False) -> Variable:
    """An own input that holds categories, coded 0, 1, … in the order of their words; see :func:`own_number`."""
    choices = tuple(Choice(float(code), word, word) for code, word in enumerate(words))
    return Variable(
        name, label, name, Kind.CHOICE, choices=choices, modifiable=modifiable, source="the file it was trained on"
    )


def own_inputs_of(inputs: Iterable[str], variables: Mapping[str, Variable]) -> dict[str, Any]:
    """What a card says of those inputs that are no variables of the vocabulary; nothing where there are none."""
    own = [variables[name] for name in inputs if name not in VOCABULARY]
    return {KEY: [_told(variable) for variable in own]} if own else {}


def variables_of(card: Mapping[str, Any]) -> Mapping[str, Variable]:
    """What the inputs of a model are: the vocabulary, with the own inputs of its card.

    Raises:
        TypeError, ValueError, KeyError: when an entry is no input.
    """
    own = [_read(entry) for entry in card.get(KEY, ())]
    return VOCABULARY | {variable.name: variable for variable in own} if own else VOCABULARY


def _told(variable: Variable) -> dict[str, Any]:
    told: dict[str, Any] = {"name": variable.name, "label": variable.label, "modifiable": variable.modifiable}
    if variable.choices:
        return told | {"categories": [choice.word for choice in variable.choices]}
    return told | {"unit": variable.unit, "step": variable.units[0].step}


def _read(entry: Mapping[str, Any]) -> Variable:
    name, label, modifiable = entry["name"], entry["label"], entry["modifiable"]
    texts = [name, label, *entry.get("categories", (entry.get("unit"),))]
    if not all(isinstance(text, str) for text in texts) or not name.startswith(PREFIX) or name in VOCABULARY:
        raise ValueError("an own input that is none")
    if "categories" in entry:
        return own_category(name, label, entry["categories"], modifiable=bool(modifiable))
    step = number(entry["step"])
    if step <= 0:
        raise ValueError("a step that is none")
    return own_number(name, label, entry["unit"], step, modifiable=bool(modifiable))
