"""Labels at a fixed horizon from follow-up that ended early: inverse probability of censoring weights.

Who was lost before the horizon has no label. Those who stayed in sight stand for them, with weight
1 / P(still in sight): the Kaplan–Meier curve of censoring, with other deaths observed, not censored. Someone who
died of something else had no event by the horizon: label 0. The weighted share of events is then the Aalen–Johansen
cumulative incidence, and the weights add up to the number of people.

Source: Graf 1999, doi 10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5; for competing events
Schoop 2011, doi 10.1002/bimj.201000073.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray, as_floats

CENSORED, EVENT, OTHER_DEATH = 0, 1, 2


class AtHorizon(NamedTuple):
    """Outcome at the horizon.

    Args:
        label: 1 event by the horizon, 0 none (alive, or died of something else), NaN not known.
        weight: inverse probability of being in sight; 0 where the label is not known.
    """

    label: FloatArray
    weight: FloatArray


def ipcw(event: Any, months: Any, horizon: float = 120.0, weight: Any = None) -> AtHorizon:
    """Labels and weights at a horizon.

    Args:
        event: 0 censored, 1 event, 2 other death; NaN for people without follow-up.
        months: time to it, in months (any unit, the one of ``horizon``); NaN for people without follow-up.
        horizon: an event at the horizon counts; someone censored there is known to have had none.
        weight: sampling weight of each person, for the censoring curve; all 1 when absent. The weights
            returned do not contain it: multiply them by it.

    Returns:
        :class:`AtHorizon`, as long as the input.

    Raises:
        InputError: for another code, a negative time, a negative sampling weight, or lengths that differ.
    """
    code, time = as_floats(event), as_floats(months)
    sampling = np.ones(len(code)) if weight is None else np.nan_to_num(as_floats(weight))
    _check(code, time, sampling)
    known = ~np.isnan(code) & ~np.isnan(time)
    label, found = np.full(len(code), np.nan), np.zeros(len(code))
    lost = known & (code == CENSORED) & (time < horizon)
    seen = known & ~lost
    label[seen] = (code[seen] == EVENT) & (time[seen] <= horizon)
    in_sight = still_in_sight(code[known], time[known], np.minimum(time[seen], horizon), sampling[known])
    found[seen] = np.divide(1.0, in_sight, out=np.zeros_like(in_sight), where=in_sight > 0)
    return AtHorizon(label, found)


def still_in_sight(event: FloatArray, time: FloatArray, at: FloatArray, weight: FloatArray) -> FloatArray:
    """Kaplan–Meier probability of not having been censored before a time.

    Events and other deaths come before censoring at the same time.

    Args:
        event: 0 censored, 1 or 2 observed.
        time: of each person, (n,).
        at: times asked for, (m,).
        weight: of each person, (n,).

    Returns:
        (m,) P(censored at ``at`` or later).
    """
    times, place = np.unique(time, return_inverse=True)
    total = np.bincount(place, weight, len(times))
    censored = np.bincount(place, weight * (event == CENSORED), len(times))
    at_risk = np.cumsum(total[::-1])[::-1] - (total - censored)
    share = np.divide(censored, at_risk, out=np.zeros_like(censored), where=at_risk > 0)
    after = np.r_[1.0, np.cumprod(1 - share)]
    curve: FloatArray = after[np.searchsorted(times, at, side="left")]
    return curve


def _check(code: FloatArray, time: FloatArray, sampling: FloatArray) -> None:
    if not len(code) == len(time) == len(sampling):
        raise InputError(f"Events, times and weights are of {len(code)}, {len(time)} and {len(sampling)} people.")
    if not np.isin(code[~np.isnan(code)], (CENSORED, EVENT, OTHER_DEATH)).all():
        raise InputError("An event code is not 0, 1 or 2.", hint="0 censored, 1 event, 2 other death.")
    if (time < 0).any():
        raise InputError("A time of follow-up is negative.")
    if (sampling < 0).any():
        raise InputError("A sampling weight is negative.")
