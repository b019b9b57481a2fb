"""Why an estimate changed between two visits, like with like: the differences of the contributions, as steps.

The steps add up as printed. Both visits are explained by the same model on the same known inputs
(:mod:`riskmodels.timeline.like`), so "everybody" is the same in both and drops out: the change of the
log-odds is the sum of the changes of the contributions. In percentage points each of them is scaled by (change of
risk) / (change of log-odds), as :meth:`riskmodels.explain.shapley.Reasons.points` does against everybody, so signs
and proportions stay and the sum is exact. A fact that stayed the same can still count a little more or less, since it
is seen together with those that changed; these remainders share one bar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from riskmodels.explain.shapley import Reasons
from riskmodels.explain.steps import MOST_BARS, Step, label_text, round_to_sum
from riskmodels.percent import printed
from riskmodels.timeline.course import Estimated
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY, Kind

TOGETHER = "Unchanged facts, seen with these"
STEP = "Step of the recalibrated scale"
OTHERS = "others"
#: log-odds closer than this are the same
_SAME = 1e-9
#: percentage points a unit of log-odds, at a risk of a half
_STEEPEST = 25.0


def change_steps(
    reasons: Reasons, points: Sequence[Estimated], before: int, after: int, units: Mapping[str, Unit]
) -> tuple[list[Step], int]:
    """The steps from one visit's risk to another's, and the decimals they are printed with.

    Args:
        reasons: of one outcome, a row a visit.
        points: what was estimated at each visit.
        before, after: places of the two visits; both have an estimate.
        units: unit each number is shown in.

    Returns:
        Start, at most :data:`~riskmodels.explain.steps.MOST_BARS` facts that changed, others where there are more,
        what unchanged facts add by being seen with them, and end. The printed amounts add up.
    """
    first, last = points[before].risk, points[after].risk
    changes = _shares(reasons, before, after, 100 * (last - first), 100 * last)
    changed = _changed(reasons.data, before, after)
    ordered = sorted(changed, key=lambda name: (-abs(changes[name]), name))
    parts = [(name, _text(name, reasons, before, after, units), changes[name]) for name in ordered]
    if len(parts) > MOST_BARS:
        rest = parts[MOST_BARS:]
        parts = [*parts[:MOST_BARS], ("", f"{len(rest)} {OTHERS}", sum(amount for *_, amount in rest))]
    parts.append(("", TOGETHER, sum(amount for name, amount in changes.items() if name not in changed)))
    parts.append(("", STEP, 100 * (last - first) - sum(changes.values())))
    start, end, decimals = printed(first, last)
    first_step, last_step = Step("", points[before].when, start, 0.0), Step("", points[after].when, end, 0.0)
    return _add_up(first_step, parts, last_step, decimals), decimals


def _add_up(start: Step, parts: Sequence[tuple[str, str, float]], end: Step, decimals: int) -> list[Step]:
    """Start, a step a part, rounded so that the printed numbers add up, and end; what rounds to nothing is left out."""
    total = round(end.amount - start.amount, decimals)
    amounts = round_to_sum([amount for *_, amount in parts], total, decimals)
    steps, level = [start], start.amount
    for (name, label, _), amount in zip(parts, amounts, strict=True):
        if amount != 0:
            steps.append(Step(name, label, amount, level))
            level = round(level + amount, decimals)
    return [*steps, end]


def _shares(reasons: Reasons, before: int, after: int, change: float, risk: float) -> dict[str, float]:
    """What each input adds to the change of the risk, in percentage points; together they are the change.

    A risk moves by 25 points a unit of log-odds at most. Where a recalibrated scale has a step, it moves by more; the
    inputs then add what they would without it, and the step is told apart.

    Args:
        reasons: of one outcome.
        before, after: rows of the two visits.
        change: of the risk shown, percentage points.
        risk: shown at the later visit, in percent: gives the slope where the log-odds are the same at both.
    """
    values: pd.DataFrame = reasons.values  # noqa: PD011, not a frame's values
    differences = values.iloc[after] - values.iloc[before]
    total = float(reasons.logit[after]) - float(reasons.logit[before])
    slope = change / total if abs(total) > _SAME else risk * (1 - risk / 100)
    slope = min(max(slope, 0.0), _STEEPEST)
    return {str(name): slope * float(amount) for name, amount in differences.items()}


def _changed(data: pd.DataFrame, before: int, after: int) -> set[str]:
    """Inputs that differ between two visits."""
    first, last = data.iloc[before], data.iloc[after]
    same = (first == last) | (first.isna() & last.isna())
    return {str(name) for name in data.columns[~same.to_numpy()]}


def _text(name: str, reasons: Reasons, before: int, after: int, units: Mapping[str, Unit]) -> str:
    """A changed fact, and what its later value, or else its earlier one, is counted as where that is another."""
    told = change_text(name, reasons.data, before, after, units)
    for row, word in ((after, ""), (before, "before ")):
        own, counted = (float(data[name].iloc[row]) for data in (reasons.data, reasons.counted))
        if counted not in (own,) and counted == counted:
            return f"{told} ({word}counted as {VOCABULARY[name].format(counted, units.get(name))})"
    return told


def change_text(name: str, data: pd.DataFrame, before: int, after: int, units: Mapping[str, Unit]) -> str:
    """A changed fact in words: ``Glucose 109 → 126 mg/dL``."""
    first, last = float(data[name].iloc[before]), float(data[name].iloc[after])
    unit = units.get(name)
    variable = VOCABULARY[name]
    shown, now = (variable.format(value, unit if variable.units else None) for value in (first, last))
    if variable.kind is not Kind.NUMBER:
        return f"{label_text(name)}: {shown} → {now}"
    symbol = (unit or variable.units[0]).symbol
    return f"{label_text(name)} {shown.removesuffix(f' {symbol}')} → {now}"
