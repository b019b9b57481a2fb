"""The hour after a moment of the series: three hours of trace, what is foreseen with its interval, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from riskmodels.errors import ModelFileError
from riskmodels.signals.glucose.read import GlucoseRead
from riskmodels.signals.glucose.series import DAY, text_of
from riskmodels.signed import signed
from ui.charts import CONFIG
from ui.checks import limits_html, refusal_html
from ui.memo import remembered
from ui.page import theme
from ui.signal.glucose_charts import clock, day_name, scaled
from ui.signal.glucose_hour import hour_figure
from ui.signal.models import forecast_model
from ui.tables import table

if TYPE_CHECKING:
    from riskmodels.signals.forecast.model import Forecast
    from riskmodels.signals.forecast.reasons import Reasons

_UNJUDGED = "No probability of a low is shown: this model was not judged on people kept back."


@st.fragment
def draw_forecast(read: GlucoseRead, unit: str, key: str) -> None:
    """Choose a moment, and see the hour after it."""
    st.subheader("The hour after a moment", anchor=False)
    try:
        model = forecast_model()
    except ModelFileError as error:
        st.html(refusal_html("No forecast", f"There is no model of it. {error}"))
        return
    at = _choose_moment(read, key)
    checked = read.checked
    # what is remembered holds the series, so that no other one can get its id
    _, forecast = remembered(f"{key}.forecast", (id(checked), at), lambda: (checked, model.forecast(checked, at)))
    if forecast.refused:
        st.html(refusal_html("No forecast from here", forecast.refused))
        return
    _, reasons = remembered(f"{key}.reasons", (id(checked), at), lambda: (checked, model.reasons(checked, at)))
    ahead, low, high = (text_of(values[-1], unit) for values in (forecast.mean, forecast.low, forecast.high))
    words = f"In 60 minutes {ahead}; of 100 such hours about 90 end between {low.split(' ')[0]} and {high}."
    st.markdown(f"**{words}** {_low_words(forecast, model.card)}")
    came = _came(read, at)
    figure = hour_figure(forecast, reasons, came, read.report.target, unit, theme())
    st.plotly_chart(figure, key=f"{key}.hour", config=CONFIG, alt=f"Three hours and the hour after them. {words}")
    st.html(f'<div class="sr-only">{_behind(forecast, reasons, unit)}</div>')
    st.caption(("Rings: the readings that followed. " if came else "") + _why_words(reasons, unit))
    st.html(limits_html([str(limit) for limit in model.card.get("limits", ())], "What the forecast does not say"))


def _choose_moment(read: GlucoseRead, key: str) -> int:
    """Number of the reading that is “now”: a day and a time of its readings, the last ones at first."""
    series, strips = read.checked.series, read.report.strips
    names = {strip.number: day_name(strip) for strip in strips}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.selectbox(
            "Day", list(names), len(names) - 1, format_func=names.__getitem__, key=f"{key}.day", width=180
        )
        strip = next((strip for strip in strips if strip.number == day), strips[-1])
        times = [clock(second / 60) for second in strip.seconds]
        time = st.select_slider("Time of the last reading", times, times[-1], key=f"{key}.time.{day}")
    place = times.index(time)
    return int(np.searchsorted(series.seconds, strip.number * DAY + strip.seconds[place]))


def _came(read: GlucoseRead, at: int) -> list[tuple[float, float]]:
    """Minutes after a reading and mg/dL of those of the hour after it."""
    series = read.checked.series
    after = (series.seconds - series.seconds[at]) / 60
    hour = (after > 0) & (after <= 61)
    return list(zip(after[hour].tolist(), series.mg_dl[hour].tolist(), strict=True))


def _low_words(forecast: Forecast, card: dict[str, Any]) -> str:
    from riskmodels.signals.forecast.words import KEPT_BACK, low_words  # torch

    judged = KEPT_BACK in card.get("metrics", {}).get("test", {})
    return low_words(forecast, card) if judged else _UNJUDGED


def _why_words(reasons: Reasons, unit: str) -> str:
    flat, output = text_of(reasons.base, unit), text_of(reasons.output, unit)
    share = abs(reasons.gap) / max(abs(reasons.output), 1e-9)
    miss = "less than 0.01 %" if share < 1e-4 else f"{100 * share:.2f} %"
    most = int(np.argmax(np.abs(reasons.contribution)))
    ago = f"{-reasons.minutes[most]:.0f} minutes before" if reasons.minutes[most] else "the last one"
    return (
        f"Below: by how much each reading moves what is foreseen in 60 minutes, up (orange) or down (blue), against"
        f" three hours flat at the last reading, after which it would be {flat}; with the course of the three hours it"
        f" is {output}. The reading {ago} counts most. The bars miss the whole by {miss} (integrated gradients)."
    )


def _behind(forecast: Forecast, reasons: Reasons, unit: str) -> str:
    ahead = [
        (f"in {minutes} min", text_of(mean, unit), f"{text_of(low, unit)} to {text_of(high, unit)}")
        for minutes, mean, low, high in zip(forecast.minutes, forecast.mean, forecast.low, forecast.high, strict=True)
    ]
    past = [
        (f"{-minutes:.0f} min before", text_of(value, unit), f"moves it by {signed(moved, 1)} {unit}")
        for minutes, value, moved in zip(
            reasons.minutes, reasons.mg_dl, scaled(reasons.contribution, unit), strict=True
        )
    ]
    return table("Forecast and reasons", ("When", "Glucose", "Interval or reason"), [*past, *ahead])
