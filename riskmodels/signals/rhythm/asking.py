"""What files of electrocardiograms often leave open: rate, unit, gain; asked in one form whatever the file."""

from __future__ import annotations

from riskmodels.signals.asked import Answers, Question, answered, answered_number
from riskmodels.signals.rhythm.ecg import RATES

MILLIVOLT, MICROVOLT, VOLT, ADC = "mV", "µV", "V", "ADC units"


def asked_rate(answers: Answers) -> float:
    """Samples a second, as answered.

    Raises:
        UnansweredError: when there is no answer, or it is no number of :data:`~riskmodels.signals.rhythm.ecg.RATES`.
    """
    text = "The file does not say how many values stand for a second. Common rates are 125, 250, 360, 500 and 1,000 Hz."
    return answered_number(Question("rate", text, unit="Hz"), answers, *RATES)


def asked_gain(answers: Answers) -> float:
    """ADC units a millivolt, as answered; raises as :func:`asked_rate`."""
    text = "The values are ADC units, and the file does not say how many are one millivolt (often 200 or 1,000)."
    return answered_number(Question("gain", text, unit="ADC units a mV"), answers, 0.1, 1e7)


def asked_unit(text: str, likely: str, answers: Answers) -> str:
    """The unit of the values, as answered.

    Args:
        text: what makes it doubtful.
        likely: the likeliest of :data:`MILLIVOLT`, :data:`MICROVOLT`, :data:`VOLT`, :data:`ADC`.
        answers: given so far.

    Raises:
        UnansweredError: when there is none.
    """
    choices = (likely, *(unit for unit in (MILLIVOLT, MICROVOLT, ADC, VOLT) if unit != likely))
    return answered(Question("unit", text, choices), answers)
