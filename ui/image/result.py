"""The reading in words and on scales: findings or the heart's size, the grades, the limits, the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import nan
from typing import Any

import streamlit as st

from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import ABOVE, BELOW, NEAR, Finding, HeartSize, Rates, Reading, Share
from ui import checks, text
from ui.image.gauge import PROBABILITY, RANK, RATIO, draw_gauge
from ui.image.models import version_text
from ui.record import image_text

#: a space at which no line breaks
_HARD = "\u00a0"
_NO_DIAGNOSIS = "It informs a clinician and makes no diagnosis."


def draw_reading(reading: Reading, found: Found) -> None:
    """All that was read, from the main finding to the limits."""
    parts = [finding_html(finding) for finding in reading.findings]
    if reading.heart_size is not None:
        parts.append(heart_html(reading.heart_size))
    for said in (reading.caution, text.plain(reading.calibration)):
        if said:
            st.markdown(f":material/info: {said}")
    st.html(f'<section class="cr-reading" aria-label="Reading">{"".join(parts)}{_legend(reading)}</section>')
    if reading.scale:
        st.html(scale_html(reading.scale))
    st.html(limits_html(found.card))


def finding_html(finding: Finding) -> str:
    """One finding: number, interval, scale, what it means; the rank alone where the camera is not calibrated."""
    if not finding.calibrated:
        return _rank_html(finding)
    estimate, spread = image_text.percent(finding.probability), image_text.interval(finding.low, finding.high)
    named = (("screening", finding.threshold), ("confirmation", finding.confirmation))
    marks = [(at, f"{name} {image_text.percent(at)}") for name, at in named if at is not None]
    told = "".join(f", threshold for {label}" for _, label in marks)
    words = f"{estimate}, interval {spread}{told}"
    gauge = draw_gauge(PROBABILITY, finding.probability, finding.low, finding.high, marks, words)
    verdict = image_text.verdict(finding)
    said = f"{verdict[:1].upper()}{verdict[1:]}." if verdict else ""
    sentence = " ".join(part for part in (finding.sentence, _unbroken(said)) if part)
    return _row(finding.label, estimate, spread, gauge, sentence, rates_text(finding))


def _rank_html(finding: Finding) -> str:
    """The rank among test photos, on a scale from the lowest to the highest."""
    if finding.rank is None:
        return _row(finding.label, "No number", "", "", finding.sentence)
    words, place = image_text.rank(finding.rank), image_text.rank_place(finding.rank)
    gauge = draw_gauge(RANK, finding.rank, nan, nan, (), words)
    return _row(finding.label, f"{place[:1].upper()}{place[1:]}", "of test photos", gauge, finding.sentence)


def rates_text(finding: Finding) -> str:
    """What the thresholds near the probability do, as frequencies: ``of 100 test photos with it, 95 reach it …``."""
    screening, confirmation = ("screening", finding.screened), ("confirmation", finding.confirmed)
    near = {ABOVE: (confirmation,), BELOW: (screening,), NEAR: (screening, confirmation)}.get(finding.band, ())
    parts = [_rates_words(name, rates) for name, rates in near if rates is not None]
    return " ".join([*parts, finding.missing]).strip()


def _rates_words(name: str, rates: Rates) -> str:
    reach, stay = (
        f"{100 * v:.0f} ({100 * low:.0f}–{100 * high:.0f})" for v, low, high in (rates.sensitivity, rates.specificity)
    )
    photos = "test photos" if rates.on == "test" else f"photos of {rates.on}"
    return (
        f"Threshold for {name}: of 100 {photos} with it, {reach} reach this threshold; "
        f"of 100 without it, {stay} stay below."
    )


def _unbroken(words: str) -> str:
    return words.replace(" %", f"{_HARD}%")


def heart_html(heart: HeartSize) -> str:
    """The cardiothoracic ratio: number, interval, scale, what it means."""
    estimate, spread = f"{heart.ratio:.2f}", f"{heart.low:.2f}–{heart.high:.2f}"
    threshold = f"{heart.threshold:.2f}"
    gauge = draw_gauge(
        RATIO,
        heart.ratio,
        heart.low,
        heart.high,
        ((heart.threshold, f"threshold {threshold}"),),
        f"{estimate}, interval {spread}, threshold {threshold}",
    )
    verdict = f"{'Above' if heart.enlarged else 'Not above'} the threshold of {threshold}."
    return _row("Heart width by chest width", estimate, spread, gauge, f"{heart.sentence} {verdict}")


def _row(title: str, estimate: str, spread: str, gauge: str, words: str, small: str = "") -> str:
    beside = f'<p class="cr-rates">{escape(small)}</p>' if small else ""
    return (
        f'<div class="cr-finding"><h3>{escape(title)}</h3>'
        f'<span class="cr-numbers"><b>{estimate}</b> {spread}</span>{gauge}<p>{escape(words)}</p>{beside}</div>'
    )


def _legend(reading: Reading) -> str:
    if reading.heart_size is not None:
        words = (
            "Dot: the ratio measured. Bar: 90 % interval, from the errors on films kept apart. "
            "The threshold is the usual one for PA films of adults."
        )
    elif not reading.findings[0].calibrated:
        words = "Dot: the share of the test photos that the network finds less suspicious than this one."
    else:
        words = (
            "Dot: the probability that the people who labelled the training pictures would call it so. "
            "Bar: 90 % of the ensemble's members. The thresholds were chosen on pictures kept apart; in brackets 95 % "
            "intervals. A positive result's worth depends on how many of your patients have it."
        )
    return f"<small>{words}</small>"


def scale_html(shares: Sequence[Share]) -> str:
    """The probabilities of a scale's classes as bars; together they are 100 %."""
    most = max(shares, key=lambda share: share.probability)
    rows = "".join(
        f'<tr{" class=cr-most" if share is most else ""}><th scope="row">{escape(share.label)}</th>'
        f'<td><i style="width:{100 * share.probability:.1f}%"></i></td>'
        f"<td>{image_text.percent(share.probability)}</td></tr>"
        for share in shares
    )
    caption = f"How the probability spreads; most likely: {escape(text.inside(most.label))}"
    return f'<table class="cr-grades"><caption>{caption}</caption><tbody>{rows}</tbody></table>'


def limits_html(card: Mapping[str, Any]) -> str:
    """What the model holds for, and which model it was."""
    texts = [str(limit) for limit in card.get("limits", ())]
    if not any("diagnos" in limit for limit in texts):
        texts.append(_NO_DIAGNOSIS)
    model = f"{card.get('title', card.get('name', ''))}, {version_text(card)}"
    return checks.limits_html(texts, "Limits", f"Model: {model}")
