"""From everybody's risk to this patient's in steps that add up as printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY, Kind

MOST_BARS = 8
START, END, OTHERS = "Everybody", "This patient", "others"


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall.

    Args:
        name: variable; empty for start, others and end.
        label: what stands beside the bar, with the patient's value and unit.
        amount: its signed length; for start and end the level itself.
        start: where the bar begins.
        spread: half of the model's own 90 % interval of the amount; 0 where it is not told.
    """

    name: str
    label: str
    amount: float
    start: float
    spread: float = 0.0

    @property
    def end(self) -> float:
        """Where the bar ends."""
        return self.start + self.amount


def label_text(name: str) -> str:
    """A variable's label for running text: ``Told of angina``."""
    return VOCABULARY[name].label.replace("Told: ", "Told of ")


def fact_text(name: str, value: float, unit: Unit | None = None) -> str:
    """A known fact in words: ``Waist 108 cm``, ``Smoking: never``, ``Told of angina: no``."""
    variable = VOCABULARY[name]
    shown = variable.format(value, unit if variable.units else None)
    colon = "" if variable.kind is Kind.NUMBER else ":"
    return f"{label_text(name)}{colon} {shown}"


def counted_text(name: str, value: float, counted: float, unit: Unit | None = None) -> str:
    """A known fact, and what it is counted as where that is another value: ``BMI 44 kg/m² (counted as 40)``."""
    fact = fact_text(name, value, unit)
    if counted == value or counted != counted:
        return fact
    variable = VOCABULARY[name]
    shown = (unit or variable.units[0]).symbol
    return f"{fact} (counted as {variable.format(counted, unit).removesuffix(shown).rstrip()})"


def make_steps(
    base: float,
    contributions: pd.Series,
    patient: pd.Series,
    units: Mapping[str, Unit],
    decimals: int,
    counted: pd.Series | None = None,
    spread: pd.Series | None = None,
    ends: tuple[float, float] | None = None,
) -> list[Step]:
    """Contributions → bars, the largest first, rounded so that the printed numbers add up.

    Args:
        base: estimate for a person of whom nothing is known, in the unit of the contributions.
        contributions: one number an input; unknown inputs are exactly 0.
        patient: the row of the PatientFrame.
        units: unit to word each value in.
        decimals: decimals printed.
        counted: what each value is counted as; as the patient has it when None.
        spread: half of the 90 % interval of each contribution; not told when None.
        ends: both levels as they are written elsewhere; rounded to ``decimals`` when None.

    Returns:
        Start, at most :data:`MOST_BARS` inputs, others where there are more, and end; a bar that rounds to
        nothing is left out.
    """
    known = contributions[[n for n in contributions.index if patient[n] == patient[n]]]
    ordered = known.reindex(known.abs().sort_values(ascending=False, kind="stable").index)
    parts = [(str(name), float(amount)) for name, amount in ordered.iloc[:MOST_BARS].items()]
    if len(ordered) > MOST_BARS:
        parts.append(("", float(ordered.iloc[MOST_BARS:].sum())))
    level, total = ends or (round(base, decimals), round(base + float(contributions.sum()), decimals))
    amounts = round_to_sum([amount for _, amount in parts], round(total - level, decimals), decimals)
    steps = [Step("", START, level, 0.0)]
    for (name, _), amount in zip(parts, amounts, strict=True):
        if name and amount == 0:
            continue
        others = f"{len(ordered) - MOST_BARS} {OTHERS}"
        own = float(patient[name]) if name else 0.0
        as_ = own if counted is None or not name else float(counted[name])
        label = counted_text(name, own, as_, units.get(name)) if name else others
        steps.append(Step(name, label, amount, level, float(spread[name]) if spread is not None and name else 0.0))
        level = round(level + amount, decimals)
    steps.append(Step("", END, total, 0.0))
    return steps


def round_to_sum(amounts: Sequence[float], total: float, decimals: int) -> list[float]:
    """Amounts rounded so that they add up to a total.

    What the rounding of the total left is shared in proportion to their size, what their own rounding leaves goes to
    those that it hurts least.

    Args:
        amounts: their sum differs from ``total`` by rounding only.
        total: already rounded.
        decimals: decimals kept.
    """
    scale, size = 10**decimals, sum(map(abs, amounts))
    share = (total - sum(amounts)) / size if size else 0.0
    amounts = [amount + share * abs(amount) for amount in amounts]
    wholes = [round(amount * scale) for amount in amounts]
    left = round(total * scale) - sum(wholes)
    step = 1 if left > 0 else -1
    hurt = sorted(range(len(amounts)), key=lambda i: step * (wholes[i] - amounts[i] * scale))
    for i in hurt[: abs(left)]:
        wholes[i] += step
    return [round(whole / scale, decimals) for whole in wholes]
