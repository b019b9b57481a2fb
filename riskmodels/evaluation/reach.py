"""Whom a model answers: refused with reasons, held at the edge of the training data, and how right it is with these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.calibration import wilson

#: people by what is said of their estimate: inside the data, and by the bound of those held
INSIDE, HELD, EITHER = "inside the data", "held", "held, higher or lower"
Texts = npt.NDArray[np.object_]


def reach(
    said: Mapping[str, Texts], risk: FloatArray, low: FloatArray, high: FloatArray, label: FloatArray | None = None
) -> dict[str, Any]:
    """Shares refused and held, and observed beside predicted among those inside the data and those held.

    Args:
        said: ``refused``, ``held`` and ``bound``, each (n,), as a model's estimates have them.
        risk, low, high: (n,) probability and 90 % interval, NaN where refused.
        label: (n,) 0, 1, or NaN where not known; None where there are no events to observe.

    Returns:
        ``n``; ``refused`` and ``held``, each with n, share and its 95 % interval (Wilson), ``refused`` with n by
        reason; with a label ``groups``: n, events, observed share with its interval, mean of the predictions and of
        the ends of their intervals, of those inside the data, those held, and the held ones by bound.
    """
    refused, held = said["refused"] != "", said["held"] != ""
    reasons, counts = np.unique(said["refused"][refused].astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    by_reason = {str(reasons[i]): int(counts[i]) for i in order}
    found = {"n": len(risk), "refused": _share(refused) | {"reasons": by_reason}, "held": _share(held)}
    if label is None:
        return found
    groups = {INSIDE: ~refused & ~held, HELD: held}
    groups |= {bound or EITHER: held & (said["bound"] == bound) for bound in ("at least", "at most", "")}
    return found | {"groups": [_group(name, rows, risk, low, high, label) for name, rows in groups.items()]}


def _share(rows: npt.NDArray[np.bool_]) -> dict[str, Any]:
    n, share = int(rows.sum()), float(rows.mean()) if len(rows) else float("nan")
    low, high = wilson(share, len(rows)) if len(rows) else (float("nan"), float("nan"))
    return {"n": n, "share": share, "low": low, "high": high}


def _group(
    name: str,
    rows: npt.NDArray[np.bool_],
    risk: FloatArray,
    low: FloatArray,
    high: FloatArray,
    label: FloatArray,
) -> dict[str, Any]:
    kept = rows & ~np.isnan(label)
    events = float(label[kept].sum())
    facts: dict[str, Any] = {"group": name, "n": int(kept.sum()), "events": int(events)}
    if not kept.any():
        return facts
    observed = events / kept.sum()
    first, last = wilson(observed, int(kept.sum()))
    means = {f"mean_{part}": float(values[kept].mean()) for part, values in (("low", low), ("high", high))}
    return facts | {
        "observed": observed, "low": first, "high": last, "predicted": float(risk[kept].mean()), **means,
    }  # fmt: skip
