"""A site's calibration in words: what was done, and each figure before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodels.evaluation.report import NOT_ESTIMABLE, words

_FIGURES = (
    ("brier", "Brier score (0 is perfect)"),
    ("auroc", "AUROC"),
    ("sensitivity", "Sensitivity at the screening threshold"),
    ("specificity", "Specificity at the screening threshold"),
)


def figure_rows(told: Mapping[str, Any]) -> list[list[str]]:
    """One question's figures.

    Args:
        told: its entry of ``report``.

    Returns:
        Rows of label, before, after; with 95 % intervals.
    """
    parts = [(label, *(told[part][name] for part in ("before", "after"))) for name, label in _FIGURES]
    for rate in ("sensitivity", "specificity"):
        label = f"{rate.capitalize()} at the confirmation threshold"
        parts.append((label, *(told[part]["confirmed"][rate] for part in ("before", "after"))))
    return [[label, _words(before), _words(after)] for label, before, after in parts]


def _words(value: Any) -> str:
    return NOT_ESTIMABLE if value is None else words(value)


def better(told: Mapping[str, Any]) -> bool:
    """Whether one question's probabilities fit this camera better than as shipped, by the Brier score.

    Args:
        told: its entry of ``report``.
    """
    return bool(told["after"]["brier"][0] < told["before"]["brier"][0])


def verdict(told: Mapping[str, Any]) -> str:
    """``Brier score 0.253 before, 0.135 after: the probabilities fit this camera better.``"""
    before, after = told["before"]["brier"][0], told["after"]["brier"][0]
    if after == before:
        return f"{told['label']}: Brier score {before:.3f}, as shipped."
    said = "the probabilities fit this camera better" if better(told) else "not better than as shipped"
    return f"{told['label']}: Brier score {before:.3f} before, {after:.3f} after: {said}."


def report_lines(card: Mapping[str, Any]) -> list[str]:
    """All of it, a line each, for a terminal."""
    lines = [f"{card['method'].capitalize()} for {card['site']}, cross-validated on {card['photos']} photos."]
    lines += [f"  {name}: log loss {loss:.3f}" for name, loss in card["tried"].items()]
    lines.append(card["why"])
    for told in card["report"].values():
        lines.append(f"{verdict(told)} {told['events']} of {told['n']} photos show it.")
        lines += [f"  {label}: {before} before, {after} after" for label, before, after in figure_rows(told)]
    return lines + [question["missing"] for question in card["questions"] if question["missing"]]
