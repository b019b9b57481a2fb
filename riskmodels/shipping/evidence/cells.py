"""Clinical cells: is the frequency observed in each within the interval of calibration, after binomial noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from riskmodels.columns import Floats
from riskmodels.evaluation import age_bands
from riskmodels.evaluation.evidence import Cell, Cells
from riskmodels.shipping.evidence.judged import Judged
from riskmodels.vocabulary import VOCABULARY

CELLS = 40
#: fewest people in a cell; of a small cohort
LEAST, LEAST_SMALL = 200, 50
#: of the noise, on each side
_TAIL = 0.05
#: models that could as well have come out
_REFITS = 100

#: people → low and high of each, and what they are in words
IntervalOf = Callable[[Judged], tuple[Floats, Floats, str]]


def calibration_interval(judged: Judged) -> tuple[Floats, Floats, str]:
    """Of each person the 5th and 95th percentile of what the model could as well have come out to say."""
    refits = judged.refits(_REFITS)
    low, high = np.quantile(refits, [_TAIL, 1 - _TAIL], axis=1)
    given = ~np.isnan(judged.answers(judged.people).low)
    words = "mean of the people's 90 % intervals of the model and its calibration, all they have known"
    return np.where(given, low, np.nan), np.where(given, high, np.nan), words


def clinical_cells(judged: Judged, least: int = LEAST, interval_of: IntervalOf = calibration_interval) -> Cells | None:
    """At most :data:`CELLS` cells of enough people; None where labels are probabilities or no cell has enough.

    Args:
        judged: held-out people; who is refused is in no cell.
        least: fewest people of a cell.
        interval_of: the interval of calibration.
    """
    if judged.soft:
        return None
    low, high, words = interval_of(judged)
    risk, given = judged.risk(judged.people), ~np.isnan(low)
    cells: list[Cell] = []
    for name, rows in _divided(judged.people):
        kept = rows & given
        if kept.sum() >= least and len(cells) < CELLS:
            cells.append(_cell(name, judged, kept, risk, low, high))
    share = float(np.mean([cell["within"] for cell in cells])) if cells else None
    return {"interval": words, "within": share, "cells": cells} if cells else None


def _cell(name: str, judged: Judged, rows: npt.NDArray[np.bool_], risk: Floats, low: Floats, high: Floats) -> Cell:
    y, w = judged.label[rows], judged.weight[rows]
    observed, expected, lowest, highest = (
        float(np.average(values, weights=w)) for values in (y, risk[rows], low[rows], high[rows])
    )
    n = max(1, round(float(w.sum() ** 2 / (w**2).sum())))  # weights make fewer of them
    noise_low, noise_high = binom.ppf(_TAIL, n, lowest) / n, binom.ppf(1 - _TAIL, n, highest) / n
    return {
        "name": name,
        "n": int(rows.sum()),
        "events": int(y.sum()),
        "observed": observed,
        "expected": expected,
        "low": lowest,
        "high": highest,
        "noise_low": float(noise_low),
        "noise_high": float(noise_high),
        "within": bool(noise_low <= observed <= noise_high),
    }


def _divided(people: pd.DataFrame) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Sex and age, then each with one fact more: the cells in their order."""
    sex = people["sex"].map({c.code: c.label for c in VOCABULARY["sex"].choices}).astype("string")
    first = sex + ", " + age_bands(people["age"]).astype("string")
    facts = [text for text in _facts(people) if text.notna().any()]
    for texts in (first, *(first + ", " + fact for fact in facts), *(sex + ", " + fact for fact in facts)):
        for level in sorted(texts.dropna().unique()):
            yield str(level), (texts == level).fillna(False).to_numpy(bool)


def _facts(people: pd.DataFrame) -> list[pd.Series]:
    def cut(name: str, edges: list[float], names: list[str]) -> pd.Series:
        values = people[name] if name in people else pd.Series(np.nan, index=people.index)
        return pd.cut(values, edges, right=False, labels=names).astype("string")

    far = np.inf
    return [
        cut("bmi", [0, 25, 30, far], ["BMI under 25", "BMI 25–29", "BMI 30 and over"]),
        cut("hypertension", [0, 1, 2], ["no hypertension told", "hypertension told"]),
        cut("family_history_diabetes", [0, 1, 2], ["no diabetes in the family", "diabetes in the family"]),
        cut("systolic_bp", [0, 130, far], ["systolic under 130", "systolic 130 and over"]),
        cut("egfr", [0, 60, far], ["eGFR under 60", "eGFR 60 and over"]),
    ]
