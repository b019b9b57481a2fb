"""Facts as told → facts to fill and doubts: by their ranges, by what else is told, by what stands twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from riskmodels.checks import Problem, Severity, check, check_column
from riskmodels.interop.freetext.reading import Doubt, Item
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.units import Unit, find_unit
from riskmodels.vocabulary import Kind, Variable

_USED = (" The value is used as entered.", " It is not used.", " Neither is used.", "Neither is used.")


def judge(items: Sequence[Item], doubts: Sequence[Doubt]) -> tuple[list[Item], list[Doubt]]:
    """Which facts can be filled.

    Args:
        items: as told, in the order of the text.
        doubts: what the words themselves leave open.
    """
    found: list[Item] = []
    asked = list(doubts)
    for item in items:
        doubt = _by_range(item)
        if doubt is None:
            found.append(item)
        else:
            asked.append(doubt)
    found, asked = _once(found, asked)
    return _together(found, asked)


def _by_range(item: Item) -> Doubt | None:
    """A doubt about a number that cannot be, or that another unit would explain where none is written."""
    variable = variable_of(item.name)
    if variable.kind is not Kind.NUMBER:
        return None
    problems = _problems(item, variable)
    if not problems or (problems[0].severity is Severity.FLAGGED and item.written):
        return None
    others = [replace(item, unit=u.symbol) for u in variable.units if u.symbol != item.unit]
    options = [other for other in others if not _problems(other, variable)]
    if problems[0].severity is Severity.FLAGGED:
        options.insert(0, item)
    return _doubt(item, _words(problems[0], bool(options)), options)


def _problems(item: Item, variable: Variable) -> list[Problem]:
    return check_column(pd.Series([item.value]), variable, item.unit)[1]


def _words(problem: Problem, choose: bool) -> str:
    if choose:
        return f"{problem.reason} Choose, or write the unit."
    hint = problem.hint
    for said in _USED:
        hint = hint.replace(said, "")
    return f"{problem.reason} {hint}".strip()


def _doubt(item: Item, why: str, options: Sequence[Item]) -> Doubt:
    return Doubt(item.name, item.text, item.start, item.end, why, tuple(options))


def _once(found: list[Item], asked: list[Doubt]) -> tuple[list[Item], list[Doubt]]:
    """What is told twice with different values is asked; with the same it is told once."""
    kept: dict[str, list[Item]] = {}
    for item in found:
        told = kept.setdefault(item.name, [])
        if not any(_same(item, other) for other in told):
            told.append(item)
    kept = {name: _exact(told) for name, told in kept.items()}
    asked = [doubt for doubt in asked if not _settled(doubt, kept.get(doubt.name, []))]
    open_names = {doubt.name for doubt in asked}
    once = [told[0] for name, told in kept.items() if len(told) == 1 and name not in open_names]
    again = [told for name, told in kept.items() if len(told) > 1 or name in open_names]
    return once, [_merged(told, asked) for told in again] + _rest(asked, {told[0].name for told in again})


def _exact(told: list[Item]) -> list[Item]:
    """Without an answer that leaves open what another one tells: “non-smoker, quit in 2015”."""
    vague = variable_of(told[0].name).vague
    return [item for item in told if not any(other.value in vague.get(item.value, ()) for other in told)]


def _settled(doubt: Doubt, told: list[Item]) -> bool:
    """Whether the text says elsewhere which of the answers left open it is: “history of smoking, quit in 2015”."""
    choice = variable_of(doubt.name).kind is Kind.CHOICE
    return choice and len(told) == 1 and any(_same(told[0], option) for option in doubt.options)


def _merged(told: list[Item], asked: list[Doubt]) -> Doubt:
    """One doubt of all readings of a variable that is told more than once."""
    first = told[0]
    theirs = [option for doubt in asked if doubt.name == first.name for option in doubt.options]
    options = list(told)
    for option in theirs:
        if not any(_same(option, other) for other in options):
            options.append(option)
    label = variable_of(first.name).label.removeprefix("Told: ")
    why = f"{label[:1].upper()}{label[1:]} is told more than once, and not alike. Choose."
    texts = list(dict.fromkeys(item.text for item in options))
    apart = [text for text in texts if not any(text != other and text in other for other in texts)]
    return replace(_doubt(first, why, options), text=" … ".join(apart))


def _rest(asked: list[Doubt], names: set[str]) -> list[Doubt]:
    """The other doubts, one of each variable: of several the first, with the readings of all."""
    kept: dict[str, Doubt] = {}
    for doubt in asked:
        if doubt.name in names:
            continue
        before = kept.get(doubt.name)
        if before is None:
            kept[doubt.name] = doubt
        else:
            more = [o for o in doubt.options if not any(_same(o, other) for other in before.options)]
            kept[doubt.name] = replace(before, options=(*before.options, *more))
    return list(kept.values())


def _same(one: Item, other: Item) -> bool:
    """Whether two readings are one within what their units show."""
    variable = variable_of(one.name)
    if variable.kind is not Kind.NUMBER:
        return one.value == other.value
    if one.unit == other.unit:
        return one.value == other.value
    slack = sum(_resolution(item, variable.units) for item in (one, other))
    return abs(one.canonical - other.canonical) <= slack


def _resolution(item: Item, units: tuple[Unit, ...]) -> float:
    unit = find_unit(units, item.unit)
    return unit.step * unit.factor


def _together(found: list[Item], asked: list[Doubt]) -> tuple[list[Item], list[Doubt]]:
    """Facts that contradict each other are asked; so is a number that another unit would explain beside the others."""
    facts = {item.name: item.canonical for item in found if item.name not in EXTRA_INPUTS}
    units = {item.name: item.unit for item in found if item.name in facts and item.unit}
    entered = {item.name: item.value for item in found if item.name in facts}
    if not facts:
        return found, asked
    problems = {p.field: p for p in check(pd.DataFrame([entered], dtype=float), units).problems if _asks(p, found)}
    for item in found:
        if item.name in problems:
            asked.append(_of_problem(item, problems[item.name]))
    return [item for item in found if item.name not in problems], asked


def _asks(problem: Problem, found: list[Item]) -> bool:
    item = next((item for item in found if item.name == problem.field), None)
    if item is None or problem.severity is Severity.ROW:
        return False
    choice = len(variable_of(item.name).units) > 1 and not item.written
    return problem.severity is Severity.UNUSED or choice


def _of_problem(item: Item, problem: Problem) -> Doubt:
    variable = variable_of(item.name)
    if problem.severity is Severity.UNUSED:
        return _doubt(item, _words(problem, True), [item])
    others = [replace(item, unit=u.symbol) for u in variable.units if u.symbol != item.unit]
    options = [item, *(other for other in others if not _problems(other, variable))]
    return _doubt(item, _words(problem, True), options)
