"""Estimates of compounds as people read them: the same number in the same form on the page, in the table, in a card."""

from __future__ import annotations

from math import floor, log10

from riskmodels.molecules.endpoints import Endpoint, molar
from riskmodels.molecules.learning.answers import AtomReasons, Estimate

#: pIC50 of hERG from which a compound is flagged: 10 µmol/L, the border that published classifiers are judged at
HERG_BORDER = 5.0


def level(value: float) -> str:
    """−log10 mol/L with one decimal: ``5.9``."""
    return f"{value:.1f}".replace("-", "−")


def concentration(value: float) -> str:
    """The concentration behind −log10 mol/L, two significant digits: ``1.3 µmol/L``, ``0.0012 µmol/L``."""
    amount = molar(value)
    decimals = max(0, 1 - floor(log10(amount)))
    rounded = round(amount, 1 - floor(log10(amount)))
    return f"{rounded:,.{decimals}f} µmol/L"


def estimate_words(estimate: Estimate) -> str:
    """``pIC50 5.9 (5.0–6.8), 1.3 µmol/L``; outside the domain that no number is given."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "no number: outside the domain"
    interval = f"{level(estimate.low)}–{level(estimate.high)}"
    return f"{estimate.endpoint.quantity} {level(estimate.value)} ({interval}), {concentration(estimate.value)}"


def herg_verdict(value: float | None, low: float | None, high: float | None) -> str:
    """What an estimate of hERG comes to.

    Args:
        value: pIC50; None outside the domain.
        low, high: its 90 % interval.

    Returns:
        ``flagged`` or ``not flagged``, with ``, not surely`` where the interval reaches over the border; ``not known``.
    """
    if value is None or low is None or high is None:
        return "not known"
    told = "flagged" if value >= HERG_BORDER else "not flagged"
    return f"{told}, not surely" if low < HERG_BORDER <= high else told


def measured_words(endpoint: Endpoint, value: float) -> str:
    """A measured value: ``pIC50 6.2, 0.63 µmol/L``."""
    return f"{endpoint.quantity} {level(value)}, {concentration(value)}"


def sum_words(reasons: AtomReasons) -> str:
    """How the number comes about, in a sentence whose rounded numbers add up: what rounding leaves is the atoms'."""
    value, base, gap = (round(number, 1) for number in (reasons.value, reasons.base, reasons.gap))
    atoms = value - base - gap
    return (
        f"{level(base)} for every compound {_step(atoms)} from the atoms {_step(gap)} that no atom explains "
        f"= {reasons.endpoint.quantity} {level(value)}"
    )


def _step(amount: float) -> str:
    return f"{'−' if round(amount, 1) < 0 else '+'} {abs(amount):.1f}"
