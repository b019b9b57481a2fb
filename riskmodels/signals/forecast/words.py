"""What a forecast says in words, and that it is no alarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from riskmodels.signals.forecast.evaluation import SENSITIVITY
from riskmodels.signals.forecast.model import Forecast

#: name of the test set on the card that everything is compared on
KEPT_BACK = "people kept back"
_LOW = "70 mg/dL (3.9 mmol/L)"


def low_words(forecast: Forecast, card: Mapping[str, Any]) -> str:
    """The probability of a low within the hour, and what a warning would be worth; the reason where there is none.

    Args:
        forecast: of one moment.
        card: of the model.
    """
    if forecast.refused:
        return forecast.refused
    if np.isnan(forecast.p_low):
        return f"The reading is below {_LOW} already."
    share = "less than 1 %" if forecast.p_low < 0.01 else f"{forecast.p_low:.0%}".replace("%", " %")
    return f"Probability of a reading below {_LOW} within 60 minutes: {share}. {alarm_words(card)}"


def alarm_words(card: Mapping[str, Any]) -> str:
    """Why it is no alarm, with the positive predictive value of people kept back.

    Args:
        card: of the model.
    """
    lows = card["metrics"]["test"][KEPT_BACK]["network"]["lows"]
    right = lows[f"at sensitivity {SENSITIVITY}"]["ppv"]
    return (
        f"It is no alarm: at a limit that catches {100 * SENSITIVITY:.0f} of 100 readings with a low ahead, "
        f"{100 * right:.0f} of 100 warnings were right in people kept back."
    )
