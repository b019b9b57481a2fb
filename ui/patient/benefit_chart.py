"""What each step would do by trials, as bars: most benefit first, with interval and number needed to treat (HTML)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from riskmodels.care import Benefit, Combined, Count, Estimate
from riskmodels.percent import percent_text
from riskmodels.vocabulary import inside


def chart(found: Sequence[Benefit], together: Combined | None = None) -> str:
    """A bar a step, on one scale for each horizon; empty where no step has an absolute figure.

    Args:
        found: benefits of a patient.
        together: several steps that were chosen, as a further bar.
    """
    given = [benefit for benefit in found if benefit.number_needed is not None]
    horizons = dict.fromkeys((b.horizon_years, b.trial.baseline_rate == b.trial.baseline_rate) for b in given)
    parts = [
        _group([b for b in given if (b.horizon_years, b.trial.baseline_rate == b.trial.baseline_rate) == key], together)
        for key in horizons
    ]
    return (
        f'<section class="cr-bars" aria-label="Benefit by trials as bars">{"".join(parts)}</section>' if given else ""
    )


def _group(found: Sequence[Benefit], together: Combined | None) -> str:
    """The steps over one horizon, most benefit first."""
    ordered = sorted(found, key=lambda benefit: -benefit.risk_reduction.value)
    combined = [together] if together and together.horizon_years == ordered[0].horizon_years else []
    most = max([*(b.risk_reduction.high for b in ordered), *(c.risk_reduction.high for c in combined)])
    rows = "".join(_bar(b.action, b.risk_reduction, b.number_needed, b.baseline, most) for b in ordered)
    rows += "".join(_bar(" + ".join(c.actions), c.risk_reduction, c.number_needed, c.baseline, most) for c in combined)
    return f"<h3>{escape(_title(ordered[0]))}</h3>{rows}"


def _title(first: Benefit) -> str:
    what = "new type 2 diabetes" if first.trial.baseline_rate == first.trial.baseline_rate else "cardiovascular events"
    return (
        f"Fewer {what} among 100 people like this in {first.horizon_years:g} years; most with: {inside(first.action)}"
    )


def _bar(name: str, reduction: Estimate, needed: Count | None, baseline: float, most: float) -> str:
    value, low, high = (100 * share / most for share in reduction)
    needs = f"1 in {needed.value:,} ({needed.low:,}–{needed.high:,}) treated" if needed else "number needed uncertain"
    words = f"{points_text(reduction)} fewer of {percent_text(baseline)}; {needs}"
    return (
        f'<div class="cr-bar-row"><span>{escape(name)}</span><span class="cr-bar-track" aria-hidden="true">'
        f'<i class="cr-bar-fill" style="width:{value:.1f}%"></i>'
        f'<i class="cr-bar-range" style="left:{low:.1f}%;width:{high - low:.1f}%"></i></span>'
        f"<small>{escape(words)}</small></div>"
    )


def points_text(reduction: Estimate) -> str:
    """A reduction (0–1) in percentage points with its interval: ``3.1 (2.6–3.6)``."""
    value, low, high = (f"{100 * share:.1f}" for share in reduction)
    return f"{value} ({low}–{high})"
