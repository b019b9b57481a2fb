"""Words: the probability, what a warning is worth, and the reason where there is no forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels.signals.forecast.model import Forecast
from riskmodels.signals.forecast.words import KEPT_BACK, low_words

CARD = {"metrics": {"test": {KEPT_BACK: {"network": {"lows": {"at sensitivity 0.8": {"ppv": 0.193}}}}}}}
FORECAST = Forecast("", 100.0, np.arange(5, 65, 5), *(np.full(12, 100.0) for _ in range(3)), 0.124)


@pytest.mark.parametrize(
    ("forecast", "said"),
    [
        (FORECAST, "12 %"),
        (FORECAST, "19 of 100 warnings were right"),
        (FORECAST, "no alarm"),
        (replace(FORECAST, p_low=0.004), "less than 1 %"),
        (replace(FORECAST, p_low=np.nan), "already"),
        (replace(FORECAST, refused="A gap."), "A gap."),
    ],
)
def test_it_says(forecast: Forecast, said: str) -> None:
    assert said in low_words(forecast, CARD)
