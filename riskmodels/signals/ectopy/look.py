"""A look at each beat: windows of a lead in; rows for the trees out, and what leads and like beats say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.ectopy.features import (
    Likeness,
    Record,
    likeness,
    neighbour_features,
    of_alike,
    own_beat,
    rhythm_features,
    shape_features,
)
from riskmodels.signals.ectopy.frame import Floats, LeadFrame

Rows = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LeadBeats:
    """One lead with all that the trees see.

    Args:
        frame: its windows.
        record: its own beat.
        alike: which of its beats look alike.
        features: (m,) values by name.
    """

    frame: LeadFrame
    record: Record
    alike: Likeness
    features: dict[str, Floats]

    @property
    def rows(self) -> Rows:
        """(m, features) for the trees."""
        return stacked(self.features)


def look_at(frame: LeadFrame) -> LeadBeats:
    """Everything of one lead that needs no model.

    Args:
        frame: with at least a dozen good beats.
    """
    record = own_beat(frame)
    alike = likeness(frame.windows, frame.good, record)
    found = rhythm_features(frame.seconds, frame.stretch) | shape_features(frame.windows, record)
    found |= neighbour_features(frame.windows, found["r QRS"])
    found |= {"nearest": alike.distance[:, 0], "tenth nearest": alike.distance[:, -1]}
    for name in ("rr before", "rr after", "r QRS", "width", "r all"):
        found[f"{name}, of those alike"] = of_alike(found[name], alike)
    return LeadBeats(frame, record, alike, found)


def mean_over_leads(log_odds: Sequence[Floats], good: Sequence[NDArray[np.bool_]]) -> Floats:
    """Mean log-odds over the leads in which a beat can be seen.

    Args:
        log_odds: of each lead, (m,).
        good: whether the lead shows the beat, (m,) each.

    Returns:
        (m,), NaN where no lead shows it.
    """
    weight = np.stack(good).astype(np.float64)
    total = (np.stack(log_odds) * weight).sum(0)
    seen = weight.sum(0)
    return np.where(seen > 0, total / np.maximum(seen, 1), np.nan)


def leaning(log_odds: Floats, leads: Sequence[LeadBeats], share: float) -> Floats:
    """Each beat's log-odds moved towards those of the beats that look like it.

    Args:
        log_odds: (m,) mean over the leads.
        leads: that were looked at.
        share: 0–1, how far.
    """
    alike = mean_over_leads([of_alike(log_odds, lead.alike) for lead in leads], [lead.frame.good for lead in leads])
    return np.asarray((1 - share) * log_odds + share * alike)


def probability(log_odds: Floats) -> Floats:
    """Logistic function."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))


def stacked(features: dict[str, Floats]) -> Rows:
    """(m, features) in the order of their names' making."""
    return np.stack(list(features.values()), axis=1).astype(np.float32)
