"""The reading in words and on scales: findings or the heart's size, the grades, the limits, the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Finding, HeartSize, Reading, Share
from ui import text
from ui.image.gauge import PROBABILITY, RATIO, draw_gauge
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
    if reading.caution:
        st.markdown(f":material/info: {reading.caution}")
    st.html(f'<section class="cr-reading" aria-label="Reading">{"".join(parts)}{_legend(reading)}</section>')
    if reading.scale:
        st.html(scale_html(reading.scale))
    st.html(limits_html(found.card))


def finding_html(finding: Finding) -> str:
    """One finding: number, interval, scale, what it means."""
    estimate, spread = image_text.percent(finding.probability), image_text.interval(finding.low, finding.high)
    threshold = image_text.percent(finding.threshold)
    gauge = draw_gauge(
        PROBABILITY,
        finding.probability,
        finding.low,
        finding.high,
        finding.threshold,
        f"threshold {threshold}",
        f"{estimate}, interval {spread}, threshold {threshold}",
    )
    verdict = f"{'At or above' if finding.present else 'Below'} the threshold of {threshold.replace(' ', _HARD)}."
    return _row(finding.label, estimate, spread, gauge, f"{finding.sentence} {verdict}")


def heart_html(heart: HeartSize) -> str:
    """The cardiothoracic ratio: number, interval, scale, what it means."""
    estimate, spread = f"{heart.ratio:.2f}", f"{heart.low:.2f}–{heart.high:.2f}"
    threshold = f"{heart.threshold:.2f}"
    gauge = draw_gauge(
        RATIO,
        heart.ratio,
        heart.low,
        heart.high,
        heart.threshold,
        f"threshold {threshold}",
        f"{estimate}, interval {spread}, threshold {threshold}",
    )
    verdict = f"{'Above' if heart.enlarged else 'Not above'} the threshold of {threshold}."
    return _row("Heart width by chest width", estimate, spread, gauge, f"{heart.sentence} {verdict}")


def _row(title: str, estimate: str, spread: str, gauge: str, words: str) -> str:
    return (
        f'<div class="cr-finding"><h3>{escape(title)}</h3>'
        f'<span class="cr-numbers"><b>{estimate}</b> {spread}</span>{gauge}<p>{escape(words)}</p></div>'
    )


def _legend(reading: Reading) -> str:
    if reading.heart_size is not None:
        words = (
            "Dot: the ratio measured. Bar: 90 % interval, from the errors on films kept apart. "
            "The threshold is the usual one for PA films of adults."
        )
    else:
        words = (
            "Dot: the probability that the people who labelled the training pictures would call it so. "
            "Bar: 90 % of the ensemble's members. The threshold was chosen on pictures kept apart."
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
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in texts)
    model = f"{card.get('title', card.get('name', ''))}, {version_text(card)}"
    return (
        f'<section class="cr-limits" aria-label="Limits"><h3>Limits</h3><ul>{limits}</ul>'
        f"<p>Model: {escape(model)}</p></section>"
    )
