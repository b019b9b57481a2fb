"""Fitting the trees: what was seen in leads, with labels, in; boosted trees out.

Needs LightGBM, which the app itself does not.

Beats that are normal are many and alike: every fourth stands for four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.ectopy.frame import Floats
from riskmodels.signals.ectopy.look import LeadBeats, Rows
from riskmodels.signals.ectopy.trees import Trees, trees_of_lightgbm


@dataclass(frozen=True)
class BoostingConfig:
    """How the trees are grown; names as LightGBM has them, but for ``thinning``.

    Args:
        thinning: of so many normal beats one is learnt from, with their weight.
    """

    n_estimators: int = 200
    learning_rate: float = 0.06
    num_leaves: int = 15
    max_depth: int = 6
    min_child_samples: int = 40
    reg_lambda: float = 5.0
    subsample: float = 0.6
    colsample_bytree: float = 0.25
    max_bin: int = 63
    seed: int = 0
    thinning: int = 4


@dataclass(frozen=True, eq=False)
class Labelled:
    """Rows of leads with what they are.

    Args:
        rows: (n, features).
        ventricular: (n,) 1 or 0.
        weight: (n,) beats that each stands for.
    """

    rows: Rows
    ventricular: Floats
    weight: Floats


def labelled(
    leads: Sequence[LeadBeats], ventricular: Floats, rare: NDArray[np.bool_], thinning: int = BoostingConfig.thinning
) -> Labelled:
    """What is learnt from one recording, each of its leads on its own.

    Args:
        leads: of the recording.
        ventricular: (m,) 1, 0 or NaN (not learnt from).
        rare: (m,) bool, beats that are never left out.
        thinning: of so many others one stays.
    """
    stays = np.isfinite(ventricular) & (rare | (np.arange(len(rare)) % thinning == 0))
    parts = [lead.frame.good & stays for lead in leads]
    return Labelled(
        np.concatenate([lead.rows[part] for lead, part in zip(leads, parts, strict=True)]),
        np.concatenate([ventricular[part] for part in parts]),
        np.concatenate([np.where(rare, 1.0, thinning)[part] for part in parts]),
    )


def fit_trees(parts: Sequence[Labelled], config: BoostingConfig) -> Trees:
    """Boosted trees; the same for the same data and seed."""
    import lightgbm

    settings = {name: value for name, value in vars(config).items() if name not in ("seed", "thinning")}
    model = lightgbm.LGBMClassifier(
        **settings, subsample_freq=1, random_state=config.seed, n_jobs=1, verbose=-1, deterministic=True,
        force_row_wise=True,
    )  # fmt: skip
    whole = [np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "ventricular", "weight")]
    model.fit(whole[0], whole[1] > 0.5, sample_weight=whole[2])
    return trees_of_lightgbm(model.booster_)
