"""A positive control: a file that must be refused, made and measured by the same command as the file itself.

A privacy measure that calls everything harmless looks like a private generator. So the trial's table holds members with
a little noise, beside a generator that learnt 500 people by heart (:mod:`riskmodels.shipping.generated_trial`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.generated.privacy.space import Numbers, Space, floats

#: standard deviation of the jitter, in normal scores
JITTER = 0.05


def jittered(members: pd.DataFrame, jitter: float = JITTER, seed: int = 0) -> pd.DataFrame:
    """Members whose numbers are moved a little; what is not measured, yes/no and text stay.

    Args:
        members: real people.
        jitter: standard deviation in normal scores of the column's ranks.
        seed: of the noise.
    """
    rng, moved = np.random.default_rng(seed), members.copy()
    for column in Space.of(members).columns:
        if isinstance(column, Numbers) and len(column.known):
            values = floats(members[column.name])
            known = ~np.isnan(values)
            scores = column.score(values[known]) + rng.normal(0, jitter, known.sum())
            values[known] = column.value(scores)
            moved[column.name] = values
    return moved
