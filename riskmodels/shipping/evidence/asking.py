"""Whether the input named as the most telling is: its true value told, against that of one drawn by chance."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.evaluation.evidence import Narrowing
from riskmodels.evaluation.subsets import draw_hidden
from riskmodels.shipping.evidence.judged import Judged
from riskmodels.shipping.evidence.missing import conceal, drawn, mean, tell
from riskmodels.shipping.evidence.scale import SEED, Scale


def ask(judged: Judged, scale: Scale) -> Narrowing | None:
    """The comparison; None where nobody could be asked.

    Args:
        judged: held-out people.
        scale: how many of them are asked.
    """
    rng = np.random.default_rng(SEED)
    some = drawn(judged, scale.asked)
    frame = conceal(some, draw_hidden(some.inputs, len(some.people), SEED + 1))
    named: dict[int, str] = {}
    random: dict[int, str] = {}
    for i in range(len(frame)):
        ranked = some.ranked(i, frame)
        could = [name for name in ranked if pd.notna(some.people[name].iloc[i])]
        if len(could) > 1:  # a choice
            named[i], random[i] = could[0], str(rng.choice(could))
    if not named:
        return None
    return _compare(some, frame, named, random, scale)


def _compare(
    judged: Judged, frame: pd.DataFrame, named: dict[int, str], random: dict[int, str], scale: Scale
) -> Narrowing:
    rows = np.array(sorted(named))
    full, before = judged.risk(judged.people)[rows], judged.risk(frame)[rows]

    def after(chosen: dict[int, str]) -> Floats:
        told = frame.copy()
        tell(told, judged.people, chosen)
        return np.asarray(judged.risk(told)[rows])

    by_name, by_chance = after(named), after(random)
    nearer = {k: np.abs(before - full) - np.abs(r - full) for k, r in (("named", by_name), ("random", by_chance))}
    plan = scale.plan(judged.cluster[rows])
    counts = Counter(named.values()).most_common(5)
    return {
        "n": len(rows),
        "named": mean(nearer["named"], plan),
        "random": mean(nearer["random"], plan),
        "difference": mean(nearer["named"] - nearer["random"], plan),
        "named_moves": mean(np.abs(by_name - before), plan),
        "random_moves": mean(np.abs(by_chance - before), plan),
        "most_named": {name: count / len(rows) for name, count in counts},
    }
