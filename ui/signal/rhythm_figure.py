"""A recording of a rhythm → the strip on paper, the whole at a glance, one beat with what spoke for it, the burden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.ectopy.model import Saliency
from riskmodels.signals.rhythm.ecg import Mask, runs
from riskmodels.signals.rhythm.strip import THICK, THIN, Strip, strip
from riskmodels.signals.rhythm_read import HOUR, Part, RhythmRead
from ui.charts import INK, LOWERS, NEUTRAL, PALE, RAISES, Figure, layout

#: seconds of the strip in view
SECONDS = 10.0
#: of the screen: 96 to an inch, as browsers count millimetres
_PIXELS_A_MM = 96 / 25.4
#: lines of the paper: thin, thick; by theme
_PAPER = {
    "light": ("rgba(196,86,86,0.16)", "rgba(196,86,86,0.38)"),
    "dark": ("rgba(226,130,130,0.13)", "rgba(226,130,130,0.32)"),
}
_MARGIN = {"l": 46, "r": 8, "t": 26, "b": 26}
#: columns of the whole recording: two numbers each, below 2,000
COLUMNS = 480
_OVERVIEW_HEIGHT, _BEAT_HEIGHT, _BURDEN_HEIGHT = 132, 230, 170
#: seconds around a beat that is looked at
_AROUND = 0.6
_HATCH = "/"
_LEFT_OUT = "rgba(138,148,158,0.30)"


def clock(seconds: float, tenths: bool = False) -> str:
    """Time since the recording began: ``0:07``, ``12:31``, ``3:04:10``; with tenths ``0:07.3``."""
    whole = round(max(seconds, 0.0), 1) if tenths else float(round(max(seconds, 0.0)))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(int(minutes), 60)
    told = f"{rest:04.1f}" if tenths else f"{int(rest):02d}"
    return f"{hours}:{minutes:02d}:{told}" if hours else f"{minutes}:{told}"


@dataclass(frozen=True, eq=False)
class View:
    """What is looked at.

    Args:
        first: second at the left edge of the strip.
        lead: number of the lead that is drawn.
        beat: number of the beat that is chosen; −1 for none.
        saliency: of that beat.
        theme: "light" or "dark".
    """

    first: float
    lead: int
    beat: int = -1
    saliency: Saliency | None = field(default=None, repr=False)
    theme: str = "light"


def strip_figure(read: RhythmRead, view: View) -> Figure:
    """Ten seconds of a lead on paper: 25 mm a second, 10 mm a millivolt, beats marked above it.

    Args:
        read: the recording.
        view: where, which lead, which beat.

    Returns:
        A figure of a fixed size; ``customdata`` of each mark is the number of its beat.
    """
    drawn = strip(read.ecg, view.lead, view.first, SECONDS)
    thin, thick = _PAPER[view.theme]
    width, height = (mm * _PIXELS_A_MM for mm in drawn.size_mm)
    columns, rows = drawn.lines(THICK)
    fine = {"showgrid": True, "gridcolor": thin, "gridwidth": 1}
    across = {
        "range": [drawn.first, drawn.last],
        "tickvals": columns.tolist(),
        "ticktext": [clock(at) if abs(at - round(at)) < 1e-6 else "" for at in columns],
        "gridcolor": thick,
        "zeroline": False,
        "minor": fine | {"dtick": THIN / 25},
    }
    up = {
        "range": [drawn.low, drawn.high],
        "tickvals": rows.tolist(),
        "ticktext": [f"{at:g} mV".replace("-", "−") if abs(at - round(at)) < 1e-6 else "" for at in rows],
        "gridcolor": thick,
        "zeroline": False,
        "minor": fine | {"dtick": THIN / 10},
    }
    frame = layout(round(height + _MARGIN["t"] + _MARGIN["b"]), view.theme, xaxis=across, yaxis=up)
    extra = {"width": round(width + _MARGIN["l"] + _MARGIN["r"]), "margin": _MARGIN, "hovermode": "closest"}
    traces = [_trace(drawn.seconds, drawn.millivolts, view.theme), *_spoken(read, view), _marks(read, view, drawn)]
    return {"data": traces, "layout": frame | extra | {"shapes": _shapes(read, view, drawn)}}


def _trace(seconds: NDArray[np.float64], millivolts: NDArray[np.float64], theme: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": seconds.round(4).tolist(),
        "y": [None if value != value else round(value, 3) for value in millivolts.tolist()],
        "line": {"color": INK[theme], "width": 1.3},
        "hoverinfo": "skip",
    }


def _marks(read: RhythmRead, view: View, drawn: Strip) -> dict[str, Any]:
    """A mark above the trace for every beat: V for a ventricular one, hollow where nothing was called."""
    seconds = read.seconds
    shown = np.flatnonzero((seconds >= drawn.first) & (seconds < drawn.last))
    called, seen = read.calls.ventricular[shown], np.isfinite(read.calls.probability[shown])
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": seconds[shown].round(3).tolist(),
        "y": [drawn.high] * len(shown),
        "cliponaxis": False,
        "marker": {
            "symbol": ["triangle-down" if known else "triangle-down-open" for known in seen],
            "size": [11 if beat == view.beat else 8 for beat in shown],
            "color": [RAISES if v else NEUTRAL for v in called],
        },
        "text": ["V" if v else "" for v in called],
        "textposition": "top center",
        "textfont": {"color": INK[view.theme], "size": 13},
        "customdata": shown.tolist(),
        "hovertext": [beat_words(read, int(beat)) for beat in shown],
        "hoverinfo": "text",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def beat_words(read: RhythmRead, beat: int) -> str:
    """A beat in a sentence: ``Beat 84 at 0:12.4: ventricular, probability 97 %; 0.52 s after the one before.``"""
    probability, seconds = read.calls.probability[beat], read.seconds
    if probability == probability:
        called = "ventricular" if read.calls.ventricular[beat] else "not ventricular"
        called += f", probability {_percent(probability)}"
    else:
        called = "not called"
    joined = beat > 0 and read.beats.stretch[beat] == read.beats.stretch[beat - 1]
    after = f"; {seconds[beat] - seconds[beat - 1]:.2f} s after the one before" if joined else ""
    return f"Beat {beat + 1} at {clock(seconds[beat], tenths=True)}: {called}{after}."


def _percent(probability: float) -> str:
    percent = 100 * probability
    return "under 1 %" if percent < 1 else "over 99 %" if percent > 99 else f"{percent:.0f} %"


def _shapes(read: RhythmRead, view: View, drawn: Strip) -> list[dict[str, Any]]:
    """What is left out, shaded, and the window of the beat that is chosen."""
    rate = read.ecg.rate
    first, end = round(drawn.first * rate), round(drawn.last * rate)
    out = [
        (a / rate + drawn.first, b / rate + drawn.first) for a, b in runs(~read.checked.usable[view.lead, first:end])
    ]
    shapes = [_band(a, b, "rgba(138,148,158,0.30)") for a, b in out]
    if view.beat >= 0:
        at = float(read.seconds[view.beat])
        shapes.append(_band(at - _AROUND, at + _AROUND, PALE) | {"line": {"width": 1, "color": NEUTRAL}})
    return shapes


def _band(first: float, last: float, colour: str) -> dict[str, Any]:
    area = {"type": "rect", "xref": "x", "yref": "paper", "x0": first, "x1": last, "y0": 0, "y1": 1}
    return area | {"fillcolor": colour, "line": {"width": 0}, "layer": "below"}


def _spoken(read: RhythmRead, view: View) -> list[dict[str, Any]]:
    """Dots on the trace where it speaks for, or against, a ventricular beat; the stronger the more opaque."""
    if view.saliency is None:
        return []
    seconds, effect = view.saliency.seconds, view.saliency.effect
    trace, rate = read.ecg.millivolts[view.lead], read.ecg.rate
    near = slice(max(0, int((seconds[0] - 0.1) * rate)), int((seconds[-1] + 0.1) * rate) + 1)
    at = np.arange(near.start, near.start + len(trace[near])) / rate
    heights = np.interp(seconds, at, trace[near].astype(float))
    most = max(float(np.abs(effect).max()), 1e-9)
    colours = [_mixed(RAISES if e > 0 else LOWERS, min(1.0, abs(e) / most)) for e in effect]
    marks = {"size": 6, "color": colours, "line": {"width": 0}}
    dots = {"type": "scatter", "mode": "markers", "x": seconds.round(3).tolist(), "y": heights.round(3).tolist()}
    return [dots | {"marker": marks, "hoverinfo": "skip"}]


def _mixed(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.2f})"


def beat_figure(read: RhythmRead, view: View) -> Figure:
    """The beat that is chosen, enlarged, with what spoke on its trace.

    Args:
        read: the recording.
        view: with a beat.
    """
    at = float(read.seconds[view.beat])
    drawn = strip(read.ecg, view.lead, at - _AROUND, 2 * _AROUND)
    thin, thick = _PAPER[view.theme]
    milliseconds = np.arange(-600, 601, 200)
    across = {
        "range": [drawn.first, drawn.last],
        "tickvals": (at + milliseconds / 1000).tolist(),
        "ticktext": [f"{ms:+d}".replace("-", "−") if ms else "0 ms" for ms in milliseconds.tolist()],
        "gridcolor": thick,
        "zeroline": False,
    }
    up = {"range": [drawn.low, drawn.high], "dtick": 0.5, "gridcolor": thin, "zeroline": False, "ticksuffix": " mV"}
    frame = layout(_BEAT_HEIGHT, view.theme, xaxis=across, yaxis=up)
    return {"data": [_trace(drawn.seconds, drawn.millivolts, view.theme), *_spoken(read, view)], "layout": frame}


@dataclass(frozen=True, eq=False)
class Whole:
    """A recording in columns.

    Args:
        edges: (c + 1,) seconds.
        low, high: (c,) mV of the lead that is read, without wander.
        out: (c,) bool, more than half of it left out.
        called: (c,) ventricular beats.
    """

    edges: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    out: Mask
    called: NDArray[np.int64]


def whole_of(read: RhythmRead) -> Whole:
    """The lead that is read, lowest and highest of each of many columns."""
    cleaned, usable, rate = read.checked.cleaned, read.checked.read, read.ecg.rate
    count = min(COLUMNS, len(cleaned))
    places = np.linspace(0, len(cleaned), count + 1).astype(np.int64)
    kept = np.where(usable, cleaned, np.float32(0))
    low, high = (np.asarray(f.reduceat(kept, places[:-1]), dtype=np.float64) for f in (np.minimum, np.maximum))
    out = np.add.reduceat(usable.astype(np.int64), places[:-1]) < 0.5 * np.diff(places)
    edges = places / rate
    called = np.histogram(read.calls.seconds[read.calls.ventricular], edges)[0]
    return Whole(edges, low, high, out, called)


def overview_figure(read: RhythmRead, whole: Whole, view: View) -> Figure:
    """The whole recording at a glance; a column can be clicked.

    Args:
        read: the recording.
        whole: its columns.
        view: what the strip shows of it.

    Returns:
        Above the lead with left-out stretches hatched, below the ventricular beats; ``customdata`` of each column is
        its middle in seconds.
    """
    used = ~whole.out
    low, high = (float(np.quantile(v[used], q)) if used.any() else e for v, q, e in _ends(whole))
    span = {"range": [low, high], "showticklabels": False, "showgrid": False, "zeroline": False}
    parts = [_envelope(whole, low, high), *([_called_bars(whole)] if whole.called.any() else [])]
    across = _time_axis(float(whole.edges[-1])) | {"anchor": "y2" if len(parts) > 1 else "y"}
    axes: dict[str, dict[str, Any]] = {"xaxis": across, "yaxis": span | {"domain": [0.36 if len(parts) > 1 else 0, 1]}}
    if len(parts) > 1:
        axes["yaxis2"] = {"domain": [0, 0.28], "showticklabels": False, "showgrid": False, "zeroline": False}
    frame = layout(_OVERVIEW_HEIGHT, view.theme, **axes)
    end = min(view.first + SECONDS, float(whole.edges[-1]))
    window = _band(view.first, end, PALE) | {"line": {"width": 1.5, "color": INK[view.theme]}, "layer": "above"}
    shapes = [window, *(_irregular_line(a, b, view.theme) for a, b in irregular_spans(read))]
    return {"data": parts, "layout": frame | {"shapes": shapes, "bargap": 0, "hovermode": "closest"}}


def _ends(whole: Whole) -> tuple[tuple[NDArray[np.float64], float, float], ...]:
    return (whole.low, 0.005, -1.0), (whole.high, 0.995, 1.0)


def _envelope(whole: Whole, low: float, high: float) -> dict[str, Any]:
    middles = (whole.edges[1:] + whole.edges[:-1]) / 2
    base = np.where(whole.out, low, whole.low)
    height = np.where(whole.out, high - low, whole.high - whole.low)
    words = [f"{clock(at)}{', left out' if out else ''}" for at, out in zip(middles, whole.out, strict=True)]
    same = {"marker": {"opacity": 1}}
    return {
        "type": "bar",
        "x": middles.round(2).tolist(),
        "width": np.diff(whole.edges).round(3).tolist(),
        "base": base.round(3).tolist(),
        "y": height.round(3).tolist(),
        "marker": {
            "color": [PALE if out else NEUTRAL for out in whole.out],
            "line": {"width": 0},
            "pattern": {"shape": [_HATCH if out else "" for out in whole.out], "fgcolor": NEUTRAL, "size": 6},
        },
        "customdata": middles.round(2).tolist(),
        "hovertext": words,
        "hoverinfo": "text",
        "selected": same,
        "unselected": same,
    }


def _called_bars(whole: Whole) -> dict[str, Any]:
    middles = (whole.edges[1:] + whole.edges[:-1]) / 2
    same = {"marker": {"opacity": 1}}
    return {
        "type": "bar",
        "x": middles.round(2).tolist(),
        "width": np.diff(whole.edges).round(3).tolist(),
        "y": whole.called.tolist(),
        "yaxis": "y2",
        "marker": {"color": RAISES, "line": {"width": 0}},
        "customdata": middles.round(2).tolist(),
        "hovertext": [f"{clock(at)}: {n} ventricular" for at, n in zip(middles, whole.called, strict=True)],
        "hoverinfo": "text",
        "selected": same,
        "unselected": same,
    }


def irregular_spans(read: RhythmRead) -> Sequence[tuple[float, float]]:
    """Start and end of every irregular window, those that touch as one."""
    spans: list[tuple[float, float]] = []
    for window in read.report.irregular.windows if read.report else ():
        if not window.irregular:
            continue
        if spans and window.start - spans[-1][1] < 2:
            spans[-1] = (spans[-1][0], window.end)
        else:
            spans.append((window.start, window.end))
    return spans


def _irregular_line(first: float, last: float, theme: str) -> dict[str, Any]:
    line = {"type": "line", "xref": "x", "yref": "paper", "x0": first, "x1": last, "y0": 1, "y1": 1}
    return line | {"line": {"color": INK[theme], "width": 5}}


def _time_axis(seconds: float) -> dict[str, Any]:
    steps = (5, 10, 20, 60, 120, 300, 600, 1200, 3600, 7200, 14400, 21600, 86400)
    step = next((step for step in steps if seconds / step <= 8), 86400)
    ticks = np.arange(0, seconds + 1e-6, step)
    axis = {"range": [0, seconds], "tickvals": ticks.tolist(), "ticktext": [clock(at) for at in ticks.tolist()]}
    return axis | {"showgrid": False, "zeroline": False}


def burden_figure(parts: Sequence[Part], theme: str) -> Figure:
    """Share of ventricular beats, part by part; a bar can be clicked.

    Args:
        parts: hours or minutes.
        theme: "light" or "dark".
    """
    hourly = parts[0].length >= HOUR
    shares = [100 * part.ventricular / part.beats if part.beats else 0.0 for part in parts]
    name = "hour" if hourly else "minute"
    same = {"marker": {"opacity": 1}}
    bars = {
        "type": "bar",
        "x": [(part.start + part.length / 2) for part in parts],
        "width": [0.85 * part.length for part in parts],
        "y": [round(share, 2) for share in shares],
        "marker": {"color": RAISES, "line": {"width": 0}},
        "customdata": [part.start for part in parts],
        "hovertext": [
            f"{name} from {clock(part.start)}: {part.ventricular} of {part.beats} beats ventricular, {share:.1f} %"
            for part, share in zip(parts, shares, strict=True)
        ],
        "hoverinfo": "text",
        "selected": same,
        "unselected": same,
    }
    end = parts[-1].start + parts[-1].length
    top = max(1.0, 1.1 * max(shares))
    up = {"range": [0, top], "ticksuffix": " %", "nticks": 4, "zeroline": True}
    return {"data": [bars], "layout": layout(_BURDEN_HEIGHT, theme, xaxis=_time_axis(end), yaxis=up)}
