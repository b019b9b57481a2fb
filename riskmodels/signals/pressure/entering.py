"""Which mean of a series may be entered as a person's pressure in the risk model, with its interval and in words."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.signals.pressure.estimates import Estimate
from riskmodels.signals.pressure.thresholds import AT_HOME, DAY, ESC, OFFICE, hypertension

_NAMES = ("systolic_bp", "diastolic_bp", "pulse")


@dataclass(frozen=True)
class Entered:
    """Facts for the form of a patient.

    Args:
        facts: by variable the mean with its interval: ``systolic_bp``, ``diastolic_bp`` and, where known, ``pulse``.
        period: which mean: ``home`` or ``day``; empty where there is none.
        text: which it is, how it lies to the office pressure that the model learnt from, that nothing was added.
    """

    facts: dict[str, Estimate]
    period: str
    text: str

    @property
    def values(self) -> dict[str, float]:
        """The means by variable, mmHg and 1/min."""
        return {name: estimate.value for name, estimate in self.facts.items()}


def mean_to_enter(means: dict[str, tuple[Estimate, Estimate, Estimate | None]]) -> Entered:
    """The home mean, else the mean of the day; never that of the night or of 24 hours.

    Args:
        means: systolic, diastolic and pulse mean by period.
    """
    period = next((p for p in (AT_HOME, DAY) if p in means), "")
    if not period:
        return Entered({}, "", "No mean of this series may be entered in the risk model: that of a day is needed.")
    facts = {name: mean for name, mean in zip(_NAMES, means[period], strict=True) if mean is not None}
    outside, office = hypertension(ESC, period), hypertension(ESC, OFFICE)
    away = office.systolic - outside.systolic
    what = "The home mean" if period == AT_HOME else "The mean of the day"
    return Entered(
        facts,
        period,
        f"{what} may be entered as the patient's pressure. The model learnt from seated readings at an examination. At "
        f"the threshold of hypertension pressure outside runs about {away:g} mmHg below the office's ({outside.text} "
        f"stands for {office.text}, {outside.source}), at lower levels it is alike. Nothing is added: of a high "
        "pressure the estimate may be a little low.",
    )
