"""What the steps of a change say: a sentence that adds up, the fact that did most for it, the change in points."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.explain.steps import Step
from riskmodels.percent import printed
from riskmodels.timeline.course import Estimated
from riskmodels.timeline.like import Like, named
from ui import charts
from ui.text import inside, risk


def finding_text(steps: Sequence[Step], decimals: int) -> str:
    """What the steps show, in a sentence that adds up."""
    first, last, between = steps[0], steps[-1], steps[1:-1]
    change = round(last.amount - first.amount, decimals)
    levels = " → ".join(charts.level(step.amount, True, decimals) for step in (first, last))
    if not between:
        return f"{levels}: nothing that the model uses changed by enough to show."
    up = sum(step.amount for step in between if step.amount > 0)
    down = sum(step.amount for step in between if step.amount < 0)
    told = [f"{charts.number(up, decimals, True)} by what raises it"] if up else []
    told += [f"{charts.number(down, decimals, True)} by what lowers it"] if down else []
    how = charts.points(change, decimals) if change else "no change"
    return f"{levels}: {how}, {' and '.join(told)}.{_most(between)}"


def _most(between: Sequence[Step]) -> str:
    facts = [step for step in between if step.name]
    if not facts:
        return ""
    return f" {max(facts, key=lambda step: abs(step.amount)).label} weighs most."


def main_reason(steps: Sequence[Step], decimals: int) -> str:
    """The fact that did most for a change, inside a sentence: ``glucose 109 → 126 mg/dL (+2.1 points)``.

    Empty where the estimate did not change, or no single fact moved it that way.
    """
    change = steps[-1].amount - steps[0].amount
    facts = [step for step in steps[1:-1] if step.name and step.amount * change > 0]
    if not facts:
        return ""
    most = max(facts, key=lambda step: abs(step.amount))
    return f"{inside(most.label)} ({charts.points(most.amount, decimals)})"


def apart_text(like: Like, first: Estimated, last: Estimated) -> str:
    """What became unknown or known between two visits, apart from the change; empty where nothing did.

    Args:
        like: the two visits, like with like.
        first, last: the estimates with all that each visit knew.
    """
    told = []
    if like.lost:
        was = f"the estimate was {risk(first.risk, first.bound)} on {first.when}"
        told.append(f"No longer known: {named(like.lost)}; with {_them(like.lost)} {was}.")
    if like.gained:
        now = f"the estimate is {risk(last.risk, last.bound)} on {last.when}"
        told.append(f"Now known: {named(like.gained)}; with {_them(like.gained)} {now}.")
    return " ".join(told)


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def points_text(first: float, last: float) -> str:
    """The change between two risks (0–1): ``+2.1 points``; empty where none is printed."""
    start, end, decimals = printed(first, last)
    change = round(end - start, decimals)
    return charts.points(change, decimals) if change else ""
