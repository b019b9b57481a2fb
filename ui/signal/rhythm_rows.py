"""A recording of a rhythm → the numbers beside it, with units, intervals and reasons; episodes as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from riskmodels.signals.ectopy.calls import couplets, runs
from riskmodels.signals.ectopy.model import Saliency
from riskmodels.signals.rhythm.figures import Figure
from riskmodels.signals.rhythm.heart_rate import LONG_PAUSE, PAUSE
from riskmodels.signals.rhythm_read import COUPLET, HOUR, RUN_OF, Episode, RhythmRead
from ui.signal.rhythm_figure import SECONDS, clock, irregular_spans
from ui.text import count

HEAD = ("What", "Value", "What it says")
#: rows of the table of episodes
MOST_EPISODES = 500
Row = tuple[str, str, str]


def number_rows(read: RhythmRead) -> list[Row]:
    """Rate, ventricular beats, pauses, regularity and variability of a recording that is not refused."""
    report = read.report
    if report is None:
        return []
    return [_rate_row(read), *_ventricular_rows(read), _pause_row(read), _irregular_row(read), *_variability_rows(read)]


def headline(read: RhythmRead) -> str:
    """The answer in a line: rate, ventricular beats, regularity."""
    if read.report is None:
        return ""
    rate, found = read.report.rate.mean, count(read.report.beats, "beat")
    usable = f"{found} in {read.checked.usable_seconds:.1f} s that can be used"
    parts = [usable if rate.value is None else f"{_value(rate, '1/min')} on average"]
    if not read.calls.refused:
        called = int(read.calls.ventricular.sum())
        parts.append(f"{called:,} ventricular of {read.calls.seen:,} beats ({_value(read.share(), '%')})")
    if read.report.irregular.windows:
        share = read.report.irregular.share
        parts.append("irregular intervals" if read.report.irregular.much else f"{share:.0%} of it irregular")
    return "; ".join(parts).replace("%", " %").replace("  %", " %") + "."


def _rate_row(read: RhythmRead) -> Row:
    assert read.report is not None
    rate = read.report.rate
    ends = ""
    if rate.lowest.value is not None and rate.highest.value is not None:
        ends = f"Lowest {rate.lowest.value:.0f}, highest {rate.highest.value:.0f} 1/min in ten seconds."
    told = [ends or rate.lowest.reason, "" if rate.mean.low is not None else rate.mean.reason]
    return ("Heart rate", _value(rate.mean, "1/min"), " ".join(dict.fromkeys(word for word in told if word)))


def _ventricular_rows(read: RhythmRead) -> list[Row]:
    calls = read.calls
    if calls.refused:
        return [("Ventricular beats", "not called", calls.refused)]
    called, unseen = int(calls.ventricular.sum()), len(calls.probability) - calls.seen
    share = read.share()
    words = [f"{called:,} of {count(calls.seen, 'beat')}.", share.reason if share.low is None else "", _from(read)]
    an_hour = f"{read.per_hour():,.0f} an hour"
    words.append(f"{an_hour}." if read.checked.usable_seconds >= HOUR else f"At this pace {an_hour}.")
    if unseen:
        words.append(f"{count(unseen, 'beat')} not called: no lead shows it whole and clean (hollow marks).")
    rows = runs(calls)
    longest = max((row.beats for row in rows), default=0)
    in_a_row = f"; the longest run has {longest} beats" if rows else ""
    return [
        ("Ventricular beats", _value(share, "%"), " ".join(word for word in words if word)),
        (
            "Couplets and runs",
            f"{len(couplets(calls)):,} and {len(rows):,}",
            f"Two in a row, and three or more{in_a_row}.",
        ),
    ]


def _from(read: RhythmRead) -> str:
    """From which probability on a beat is called, by the model's card."""
    log_odds = read.model.card.get("config", {}).get("threshold") if read.model else None
    return "" if log_odds is None else f"Called above a probability of {100 / (1 + np.exp(-log_odds)):.0f} %."


def _pause_row(read: RhythmRead) -> Row:
    assert read.report is not None
    pauses = read.report.pauses
    if not pauses:
        return ("Pauses", "none", f"No interval over {PAUSE:g} s in what can be used.")
    long = sum(pause.flagged for pause in pauses)
    longest = max(pause.seconds for pause in pauses)
    words = f"Intervals over {PAUSE:g} s; longest {longest:.1f} s."
    flagged = f" {long} of {LONG_PAUSE:g} s or more: a physician should see {'it' if long == 1 else 'them'}."
    return ("Pauses", f"{len(pauses):,}", words + (flagged if long else ""))


def _irregular_row(read: RhythmRead) -> Row:
    assert read.report is not None
    found = read.report.irregular
    if not found.windows:
        return ("Irregular", "not told", found.reason)
    spans = irregular_spans(read)
    where = f", from {clock(spans[0][0])}" if spans else ""
    words = f"Of {count(len(found.windows), 'window')} of 30 intervals{where}. It does not claim atrial fibrillation."
    return ("Irregular", f"{100 * found.share:.0f} %", words)


def _variability_rows(read: RhythmRead) -> list[Row]:
    assert read.report is not None
    found = read.report.variability
    if all(figure.value is None for figure in found.figures.values()):
        return [("Variability", "not stated", next(iter(found.figures.values())).reason)]
    rows = [
        (name, _value(figure, figure.unit), figure.reason if figure.low is None else "")
        for name, figure in found.figures.items()
    ]
    first = f"Mean over {count(found.segments, 'segment')} of 5 min; not to be compared with values of 24 hours."
    rows[0] = (*rows[0][:2], f"{first} {rows[0][2]}".strip())
    day = found.day
    return [*rows, ("SDNN of 24 hours", _value(day, "ms"), day.reason)]


def _value(figure: Figure, unit: str) -> str:
    """``72 (70–74) 1/min``; ``not stated`` where there is none."""
    if figure.value is None:
        return "not stated"
    decimals = 1 if unit == "%" and figure.value < 10 else 0
    around = ""
    if figure.low is not None and figure.high is not None:
        around = f" ({figure.low:.{decimals}f}–{figure.high:.{decimals}f})"
    return f"{figure.value:.{decimals}f}{around} {unit}"


def episode_words(episode: Episode) -> str:
    """``Run of 5 beats at 0:12.4, 142/min``, ``Pause of 2.4 s at 3:04.0``."""
    at = clock(episode.start, tenths=True)
    if episode.kind == RUN_OF:
        return f"Run of {episode.beats} beats at {at}, {episode.rate:.0f}/min"
    if episode.kind == COUPLET:
        return f"Couplet at {at}"
    return f"Pause of {episode.seconds:.1f} s at {at}"


def episode_table(episodes: Sequence[Episode]) -> pd.DataFrame:
    """Episodes as a table, in their order."""
    return pd.DataFrame(
        {
            "At": [clock(e.start, tenths=True) for e in episodes],
            "What": [e.kind for e in episodes],
            "Beats": [str(e.beats) if e.beats else "" for e in episodes],
            "Rate, 1/min": [f"{e.rate:.0f}" if e.rate == e.rate else "" for e in episodes],
            "Length, s": [f"{e.seconds:.1f}" if e.seconds == e.seconds else "" for e in episodes],
        }
    )


def strip_words(read: RhythmRead, first: float, lead: int) -> str:
    """What the strip shows, in a sentence."""
    seconds = read.seconds
    shown = (seconds >= first) & (seconds < first + SECONDS)
    called = int(read.calls.ventricular[shown].sum())
    told = "" if read.calls.refused else f", {called} of them ventricular (V)"
    end = min(first + SECONDS, read.ecg.seconds)
    name, own = read.ecg.leads[lead], read.ecg.leads[read.checked.lead]
    which = name if name.lower().startswith("lead") else f"Lead {name}"
    which = which[0].upper() + which[1:] + ("" if lead == read.checked.lead else f" (beats are found in {own})")
    spoken = f"{which}, {clock(first)} to {clock(end)}: {count(int(shown.sum()), 'beat')}{told}."
    return f"{spoken} 25 mm/s, 10 mm/mV; a large square is 0.2 s and 0.5 mV. Grey: left out."


def beat_table(read: RhythmRead, first: float) -> list[tuple[str, str, str]]:
    """The beats of the strip for screen readers: number, time, what it was called."""
    shown = np.flatnonzero((read.seconds >= first) & (read.seconds < first + SECONDS))
    named = {True: "ventricular", False: "not ventricular"}
    probability, ventricular = read.calls.probability, read.calls.ventricular
    return [
        (
            str(i + 1),
            clock(read.seconds[i], tenths=True),
            named[bool(ventricular[i])] if probability[i] == probability[i] else "not called",
        )
        for i in shown
    ]


def saliency_words(read: RhythmRead, beat: int, saliency: Saliency) -> str:
    """Where most of what spoke lies, and how it was found."""
    most = saliency.effect >= 0.5 * max(float(saliency.effect.max()), 1e-9)
    from_middle = 1000 * (saliency.seconds - saliency.seconds[len(saliency.seconds) // 2])
    where = f"{from_middle[most].min():.0f} to {from_middle[most].max():.0f} ms".replace("-", "−")
    spoke = f"Most speaks for it at {where}." if saliency.effect.max() > 0 else "No part by itself speaks for it."
    return (
        f"{spoke} Orange speaks for a ventricular beat, blue against: stretches of 48 ms were hidden one after another "
        "under the recording's own usual beat. Timing and neighbours count as well and are not shown here."
    )
