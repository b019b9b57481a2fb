"""What was read of a signal in one sentence: a summary, as the readers make it, in; its main figures in words out.

A summary that was kept by a former version may lack a figure: then the sentence does too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodels.signals.glucose.gmi import in_both
from riskmodels.signals.glucose.series import counted


def tell(kind: str, summary: Mapping[str, Any]) -> str:
    """The main figures of a summary.

    Args:
        kind: ``glucose``, ``rhythm`` or ``pressure``.
        summary: as ``.summary()`` of that kind's reader gives it.

    Returns:
        A sentence; empty where there is no figure.
    """
    return {"glucose": _glucose, "rhythm": _rhythm, "pressure": _pressure}[kind](summary)


def _glucose(summary: Mapping[str, Any]) -> str:
    figures = summary.get("figures") or {}
    parts = []
    if "in_range" in figures:
        parts.append(f"{_figure(figures['in_range'])} % in range")
    if "below" in figures:
        parts.append(f"{_figure(figures['below'], 1)} % below")
    if "gmi" in figures:
        parts.append(f"GMI {in_both(float(figures['gmi']['value']))}")
    days = f", {summary['days']:.0f} days" if parts and summary.get("days") else ""
    return f"{', '.join(parts)}{days}." if parts else ""


def _rhythm(summary: Mapping[str, Any]) -> str:
    told = summary.get("ventricular") or {}
    if told.get("called") is None:
        return f"{summary.get('beats', 0):,} beats; ventricular beats not called."
    rows = f", {counted(told.get('couplets', 0), 'couplet')}, {counted(len(told.get('runs') or ()), 'run')}"
    share = f" ({told['percent']:.1f} %)" if told.get("percent") is not None else ""
    minutes = f" in {summary['usable_seconds'] / 60:.0f} minutes" if summary.get("usable_seconds") else ""
    return f"{told['called']:,} of {told['beats_seen']:,} beats ventricular{share}{rows}{minutes}."


def _pressure(summary: Mapping[str, Any]) -> str:
    means = summary.get("means") or {}
    parts = [
        f"{name} {mean['systolic']['value']:.0f}/{mean['diastolic']['value']:.0f} mmHg"
        for name, mean in means.items()
        if mean["systolic"]["value"] is not None and mean["diastolic"]["value"] is not None
    ]
    dipping = (summary.get("dipping") or {}).get("class")
    parts += [f"{dipping} fall at night"] if dipping else []
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _figure(figure: Mapping[str, Any], decimals: int = 0) -> str:
    """``72 (66–78)``; the value alone where there is no interval."""
    ends = (figure.get("low"), figure.get("high"))
    spread = f" ({ends[0]:.{decimals}f}–{ends[1]:.{decimals}f})" if None not in ends else ""
    return f"{figure['value']:.{decimals}f}{spread}"
