"""A reading as it is kept in a record: numbers and words, no picture, no name of a file. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ui import text
from ui.record import image_text

if TYPE_CHECKING:  # the timeline words what was kept and needs nothing of the models
    from riskmodels.imaging.results import Finding, HeartSize, Reading


def study_of(reading: Reading, title: str) -> dict[str, Any]:
    """What is kept of a reading.

    Args:
        reading: with a result.
        title: of the model, for people.
    """
    kept: dict[str, Any] = {"title": title, "words": _words(reading), "caution": reading.caution}
    if reading.calibration:
        kept["calibration"] = reading.calibration
    if reading.findings:
        kept["findings"] = [_finding(finding) for finding in reading.findings]
    if reading.scale:
        kept["scale"] = [{"label": share.label, "probability": float(share.probability)} for share in reading.scale]
    if reading.heart_size is not None:
        kept["heart_size"] = _heart(reading.heart_size)
    return kept


def finding_words(result: Mapping[str, Any]) -> str:
    """A kept result in words, with what makes it doubtful."""
    parts = (result.get("words"), result.get("calibration"), result.get("caution"))
    return " ".join(str(part) for part in parts if part) or "no words were kept"


def model_words(result: Mapping[str, Any], model: str, version: str) -> str:
    """The model that read it: its title as kept, else its name, and its version."""
    return f"{result.get('title') or model}, {version}" if version else str(result.get("title") or model)


def _words(reading: Reading) -> str:
    parts = [_finding_words(finding) for finding in reading.findings]
    if reading.heart_size is not None:
        parts.append(_heart_words(reading.heart_size))
    if reading.scale:
        most = max(reading.scale, key=lambda share: share.probability)
        parts.append(f"most likely {text.inside(most.label)}, {image_text.percent(most.probability)}")
    worded = "; ".join(parts)
    return f"{worded[:1].upper()}{worded[1:]}." if worded else ""


def _finding_words(finding: Finding) -> str:
    if not finding.calibrated:
        return f"{finding.label}: {image_text.rank(finding.rank)}"
    spread, where = image_text.interval(finding.low, finding.high), image_text.verdict(finding)
    estimate = f"{image_text.percent(finding.probability)}{f' ({spread})' if spread else ''}"
    return f"{finding.label} {estimate}{f', {where}' if where else ''}"


def _heart_words(heart: HeartSize) -> str:
    where = "above" if heart.enlarged else "not above"
    spread = f"{heart.low:.2f}–{heart.high:.2f}"
    return f"Heart width by chest width {heart.ratio:.2f} ({spread}), {where} {heart.threshold:.2f}"


def _finding(finding: Finding) -> dict[str, Any]:
    names = ("probability", "low", "high", "threshold", "confirmation", "rank")
    numbers = {name: _number(getattr(finding, name)) for name in names}
    return {"name": finding.name, "label": finding.label, "present": finding.present, "band": finding.band} | numbers


def _heart(heart: HeartSize) -> dict[str, Any]:
    numbers = {name: _number(getattr(heart, name)) for name in ("ratio", "low", "high", "threshold")}
    return {"enlarged": heart.enlarged} | numbers


def _number(value: float | None) -> float | None:
    """A number that JSON can hold; None for one that is not known."""
    return None if value is None or value != value else float(value)
